"""The words of the invented pages: titles, prose and labels by language, once for tuning and once held out.

The held-out set was written before any rule was changed, and no rule was made from its words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Texts = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Wordings:
    """Labels are templates with `{date}`; each maps a language to its forms."""

    titles: Texts
    prose: Texts
    agencies: Texts
    published: Texts
    updated: Texts
    today: Texts
    stamps: Texts
    bylines: Texts
    signatures: Texts
    datelines: Texts
    releases: Texts
    embargoes: Texts
    events: Texts
    generated: Texts
    history: Texts
    related: Texts
    names: tuple[str, ...]
    hidden_fields: tuple[str, ...]
    frames: tuple[str, ...]


TUNING = Wordings(
    titles={
        "en": ("Agencies agree on a joint lunar relay", "New ground station opens for partner missions"),
        "zh": ("两国航天机构签署月球探测合作协议", "新一代气象卫星数据向合作伙伴开放"),
        "ru": ("Агентства договорились о совместной лунной миссии", "Открыта новая наземная станция для партнёров"),
        "fr": ("Les agences conviennent d'un relais lunaire commun", "Une nouvelle station sol ouvre aux partenaires"),
        "de": ("Agenturen vereinbaren gemeinsames Mondrelais",),
        "es": ("Las agencias acuerdan un relevo lunar conjunto",),
        "it": ("Le agenzie concordano un ripetitore lunare comune",),
        "pt": ("As agências acordam um retransmissor lunar conjunto",),
        "ja": ("両宇宙機関が月面中継の協力に合意",),
    },
    prose={
        "en": (
            (
                "The two agencies will share the data of the relay with every partner, and both sides will pay "
                "for their own instruments, officials said after the talks."
            ),
            (
                "Engineers of both sides have worked on the design for several years, and the first parts are "
                "ready for tests in the laboratory of the national institute."
            ),
            (
                "The partners want to invite further countries, and a working group will draft the rules for "
                "the use of the relay before the next meeting of the council."
            ),
        ),
        "zh": (
            (
                "双方将共享中继星的全部数据，各自承担载荷的费用，有关负责人在会谈后对记者表示，这一合作将使更多"
                "国家受益。"
            ),
            "两国工程师已经为此设计工作多年，首批部件已在国家研究院的实验室做好试验准备，后续工作将按计划推进。",
            "合作伙伴还希望邀请更多国家参与，工作组将在理事会下次会议之前起草中继星的使用规则，并征求各方意见。",
        ),
        "ru": (
            (
                "Обе стороны будут делиться всеми данными ретранслятора и сами оплатят свои приборы, сообщили "
                "представители агентств после переговоров."
            ),
            (
                "Инженеры обеих стран работали над проектом несколько лет, и первые узлы готовы к испытаниям в "
                "лаборатории национального института."
            ),
            (
                "Партнёры хотят пригласить другие страны, а рабочая группа подготовит правила использования "
                "ретранслятора к следующему заседанию совета."
            ),
        ),
        "fr": (
            (
                "Les deux agences partageront toutes les données du relais et chacune paiera ses propres "
                "instruments, ont indiqué les responsables après les entretiens."
            ),
            (
                "Les ingénieurs des deux pays travaillent au projet depuis plusieurs années et les premières "
                "pièces sont prêtes pour les essais dans le laboratoire de l'institut national."
            ),
            (
                "Les partenaires souhaitent inviter d'autres pays, et un groupe de travail rédigera les règles "
                "d'usage du relais avant la prochaine réunion du conseil."
            ),
        ),
        "de": (
            (
                "Die beiden Agenturen werden alle Daten des Relais teilen, und jede Seite bezahlt ihre eigenen "
                "Instrumente, sagten Vertreter nach den Gesprächen."
            ),
            (
                "Ingenieure beider Länder arbeiten seit mehreren Jahren an dem Entwurf, und die ersten Teile "
                "sind für Versuche im Labor des nationalen Instituts bereit."
            ),
        ),
        "es": (
            (
                "Las dos agencias compartirán todos los datos del relevo y cada parte pagará sus propios "
                "instrumentos, dijeron los responsables después de las conversaciones."
            ),
            (
                "Los ingenieros de ambos países trabajan en el diseño desde hace varios años y las primeras "
                "piezas están listas para las pruebas en el laboratorio del instituto nacional."
            ),
        ),
        "it": (
            (
                "Le due agenzie condivideranno tutti i dati del ripetitore e ciascuna pagherà i propri "
                "strumenti, hanno detto i responsabili dopo i colloqui."
            ),
            (
                "Gli ingegneri dei due paesi lavorano al progetto da diversi anni e le prime parti sono pronte "
                "per le prove nel laboratorio dell'istituto nazionale."
            ),
        ),
        "pt": (
            (
                "As duas agências vão partilhar todos os dados do retransmissor e cada parte pagará os seus "
                "próprios instrumentos, disseram os responsáveis após as conversações."
            ),
            (
                "Os engenheiros dos dois países trabalham no projeto há vários anos e as primeiras peças estão "
                "prontas para os ensaios no laboratório do instituto nacional."
            ),
        ),
        "ja": (
            (
                "両機関は中継衛星のすべてのデータを共有し、それぞれの観測機器の費用は各自が負担すると、協議の後"
                "に担当者が記者団に述べた。"
            ),
            (
                "両国の技術者は数年にわたり設計に取り組んでおり、最初の部品は国立研究所の実験室で試験の準備が整"
                "っている。"
            ),
        ),
    },
    agencies={
        "en": ("Space Agency", "Press Office"),
        "zh": ("国家航天局", "新闻办公室"),
        "ru": ("Пресс-служба агентства", "Госкорпорация"),
        "fr": ("Agence spatiale", "Service de presse"),
    },
    published={
        "en": ("Published: {date}", "Posted on {date}", "Date published: {date}", "Published on {date} by admin"),
        "zh": ("发布时间：{date}", "发布日期：{date}", "时间：{date}"),
        "ru": ("Дата публикации: {date}", "Опубликовано: {date}", "Опубликовано {date}"),
        "fr": ("Publié le {date}", "Date de publication : {date}", "Mis en ligne le {date}"),
        "de": ("Veröffentlicht am {date}",),
        "es": ("Publicado el {date}",),
        "it": ("Pubblicato il {date}",),
        "pt": ("Publicado em {date}",),
        "ja": ("公開日：{date}", "掲載日：{date}"),
    },
    updated={
        "en": ("Last updated: {date}", "Updated {date}", "Last modified on {date}"),
        "zh": ("更新时间：{date}", "最后修改：{date}"),
        "ru": ("Обновлено: {date}", "Последнее изменение: {date}"),
        "fr": ("Mis à jour le {date}", "Dernière modification : {date}"),
        "de": ("Aktualisiert am {date}",),
        "es": ("Actualizado el {date}",),
        "it": ("Aggiornato il {date}",),
        "pt": ("Atualizado em {date}",),
        "ja": ("更新日：{date}",),
    },
    today={
        "en": ("Today is {date}", "{date}"),
        "zh": ("今天是{date}", "{date} 欢迎您访问本网站"),
        "ru": ("Сегодня {date}", "{date}"),
        "fr": ("Nous sommes le {date}", "{date}"),
    },
    stamps={
        "en": ("Date: {date} 10:22 Source: {agency}", "{date} 10:22 | Source: {agency}"),
        "zh": ("发布时间：{date} 10:22 来源：{agency}", "{date} 10:22:31 来源： {agency} 字号：【大 中 小】"),
        "ru": ("{date}, 10:22 Источник: {agency}", "{date} | {agency}"),
        "fr": ("Publié le {date} à 10h22 - Source : {agency}", "{date} - {agency}"),
    },
    bylines={
        "en": ("By Jane Miller | {date}", "Jane Miller, {date}"),
        "zh": ("作者：李明 {date}", "{date} 记者 李明"),
        "ru": ("Автор: Иван Петров, {date}", "Иван Петров {date}"),
        "fr": ("Par Jeanne Martin, le {date}", "Jeanne Martin | {date}"),
    },
    signatures={
        "en": ("{agency}, {date}", "{date}"),
        "zh": ("{agency}<br>{date}", "{date}"),
        "ru": ("{agency}, {date}", "{date}"),
        "fr": ("{agency}, le {date}", "Fait le {date}"),
    },
    datelines={
        "en": ("BEIJING, {date} (Xinhua) -- ", "PARIS, {date} (AFP) - "),
        "zh": ("新华社北京{date}电 ",),
        "ru": ("МОСКВА, {date} /ТАСС/. ",),
        "fr": ("PARIS, {date} (AFP) - ",),
    },
    releases={
        "en": ("FOR IMMEDIATE RELEASE {date}", "For immediate release: {date}", "Press release | {date}"),
        "fr": ("COMMUNIQUÉ DE PRESSE - {date}", "Pour diffusion immédiate, le {date}"),
        "ru": ("Пресс-релиз от {date}", "Пресс-релиз, {date}"),
        "zh": ("新闻稿 {date}",),
    },
    embargoes={
        "en": ("Embargoed until {date}, 10:00 GMT", "EMBARGOED UNTIL 00:01 ON {date}"),
        "fr": ("Sous embargo jusqu'au {date}",),
    },
    events={
        "en": ("Date: {date}<br>Venue: Vienna", "When: {date}", "Deadline: {date}", "Event date: {date}"),
        "zh": ("会议时间：{date}<br>地点：北京", "截止日期：{date}", "活动时间：{date}"),
        "ru": ("Когда: {date}<br>Место: Москва", "Срок подачи заявок: {date}", "Дата проведения: {date}"),
        "fr": ("Quand : {date}<br>Lieu : Paris", "Date limite : {date}", "Date de l'événement : {date}"),
    },
    generated={
        "en": ("Printed on {date}", "Effective date: {date}", "Founded {date}", "Born {date}"),
        "zh": ("打印时间：{date}", "生效日期：{date}", "成立于{date}"),
        "ru": ("Распечатано {date}", "Дата вступления в силу: {date}", "Основано {date}"),
        "fr": ("Imprimé le {date}", "Entrée en vigueur : {date}", "Fondée le {date}"),
    },
    history={
        "en": ("On {date} the agency was founded by a decree of the government, and it has grown ever since. ",),
        "zh": ("{date}，该机构根据政府法令成立，此后不断发展壮大，如今已拥有众多合作伙伴和研究中心。",),
        "ru": ("{date} агентство было основано указом правительства и с тех пор непрерывно растёт. ",),
        "fr": ("Le {date}, l'agence a été fondée par un décret du gouvernement et n'a cessé de grandir. ",),
    },
    related={
        "en": ("Related articles", "Latest news"),
        "zh": ("相关文章", "最新动态"),
        "ru": ("Читайте также", "Последние новости"),
        "fr": ("À lire aussi", "Dernières actualités"),
    },
    names=("date", "pubdate", "meta", "info", "time"),
    hidden_fields=("ctl00$Main$hdnPublishDate", "ctl00_PublishedDate"),
    frames=(
        (
            '<div class="top">{top}</div><ul class="nav"><li><a href="/">Home</a></li><li><a href="/n">News</a></li>'
            "</ul>"
            '{side}<article><div class="kicker">{above}</div><h1>{title}</h1>{beside}{prose}{after}</article>{below}'
            "<footer>{foot}</footer>"
        ),
        (
            '<header><p>{top}</p><nav><a href="/">Home</a> <a href="/n">News</a></nav></header><main>{above}'
            '<h1>{title}</h1><div class="sub">{beside}</div><div class="content">{prose}{after}</div></main>{side}'
            "{below}"
            "<div>{foot}</div>"
        ),
        (
            '<table><tr><td colspan="2">{top}</td></tr><tr><td class="left">{side}</td><td>{above}'
            '<div class="title">{title}</div><div class="info">{beside}</div><div id="zoom">{prose}{after}</div>{below}'
            "</td></tr><tr><td>{foot}</td></tr></table>"
        ),
    ),
)
