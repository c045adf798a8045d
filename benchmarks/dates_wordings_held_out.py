"""The held-out words of the invented pages, written before any rule was changed and not looked at while tuning."""

from __future__ import annotations

from benchmarks.dates_wordings import Wordings

HELD_OUT = Wordings(
    titles={
        "en": ("Minister visits observatory under construction", "Students build a small satellite with partners"),
        "zh": ("科学家联合观测项目取得新进展", "部长会见外国代表团讨论航天合作"),
        "ru": ("Министр посетил строящуюся обсерваторию", "Студенты собрали малый спутник вместе с партнёрами"),
        "fr": ("La ministre visite l'observatoire en construction", "Des étudiants assemblent un petit satellite"),
        "de": ("Ministerin besucht Sternwarte im Bau",),
        "es": ("La ministra visita el observatorio en construcción",),
        "it": ("La ministra visita l'osservatorio in costruzione",),
        "pt": ("A ministra visita o observatório em construção",),
        "ja": ("大臣が建設中の天文台を視察",),
    },
    prose={
        "en": (
            (
                "Scientists from four institutes showed the dome to the guests and explained how the mirrors "
                "will be carried up the mountain without a single road."
            ),
            (
                "Partners from abroad deliver the cameras, while local firms build the housing; the costs are "
                "shared in equal parts, according to the project office."
            ),
            (
                "Once it works, the telescope will watch for objects that come close to the Earth and will warn "
                "the network of observers within minutes."
            ),
        ),
        "zh": (
            (
                "来自四家研究所的科学家向来宾介绍了圆顶的结构，并说明镜面将如何在没有道路的情况下运上山顶，引起"
                "广泛兴趣。"
            ),
            "国外合作方提供相机，本地企业负责建造外壳，项目办公室表示费用由各方平均分担，工程质量得到严格保证。",
            "建成后，望远镜将监测接近地球的天体，并在数分钟之内向观测网络发出预警，为国际合作提供重要支持。",
        ),
        "ru": (
            (
                "Учёные четырёх институтов показали гостям купол и рассказали, как зеркала поднимут на гору, к "
                "которой не ведёт ни одна дорога."
            ),
            (
                "Зарубежные партнёры поставляют камеры, местные предприятия строят корпус, а расходы делятся "
                "поровну, отметили в дирекции проекта."
            ),
            (
                "После запуска телескоп будет следить за телами, которые сближаются с Землёй, и за считаные "
                "минуты предупреждать сеть наблюдателей."
            ),
        ),
        "fr": (
            (
                "Des scientifiques de quatre instituts ont montré la coupole aux invités et expliqué comment "
                "les miroirs seront montés au sommet sans aucune route."
            ),
            (
                "Les partenaires étrangers livrent les caméras tandis que des entreprises locales construisent "
                "l'abri ; les coûts sont partagés à parts égales, selon le bureau du projet."
            ),
            (
                "Une fois en service, le télescope surveillera les objets qui s'approchent de la Terre et "
                "préviendra le réseau des observateurs en quelques minutes."
            ),
        ),
        "de": (
            (
                "Fachleute von vier Instituten zeigten den Gästen die Kuppel und erklärten, wie die Spiegel "
                "ohne jede Straße auf den Berg gebracht werden."
            ),
            (
                "Partner aus dem Ausland liefern die Kameras, während Firmen aus der Gegend das Gehäuse bauen; "
                "die Kosten werden zu gleichen Teilen getragen."
            ),
        ),
        "es": (
            (
                "Científicos de cuatro institutos mostraron la cúpula a los invitados y explicaron cómo se "
                "subirán los espejos a la montaña sin camino alguno."
            ),
            (
                "Los socios extranjeros entregan las cámaras mientras empresas locales construyen la carcasa; "
                "los costes se reparten a partes iguales."
            ),
        ),
        "it": (
            (
                "Scienziati di quattro istituti hanno mostrato la cupola agli ospiti e spiegato come gli "
                "specchi saranno portati sulla montagna senza alcuna strada."
            ),
            (
                "I partner stranieri forniscono le camere mentre le imprese locali costruiscono l'involucro; i "
                "costi sono divisi in parti uguali."
            ),
        ),
        "pt": (
            (
                "Cientistas de quatro institutos mostraram a cúpula aos convidados e explicaram como os "
                "espelhos serão levados ao cimo da montanha sem qualquer estrada."
            ),
            (
                "Os parceiros estrangeiros entregam as câmaras enquanto empresas locais constroem o abrigo; os "
                "custos são repartidos em partes iguais."
            ),
        ),
        "ja": (
            (
                "四つの研究所の科学者が来賓にドームを案内し、道路のない山頂へ鏡をどのように運ぶかを説明した。関"
                "心は高い。"
            ),
            ("海外の協力機関がカメラを提供し、地元企業が外装を建設する。費用は等分に負担すると事務局は説明している。"),
        ),
    },
    agencies={
        "en": ("Ministry of Science", "Communications Department"),
        "zh": ("科学技术部", "中国科学院"),
        "ru": ("Министерство науки", "Отдел информации"),
        "fr": ("Ministère de la Recherche", "Direction de la communication"),
    },
    published={
        "en": (
            "Publication date: {date}",
            "Release date: {date}",
            "First published {date}",
            "Posted {date}",
            "Issued: {date}",
        ),
        "zh": ("发布于 {date}", "发表时间: {date}", "日期：{date}", "发文日期：{date}"),
        "ru": ("Дата размещения: {date}", "Размещено: {date}", "Дата: {date}", "Опубликован {date}"),
        "fr": ("Paru le {date}", "Mise en ligne : {date}", "Publication : {date}", "Posté le {date}"),
        "de": ("Erschienen am {date}", "Datum: {date}"),
        "es": ("Fecha de publicación: {date}", "Fecha: {date}"),
        "it": ("Data di pubblicazione: {date}", "Pubblicato: {date}"),
        "pt": ("Data de publicação: {date}", "Publicado a {date}"),
        "ja": ("掲載：{date}", "発表日：{date}"),
    },
    updated={
        "en": ("Page last reviewed: {date}", "Revised {date}", "This page was last edited on {date}"),
        "zh": ("最近更新：{date}", "本页更新于{date}"),
        "ru": ("Дата изменения: {date}", "Страница обновлена {date}"),
        "fr": ("Dernière mise à jour : {date}", "Modifié le {date}"),
        "de": ("Stand: {date}", "Zuletzt geändert: {date}"),
        "es": ("Última actualización: {date}",),
        "it": ("Ultimo aggiornamento: {date}",),
        "pt": ("Última atualização: {date}",),
        "ja": ("最終更新日：{date}",),
    },
    today={
        "en": ("It is {date}", "Vienna, {date}, 14 °C"),
        "zh": ("现在时间：{date}", "北京 {date} 晴"),
        "ru": ("Сегодня: {date}", "Москва, {date}, +3°"),
        "fr": ("Aujourd'hui : {date}", "Bienvenue, {date}"),
    },
    stamps={
        "en": ("Source: {agency} | {date} 09:05", "{agency} · {date} · 3 min read"),
        "zh": ("来源：{agency} 时间：{date} 09:05 浏览：321次", "日期：{date} 作者：办公室 来源：{agency}"),
        "ru": ("{agency} — {date}, 09:05", "09:05, {date} | Просмотров: 321"),
        "fr": ("{agency} | {date} | 09:05", "Le {date} à 9 h 05 | Lecture 3 min"),
    },
    bylines={
        "en": ("Written by John Smith on {date}", "{date} — John Smith"),
        "zh": ("文/王芳 {date}", "{date} 编辑：王芳"),
        "ru": ("Текст: Анна Орлова, {date}", "{date} Анна Орлова"),
        "fr": ("De notre correspondant Paul Durand - {date}", "{date}, Paul Durand"),
    },
    signatures={
        "en": ("London, {date}", "{agency} - {date}"),
        "zh": ("{date}<br>{agency}", "（{agency} {date}）"),
        "ru": ("{date}<br>{agency}", "г. Москва, {date}"),
        "fr": ("Paris, le {date}", "{agency} - {date}"),
    },
    datelines={
        "en": ("GENEVA, {date} /PRNewswire/ -- ", "WASHINGTON — {date} — "),
        "zh": ("中新社上海{date}电 ",),
        "ru": ("САМАРА, {date} — РИА Новости. ",),
        "fr": ("GENÈVE, le {date} (ATS) – ",),
    },
    releases={
        "en": ("NEWS RELEASE {date}", "For release {date}", "Media release - {date}"),
        "fr": ("Communiqué | {date}", "Information presse - {date}"),
        "ru": ("Сообщение для СМИ {date}", "ПРЕСС-РЕЛИЗ {date}"),
        "zh": ("新闻发布 {date}",),
    },
    embargoes={
        "en": ("Under embargo until {date}", "Strictly embargoed to {date}, noon"),
        "fr": ("Embargo : {date}",),
    },
    events={
        "en": (
            "Starts: {date}",
            "Conference date: {date}<br>Place: Lisbon",
            "Apply by {date}",
            "Takes place on {date}",
        ),
        "zh": ("举办时间：{date}", "开始时间：{date}<br>地点：上海", "报名截止：{date}"),
        "ru": ("Начало: {date}<br>Адрес: Казань", "Приём заявок до {date}", "Состоится {date}"),
        "fr": ("Début : {date}<br>Adresse : Lyon", "Inscription avant le {date}", "Aura lieu le {date}"),
    },
    generated={
        "en": ("Retrieved {date}", "In force since {date}", "Established on {date}", "Date of birth: {date}"),
        "zh": ("访问时间：{date}", "实施日期：{date}", "创建于{date}"),
        "ru": ("Дата обращения: {date}", "Действует с {date}", "Дата основания: {date}"),
        "fr": ("Consulté le {date}", "En vigueur depuis le {date}", "Créée le {date}"),
    },
    history={
        "en": (
            ("The observatory was opened to visitors on {date} and has been run by a small team of volunteers since. "),
        ),
        "zh": ("该天文台于{date}正式向公众开放，多年来一直由志愿者团队负责运行，接待了来自各地的大量参观者。",),
        "ru": (
            ("Обсерватория открылась для посетителей {date}, и с тех пор ею управляет небольшая группа добровольцев. "),
        ),
        "fr": ("L'observatoire a ouvert ses portes le {date} et reste géré par une petite équipe de bénévoles. ",),
    },
    related={
        "en": ("More news", "Most read"),
        "zh": ("推荐阅读", "热点新闻"),
        "ru": ("Другие новости", "Популярное"),
        "fr": ("Autres actualités", "Les plus lus"),
    },
    names=("fecha", "datum", "article-info", "post-meta", "dateline"),
    hidden_fields=("ctl00$body$hfDatePosted", "articleDate"),
    frames=(
        (
            '<div id="topbar">{top}</div><div id="menu"><a href="/a">About</a> | <a href="/m">Media</a></div>'
            '<div id="main"><section>{above}<h2 class="headline">{title}</h2><div class="details">{beside}</div>'
            '<div class="story">{prose}{after}</div></section>{below}</div><div id="right">{side}</div>'
            '<div id="foot">{foot}</div>'
        ),
        (
            '<div class="wrap">{side}<div class="col"><div class="line">{top}</div><div class="bt">{title}</div>'
            "{above}{beside}<div>{prose}{after}</div>{below}</div></div><p>{foot}</p>"
        ),
        (
            '<header role="banner"><span>{top}</span></header><div class="page"><div class="hero">{above}'
            "<h1>{title}</h1>"
            '{beside}</div><div class="body-copy">{prose}</div>{after}<div class="extra">{below}{side}</div></div>'
            "<footer>{foot}</footer>"
        ),
    ),
)
