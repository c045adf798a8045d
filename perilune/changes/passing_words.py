"""How counters, clocks, advertisements and teasers word themselves in four languages; read by `passing.py`.

Each kind has words that betray it and words that may stand beside them: a line of these alone is none of the text. All
are for lower-case text in compatibility form (NFKC), where a wide colon is a colon.
"""

from __future__ import annotations

import re


def _words(*patterns: str) -> re.Pattern[str]:
    """Match words of alphabets whole; Chinese words are found wherever they stand."""
    letters = "|".join(pattern for pattern in patterns if not re.search("[\u3400-\u9fff]", pattern))
    ideographs = "|".join(pattern for pattern in patterns if re.search("[\u3400-\u9fff]", pattern))
    return re.compile("|".join(filter(None, (rf"\b(?:{letters})\b" if letters else "", ideographs))))


def _label(*patterns: str) -> re.Pattern[str]:
    """Match words that stand alone, or with a colon, a dash or a stop before what they announce."""
    return re.compile(rf"\W*(?:{'|'.join(patterns)})(?=\W*$| ?[:|>\"-]|\.(?: |$))")


def _opening(*patterns: str) -> re.Pattern[str]:
    return re.compile(rf"\W*(?:{'|'.join(patterns)})")


AMOUNT = r"\d[\d ,.']*\s?(?:k|m|тыс\.?|млн|万|亿)?\b"
COUNTED = (
    (
        r"(?:page ?)?views?|hits|visits?|visitors?|viewed|visited|reads?|likes?|liked|shares?|shared|comments?"
        r"|downloads?|downloaded|tweets?|votes?|ratings?|rated|min(?:utes?)? read|reposts?|retweets?"
        r"|replies|reactions?|clicks?|bookmarks?|plays|upvotes?"
    ),
    (
        r"просмотр\w*|прочтени\w+|прочитан\w*|прочитал\w*|прочли|просмотрен\w*|посещени\w+|посетител\w+|лайк\w*"
        r"|комментари\w+|репост\w*|скачивани\w+|скачано|поделил\w+|нравится|отзыв\w*"
        r"|голос\w*|проголосовал\w*|рейтинг"
    ),
    (
        r"vues?|lectures?|visites?|visiteurs?|partages?|partagé\w*|commentaires?|j'aime|téléchargements?"
        r"|consultations?"
        r"|consultée?s?|réactions?|(?:lue?|vue?) \d[\d ]* fois"
    ),
    r"阅读|浏览|点击|访问|点赞|评论|分享|转发|收藏|下载|在看|人气|访客|播放|回复|热度|跟帖|围观|参与|评分|投票",
)
ONLINE = (
    r"(?:users?|guests?|members?|visitors?|people|readers?) (?:are )?(?:currently )?online|online(?: now)?[ :(]+\d+",
    r"(?:сейчас )?(?:на сайте|онлайн)[ :(]+\d+|en ligne[ :(]+\d+",
    r"在线人数|人在线|当前在线",
)
BESIDE_COUNTS = (
    (
        r"there|page|article|this|the|has|have|had|been|was|were|total|totals|number|of|no|count|counter|times?"
        r"|today|today's"
        r"|yesterday|now|so|far|you|are|is|since|people|users?|guests?|members?|readers?|per|day|week|month|all"
        r"|post|unique"
        r"|by|stars?|out|first|be|time|reading|min|times|and|or|on|in|to|online|currently|site|website|read"
        r"|until|already|a|an|popularity|statistics|our"
    ),
    (
        r"всего|раза?|количество|число|эту|эта|страниц\w+|стать\w+|материал\w*|новост\w+|сайт\w*|вы|ваш\w*"
        r"|уже|за|на|этой"
        r"|этот|день|сегодня|вчера|неделю|месяц|человек|людей|гост\w+|пользовател\w+|онлайн|сейчас|и|с|по|счетчик"
        r"|уникальн\w+"
        r"|являетесь|наш\w*|текст\w*|тысяч\w*"
    ),
    (
        r"cette|cet|ce|fois|nombre|de|des|du|d|la|le|les|l|a|ont|été|lu|lue|vu|vue|vous|êtes|aujourd'hui"
        r"|hier|en|ligne"
        r"|jour|jours|mois|personnes?|internautes|compteur|déjà|par|pour|sur|à|et|depuis|notre|site|page|e|er"
    ),
    (
        r"次数|人次|次|数|量|本页|本文|本站|本网|您是|你是|第|位|名|总|共计|共|今日|今天|昨日|累计|当前|目前|已有"
        r"|已|被|有|人|篇|条"
        r"|文章|此文|该文|页面|网站|者|率|值|过|了|的|在线|用户|网友|读者|我要|条|本|日|月|自|以来|篇|万|亿|至|赞|个"
    ),
)
IS_COUNTED = _words(*COUNTED, *ONLINE)
COUNTER_WORDS = _words(*COUNTED, *BESIDE_COUNTS)
LABELLED_COUNT = re.compile(
    rf"(?:{_words(*COUNTED).pattern})(?: ?(?:count|次数|人数|数量?|量))? ?(?:: ?|[(\[] ?){AMOUNT}"
    r" ?(?:次|人次|раза?|fois)?[)\]]?"
)
COUNT_APART = re.compile(
    rf"(?:^|(?<=[|/·•,;()\[\]>])) ?{AMOUNT} ?(?:人次?|次)?(?:{_words(*COUNTED).pattern}) ?(?=$|[|/·•,;()\[\]<])"
)

NOW = (
    (
        r"today is|today's date|it is now|now|current(?:ly)?|local time|server time|last updated?|updated?"
        r"|page generated|server|last modified|modified|last reviewed|last change[ds]?|refreshed|generated|printed"
        r"|accessed|retrieved|as of|today"
    ),
    (
        r"сегодня|сейчас|текущ\w+|обновлен\w*|изменен\w*|московское время|время сервера|сформирован\w*"
        r"|опубликован\w*|добавлен\w*"
    ),
    (
        r"aujourd'hui|nous sommes|il est|maintenant|mise? à jour|modifiée?|actualisée?|heure locale|consultée? le"
        r"|publiée?|imprimée?"
    ),
    r"posted|published|created",
    r"今天是|今天|今日是|今日|现在是|现在|当前|更新|修改|发布|北京时间|系统时间|打印|农历",
)
BESIDE_NOW = (
    (
        r"secs?|seconds?|is|it|the|of|on|at|by|time|date|day|page|this|content|gmt|utc|bst|est|edt|cet|cest"
        r"|msk|am|pm|a\.m|p\.m"
        r"|was|were|week"
        r"|last|welcome|hello|good|morning|afternoon|evening|st|nd|rd|th|website|site|in|beijing|london|first"
    ),
    (
        r"сек\w*|дата|время|год\w*|г|час\w*|мин\w*|на|в|по|последн\w+|страниц\w+|раз|мск|день|недели|добро|пожаловать"
        r"|материал\w*|было"
        r"|москв\w+|гринвичу"
    ),
    r"secondes?|le|la|les|date|heures?|h|min|dernière|page|cette|à|du|de|en|bienvenue|jour|par|et|est|er|paris",
    (
        r"时间|日期|日|月|年|星期|周|礼拜|[一二三四五六七八九十〇零]|是|时|点|分|秒|上午|下午|晚上|农历|于|页面"
        r"|最后|最近|本页"
        r"|欢迎您?|您好|你好|[甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥]|初|廿|正|腊|闰|腊|天|日期"
    ),
)
IS_NOW = _words(*NOW)
CLOCK = re.compile(r"\b\d{1,2}:\d\d:\d\d\b")
NOW_WORDS = _words(*NOW, *BESIDE_NOW)
RELATIVE = re.compile(
    r"\b(?:\d+|an?|one|two|three|few|a few) ?(?:s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w"
    r"|weeks?|months?"
    r"|years?) ago\b|\bjust now\b|\byesterday\b"
    r"|(?:\d+|[一二两三四五六七八九十几]+) ?个?(?:秒钟?|分钟?|小时|天|日|周|星期|月|年)(?:以?前|之前)|刚刚|刚才"
    r"|昨天|前天"
    r"|(?:\b\d+ )?\b(?:сек\w*|мин\w*|ч|час\w*|дн\w*|день|нед\w*|мес\w*|год\w*|лет)\.? назад\b"
    r"|\bтолько что\b|\bвчера\b"
    r"|\b(?:около |примерно )?(?:час|минуту|день|неделю|месяц|год) назад\b"
    r"|\bil y a (?:environ )?(?:\d+|une?|quelques) ?(?:s|sec\w*|min\w*|h|heures?|j|jours?|semaines?|mois|ans?)\b"
    r"|\bà l'instant\b|\bhier\b"
)

RELATIVE_APART = re.compile(
    rf"(?:{RELATIVE.pattern})(?= ?(?:$|[|/·•,;()\[\]-]| by\b| in\b| par\b| dans\b| от\b| в\b|(?:来源|作者"
    rf"|编辑|发布)))"
)

WEATHER = (
    (
        r"weather|sunny|cloudy|partly|mostly|rain\w*|showers?|snow\w*|clear|overcast|winds?|windy|humidity|fog\w*"
        r"|thunderstorms?|sky|temperature|feels|like|air|quality|drizzle|mist|light|heavy|forecast|aqi|good"
        r"|km/h|m/s|mph"
    ),
    (
        r"погода|ясно|облачн\w*|малооблачно|пасмурно|дожд\w*|снег\w*|ветер|влажность|туман|гроза|небольшой|сейчас"
        r"|м/с|без|осадков"
    ),
    (
        r"météo|ensoleillé\w*|soleil|nuageux|pluie|pluvieux|neige|vent|humidité|éclaircies|couvert|averses"
        r"|brouillard|faible|orages?"
    ),
    (
        r"天气|晴|多云|阴|转|小雨|中雨|大雨|阵雨|雷阵雨|小雪|雪|雨|微风|[东西南北]+风|风|级|湿度|空气质量|优|良"
        r"|轻度污染|气温|度|雾|霾|今日|今天"
    ),
)
IS_WEATHER = _words(*WEATHER)
DEGREES = re.compile(r"\d ?(?:°|℃|º)|\d+ ?度|[+-]\d")
SIGNED_DEGREES = re.compile(r"(?:[^\W\d]+ )?\+\d+ ?°c?(?: [^\W\d]+)?")
RATES_BY_SIGN = re.compile(r"(?=.*\d[.,]\d)(?:[\d ,.+|/%▲▼↑↓-]*[$€£¥₽]){2}[\d ,.+|/%▲▼↑↓-]*")
PICTURED_COUNT = re.compile(r"(?:[\u2600-\u27bf\U0001f300-\U0001faff] ?\d[\d ,.]*k? ?)+")
CURRENCIES = (
    r"usd|eur|gbp|cny|rub|jpy|chf|hkd|inr|cnh|rmb|btc|us dollars?|dollars?|euros?|yuan|pounds?|yen|rubles?|roubles?",
    r"доллар\w*|евро|юан\w*|фунт\w*|йен\w*|руб\w*",
    r"livres?|roubles?",
    r"美元|欧元|英镑|日元|人民币|卢布|港元|离岸",
)
RATES = (
    r"exchange rates?|rates?|currency|brent|oil|gold|index|nasdaq|dow jones|ftse|moex|stocks?|s&p",
    r"курс\w*|цб|рф|нефть|золото|индекс|ртс|ммвб|биржа",
    r"cours|taux|change|du|de|le|cac|bourse|pétrole",
    r"汇率|牌价|中间价|指数|上证|深证|恒生|原油|黄金|外汇|兑",
)
IS_CURRENCY = _words(*CURRENCIES)
IS_RATE = _words(*RATES)
RATE_WORDS = _words(*CURRENCIES, *RATES, r"today|сегодня|на|к|and|to|the|of|за")
FRACTION = re.compile(r"\d[.,]\d")

TOKEN = re.compile(
    r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"
    r"|\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{12,}\b"
    r"|(?<![\w/.-])(?=[\w+=-]*\d)(?=[\w+=-]*[a-z])[\w+=-]{20,}(?![\w/.-])"
    r"|\b(?:[0-9a-f]+\.){2,}[0-9a-f]{6,}\b",
    re.ASCII,
)
TOKEN_NAMES = (
    (
        r"session|your ip|server|token|csrf|nonce|(?:request|trace|ray|reference|ref|incident|support|page"
        r"|visitor|client"
        r"|correlation|build)"
        r" ?(?:id|#|no|number|code)|sid|uuid|guid|phpsessid|jsessionid"
    ),
    r"сессия|сеанс|токен|номер запроса|идентификатор\w*",
    r"jeton|numéro de requête|identifiant",
    r"会话|令牌|请求编号|请求id|跟踪号|访问编号",
)
TOKEN_LABEL = re.compile(rf"(?P<name>(?:{_words(*TOKEN_NAMES).pattern})[ \w]{{0,12}}?[:=#] ?)[\w.+/=-]*\d[\w.+/=-]*")
TOKEN_WORDS = _words(*TOKEN_NAMES, r"ref|reference|id|your|is|the|code|version|build|ваш|votre|de", r"编号|您的")
PARAMETERS = re.compile(r"(?<=[\w/])[?;][\w.%&=+~;-]*=[\w.%&=+~;-]*")

PROMOTION_LABEL = _label(
    r"advertisements?|advertising|advert|ads?|ads? by .{2,30}|sponsored(?: (?:content|post|by))?|promoted(?: post)?"
    r"|newsletter|(?:story|article|content) continues (?:below|after) .{2,20}|sign up(?: (?:here|now|free|today))?"
    r"|donate(?: now)?|your comment|loading|share this(?: \w+)?|special offer",
    r"广告(?:位招租)?|推广|赞助|订阅|限时|特惠|优惠|责任编辑|编辑|加载中|暂无评论",
    r"реклама|загрузка|поделиться|подписка|подписаться|поддержать проект|оставить комментарий|спецпредложение",
    r"publicité|annonces?|sponsorisé|contenu (?:sponsorisé|partenaire)|chargement|la suite après la publicité"
    r"|article réservé aux abonnés|offre (?:spéciale|limitée|exclusive)",
)
OPENS_PROMOTION = _opening(
    r"subscribe\b|follow (?:us\b|@)|sign up (?:for|to) (?:our|the|free|daily|weekly)\b|limited[ -]time\b|shop now\b"
    r"|get (?:our|the) (?:app|newsletter|latest news|best)\b|like us on\b|support our journalism\b"
    r"|join (?:us on|our (?:channel|newsletter|mailing|community|telegram|whatsapp)|[\d,.]+ (?:subscribers"
    r"|readers))\b"
    r"|download (?:our|the) (?:free )?app\b|click here to (?:subscribe|download|join|get|donate)\b|never miss\b"
    r"|don't miss\b|stay (?:informed|up to date|in the loop|connected)\b|enjoy(?:ing|ed)? (?:this|our)\b"
    r"|become a (?:subscriber|supporter)\b|start your (?:free )?trial\b|save (?:up to )?\d+ ?%|try .{0,30}\bfree\b"
    r"|no (?:comments|replies)\b|be the first to (?:comment|reply|like)|(?:leave|post|write|add) (?:a |your )comment"
    r"|we use cookies\b",
    r"抢沙发|更多精彩|欢迎(?:订阅|关注)|请?关注.{0,14}(?:公众号|微信|微博|频道|我们)|扫码|扫描.{0,12}二维码"
    r"|扫一扫|长按.{0,10}二维码"
    r"|点击(?:下载|关注|订阅|这里|此处|领取|进入)|(?:立即|马上|免费)(?:下载|购买|抢购|注册|订阅|领取)"
    r"|下载.{0,10}(?:客户端|app)"
    r"|限时(?:优惠|特惠|抢购|特价|折扣|免费)|加入.{0,8}(?:微信群|qq群|读者群)|分享到",
    r"на правах рекламы|подпи(?:шитесь|сывайтесь)\b|подписка на (?:новости|рассылку|наш)|читайте нас\b|скачайте\b"
    r"|следите за (?:нами|новостями|нашими)\b|присоединяйтесь к нам\b|купите\b|закажите\b|только сегодня\b"
    r"|оформите подписку\b|не пропустите\b|установите (?:наше )?приложение|будьте в курсе\b|скидк\w+ (?:до|на|от)\b"
    r"|(?:пока )?нет комментариев|комментариев (?:пока )?нет|поддержите (?:наш|нас|проект|редакцию)",
    r"(?:abonnez|inscrivez)-vous (?:à|a) (?:la|notre|nos)\b|abonnez-vous\b|s'(?:abonner"
    r"|inscrire à la (?:newsletter|lettre))"
    r"|suivez[- ]nous\b|téléchargez (?:notre|l')app|ne manquez (?:pas|rien)|rejoignez[- ](?:nous|notre)"
    r"|faites un don\b"
    r"|profitez (?:de|d'|dès)|recevez (?:notre|gratuitement)|(?:partager|imprimer) (?:cet|l')|aucun commentaire"
    r"|soyez le premier",
)
IS_PROMOTION = re.compile(
    r"©|\bcopyright (?:\(c\)|\d{4})|\ball rights reserved\b|版权所有|все права защищены|tous droits réservés"
    r"|\d ?% off\b|\bfree (?:shipping|delivery|trial)\b|\b(?:promo|discount|coupon) code\b|\b(?:shop|buy|order) now\b"
    r"|\bcash ?back\b|满\d+减\d+|[\d.] ?折(?!叠)|立即(?:购买|抢购|下单|开户)|包邮|优惠券"
    r"|\bскидк\w+ (?:до )?-?\d+|\bпромокод\b|бесплатн\w+ доставк|\bкешбэк\b"
    r"|\bcode promo\b|livraison (?:gratuite|offerte)|\d ?% de (?:réduction|remise)\b|\bessai gratuit\b"
)
TEASER_LABEL = _label(
    r"(?:read|see) (?:also|more|next)|also (?:read|see)|more on this(?: (?:story|topic|subject))?|watch|listen"
    r"|recommended(?: \w+){0,3}"
    r"|you (?:may|might) (?:also )?(?:like|be interested in)|(?:most|more) (?:read|popular|viewed|stories"
    r"|news)|trending"
    r"|related(?: (?:news|articles?|stories|links?|posts?|content|reading|topics?))?|latest (?:news|stories"
    r"|headlines)"
    r"|editors?'s? picks?|(?:previous|next) (?:article|story|post|news|page)|further reading|what to read next",
    r"(?:相关|延伸|推荐|更多|热门|最新|精彩)(?:阅读|新闻|链接|文章|报道|推荐|内容|资讯|专题|稿件)"
    r"|[上下]一[篇条页]|另请参阅",
    r"(?:материалы |новости |ещ[её] )?по теме|рекомендуем|подробнее|(?:предыдущая|следующая) (?:новость"
    r"|статья|запись)"
    r"|похожие (?:новости|материалы|статьи)|самое (?:читаемое|популярное)|другие новости",
    r"(?:à )?lire (?:aussi|également|plus)|voir (?:aussi|également)|(?:sur|dans) le même (?:sujet|thème)"
    r"|en savoir plus"
    r"|articles? (?:liés?|similaires?|recommandés?|précédent|suivant|connexes)|les plus (?:lus|vus)|notre sélection",
)
OPENS_TEASER = _opening(
    r"continue reading\b|watch (?:also|now)\b|listen (?:also|now)\b|in other news\b",
    r"猜你喜欢|阅读更多|点击(?:查看更多|阅读)|查看更多|大家都在看|[您你]可能(?:还|会|感兴趣)",
    r"читайте (?:также|ещ[её]|далее)|смотри(?:те)? (?:также|ещ[её])|вам может быть интересно",
    r"à (?:lire|voir|découvrir) (?:aussi|également)|vous aimerez aussi|pour aller plus loin\b",
)
IS_LABEL_OF_LINKS = re.compile(
    r"\W*(?:related(?: (?:links?|articles?|news|stories|content|posts?|topics?|pages?|reading))?|see also"
    r"|read (?:also|more|next)|also read|recommended(?: (?:for you|reading|articles|stories))?"
    r"|you (?:may|might) (?:also )?(?:like|be interested in)|(?:latest|recent|more|other|top"
    r"|popular)(?: \w+)? (?:news|stories|headlines|articles|posts)|most (?:read|popular|viewed)"
    r"|trending(?: now)?"
    r"|more (?:from|on|in|about) .{2,40}|what to read next|editors?'s? picks?|further reading|elsewhere"
    r"|around the web|in other news"
    r"|(?:相关|延伸|推荐|更多|热门|最新|精彩|近期)(?:阅读|新闻|链接|文章|报道|推荐|内容|资讯|专题|稿件|消息"
    r"|动态)|猜你喜欢|大家都在看|点击排行|新闻排行|友情链接|更多|另请参阅|[您你]可能(?:还|会|感兴趣).{0,8}"
    r"|читайте (?:также|ещ[её])|смотрите также|(?:материалы |новости |ещ[её] )?по теме|самое (?:читаемое"
    r"|популярное)|популярное|последние новости|другие (?:новости|материалы)|похожие (?:новости|материалы"
    r"|статьи)|рекомендуем|главное сегодня|лента новостей|новости партн[её]ров|вам может быть интересно"
    r"|(?:à )?lire (?:aussi|également)|voir (?:aussi|également)|(?:sur|dans) le même (?:sujet|thème)"
    r"|les plus (?:lus|vus)|articles? (?:liés|similaires|recommandés|connexes|récents)|pour aller plus loin"
    r"|vous aimerez aussi|dernières (?:actualités|nouvelles)|à découvrir|à la une|nos derniers articles"
    r")\W*"
)
