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


def _opening(*patterns: str) -> re.Pattern[str]:
    return re.compile(rf"\W*(?:{'|'.join(patterns)})")


AMOUNT = r"\d[\d ,.']*\s?(?:k|m|тыс\.?|млн|万|亿)?\b"
COUNTED = (
    (
        r"(?:page ?)?views?|hits|visits?|visitors?|viewed|visited|reads?|likes?|liked|shares?|shared|comments?"
        r"|downloads?|downloaded|reposts?|retweets?|replies|reactions?|clicks?|bookmarks?|plays|upvotes?"
    ),
    (
        r"просмотр\w*|прочтени\w+|прочитан\w*|прочитал\w*|прочли|просмотрен\w*|посещени\w+|посетител\w+|лайк\w*"
        r"|комментари\w+|репост\w*|скачивани\w+|скачано|поделил\w+|нравится|отзыв\w*"
    ),
    (
        r"vues?|lectures?|visites?|visiteurs?|partages?|partagé\w*|commentaires?|j'aime|téléchargements?|consultations?"
        r"|consultée?s?|réactions?|(?:lue?|vue?) \d[\d ]* fois"
    ),
    r"阅读|浏览|点击|访问|点赞|评论|分享|转发|收藏|下载|在看|人气|访客|播放|回复|热度|跟帖|围观|参与",
)
ONLINE = (
    r"(?:users?|guests?|members?|visitors?|people|readers?) (?:are )?(?:currently )?online|online(?: now)?[ :(]+\d+",
    r"(?:сейчас )?(?:на сайте|онлайн)[ :(]+\d+|en ligne[ :(]+\d+",
    r"在线人数|人在线|当前在线",
)
BESIDE_COUNTS = (
    (
        r"page|article|this|the|has|have|had|been|was|were|total|totals|number|of|no|count|counter|times?|today|today's"
        r"|yesterday|now|so|far|you|are|is|since|people|users?|guests?|members?|readers?|per|day|week|month|all"
        r"|post|unique"
        r"|by|times|and|or|on|in|to|online|currently|site|website|read|until|already|a|an|popularity|statistics|our"
    ),
    (
        r"всего|раза?|количество|число|эту|эта|страниц\w+|стать\w+|материал\w*|новост\w+|сайт\w*|вы|ваш\w*|уже|за|на|этой"
        r"|этот|день|сегодня|вчера|неделю|месяц|человек|людей|гост\w+|пользовател\w+|онлайн|сейчас|и|с|по|счетчик"
        r"|уникальн\w+"
        r"|являетесь|наш\w*|текст\w*|тысяч\w*"
    ),
    (
        r"cette|cet|ce|fois|nombre|de|des|du|d|la|le|les|l|a|ont|été|lu|lue|vu|vue|vous|êtes|aujourd'hui|hier|en|ligne"
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
        r"|last modified|modified|last reviewed|last change[ds]?|refreshed|generated|printed"
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
    r"今天是|今天|今日是|今日|现在是|现在|当前|更新|修改|发布|北京时间|系统时间|打印",
)
BESIDE_NOW = (
    (
        r"is|it|the|of|on|at|by|time|date|day|page|this|content|gmt|utc|bst|est|edt|cet|cest|msk|am|pm|a\.m|p\.m"
        r"|was|were|week"
        r"|last|welcome|hello|good|morning|afternoon|evening|st|nd|rd|th|website|site|in|beijing|london|first"
    ),
    (
        r"дата|время|год\w*|г|час\w*|мин\w*|на|в|по|последн\w+|страниц\w+|раз|мск|день|недели|добро|пожаловать"
        r"|материал\w*|было"
        r"|москв\w+|гринвичу"
    ),
    r"le|la|les|date|heures?|h|min|dernière|page|cette|à|du|de|en|bienvenue|jour|par|et|est|er|paris",
    (
        r"时间|日期|日|月|年|星期|周|礼拜|[一二三四五六七八九十〇零]|是|时|点|分|秒|上午|下午|晚上|农历|于|页面"
        r"|最后|最近|本页"
        r"|欢迎您?|您好|你好|[甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥]|初|廿|正|腊|闰|天|日期"
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
    r"|(?:\b\d+ )?\b(?:сек\w*|мин\w*|час\w*|дн\w+|день|недел\w+|месяц\w*|год\w*|лет) назад\b|\bтолько что\b|\bвчера\b"
    r"|\bil y a (?:environ )?(?:\d+|une?|quelques) ?(?:s|sec\w*|min\w*|h|heures?|j|jours?|semaines?|mois|ans?)\b"
    r"|\bà l'instant\b|\bhier\b"
)

WEATHER = (
    (
        r"weather|sunny|cloudy|partly|mostly|rain\w*|showers?|snow\w*|clear|overcast|winds?|windy|humidity|fog\w*"
        r"|thunderstorms?|sky|temperature|feels|like|air|quality|drizzle|mist|light|heavy|forecast|aqi|good|km/h|m/s|mph"
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
DEGREES = re.compile(r"\d ?(?:°|℃|º)|\d+ ?度")
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
        r"session|token|csrf|nonce|(?:request|trace|ray|reference|ref|incident|support|page|visitor|client"
        r"|correlation|build)"
        r" ?(?:id|#|no|number|code)|sid|uuid|guid|phpsessid|jsessionid"
    ),
    r"сессия|сеанс|токен|номер запроса|идентификатор\w*",
    r"jeton|numéro de requête|identifiant",
    r"会话|令牌|请求编号|请求id|跟踪号|访问编号",
)
TOKEN_LABEL = re.compile(rf"(?P<name>(?:{_words(*TOKEN_NAMES).pattern})[ \w]{{0,12}}?[:=#] ?)[\w.+/=-]*\d[\w.+/=-]*")
TOKEN_WORDS = _words(*TOKEN_NAMES, r"id|your|is|the|code|version|build|ваш|votre|de", r"编号|您的")
PARAMETERS = re.compile(r"(?<=[\w/])[?;][\w.%&=+~;-]*=[\w.%&=+~;-]*")

OPENS_PROMOTION = _opening(
    r"advertisements?\b|advertising\b|advert\b|ads? by\b|sponsored\b|promoted\b|subscribe\b|newsletter\b|follow us\b"
    r"|sign up (?:for|to) (?:our|the|free|daily|weekly)\b|get (?:our|the) (?:app|newsletter|latest|best)\b"
    r"|join us on\b"
    r"|join our (?:channel|newsletter|mailing|community|telegram|whatsapp)\b|download (?:our|the) (?:free )?app\b"
    r"|like us on\b|click here to (?:subscribe|download|join|get|donate)\b|support our journalism\b|donate\b"
    r"|shop now\b"
    r"|limited[ -]time\b|special offer\b|never miss\b|don't miss\b|stay (?:informed|up to date|in the loop"
    r"|connected)\b"
    r"|enjoy(?:ing|ed)? (?:this|our)\b|become a (?:member|subscriber|supporter)\b|start your (?:free )?trial\b"
    r"|save \d+ ?%"
    r"|save up to\b|try .{0,30}\bfree\b",
    r"广告|推广|赞助|订阅|欢迎(?:订阅|关注)|请?关注.{0,14}(?:公众号|微信|微博|频道|我们)|关注我们|扫码"
    r"|扫描.{0,12}二维码|扫一扫"
    r"|长按.{0,10}二维码|点击(?:下载|关注|订阅|这里|此处|领取|进入)|(?:立即|马上|免费)(?:下载|购买|抢购|注册"
    r"|订阅|领取|报名)"
    r"|下载.{0,10}(?:客户端|app)|限时|特惠|优惠|加入.{0,8}(?:群|会员)|分享到",
    r"реклама\b|на правах рекламы|подпи(?:шитесь|сывайтесь|саться|ска)\b|читайте нас\b|скачайте\b|следите за\b"
    r"|присоединяйтесь\b|купите\b|закажите\b|спецпредложение\b|только (?:сегодня|до)\b|поддержите\b"
    r"|оформите подписку\b"
    r"|не пропустите\b|установите (?:наше )?приложение|будьте в курсе\b|скидк\w+ ",
    r"publicité\b|annonces?\b|sponsorisé|contenu (?:sponsorisé|partenaire)|(?:abonnez|inscrivez)-vous\b|s'abonner\b"
    r"|suivez[- ]nous\b|suivez toute\b|téléchargez (?:notre|l')|ne manquez (?:pas|rien)|rejoignez[- ](?:nous"
    r"|notre)|faites un don\b"
    r"|offre (?:spéciale|limitée|exclusive)|profitez (?:de|d'|dès)|soutenez\b|recevez (?:notre|chaque|gratuitement)",
)
IS_PROMOTION = re.compile(
    r"\d ?% (?:off|discount)\b|\bfree (?:shipping|delivery|trial)\b|\b(?:promo|discount|coupon) code\b"
    r"|\b(?:shop|buy|order) now\b"
    r"|\bcash ?back\b|\bopen an account today\b"
    r"|满\d+减\d+|[\d.]+ ?折|立即(?:购买|抢购|下单|开户)|包邮|优惠券"
    r"|\bскидк\w+ (?:до )?-?\d+|\bпромокод\b|бесплатная доставка|\bкешбэк\b"
    r"|\bcode promo\b|livraison (?:gratuite|offerte)|\d ?% (?:de réduction|de remise|sur)\b|\bessai gratuit\b"
)
OPENS_TEASER = _opening(
    r"(?:read|see) (?:also|more|next)\b|also (?:read|see)\b|more on (?:this|the)\b|you (?:may"
    r"|might) (?:also )?(?:like|be interested)"
    r"|(?:most|more) (?:read|popular|viewed|stories|news)\b|trending\b|watch (?:also\b|now\b|:)"
    r"|listen (?:also\b|now\b|:)"
    r"|related(?: \w+)? ?[:>»]|recommended(?: \w+){0,3} ?[:>»]|latest (?:news|stories|headlines"
    r"|articles) ?[:>»]|editor's pick"
    r"|(?:previous|next) (?:article|story|post|news|page) ?[:>»]|continue reading\b|what to read next\b"
    r"|in other news\b|further reading\b",
    r"(?:相关|延伸|推荐|更多|热门|最新|精彩)(?:阅读|新闻|链接|文章|报道|推荐|内容|资讯|专题|稿件) ?[:>»]|(?:上"
    r"|下)一[篇条页] ?[:>»]?|猜你喜欢"
    r"|另请参阅|延伸阅读|阅读更多|点击查看更多|查看更多|大家都在看|您?可能(?:还|会|感兴趣)|点击阅读",
    r"читайте (?:также|ещ[её]|далее)|смотрите (?:также|ещ[её])|(?:материалы |ещ[её] )?по теме ?[:>»]"
    r"|самое (?:читаемое|популярное)|рекомендуем\b"
    r"|похожие (?:новости|материалы|статьи)|(?:предыдущая|следующая) (?:новость|статья|запись)|другие новости"
    r"|вам может быть интересно|подробнее ?[:>»]",
    r"(?:à )?lire (?:aussi|également|plus)|à (?:voir|découvrir) (?:aussi|également)|voir (?:aussi|également)"
    r"|(?:sur|dans) le même (?:sujet|thème)|les plus (?:lus|vus)"
    r"|articles? (?:liés?|similaires?|recommandés?|précédent|suivant|connexes)|pour aller plus loin"
    r"|vous aimerez aussi|en savoir plus ?[:>»]|notre sélection\b",
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
    r"|动态)|猜你喜欢|大家都在看|点击排行|新闻排行|友情链接|更多|另请参阅|您?可能(?:还|会|感兴趣).{0,8}"
    r"|читайте (?:также|ещ[её])|смотрите также|(?:материалы |новости |ещ[её] )?по теме|самое (?:читаемое"
    r"|популярное)|популярное|последние новости|другие (?:новости|материалы)|похожие (?:новости|материалы"
    r"|статьи)|рекомендуем|главное сегодня|лента новостей|новости партн[её]ров|вам может быть интересно"
    r"|(?:à )?lire (?:aussi|également)|voir (?:aussi|également)|(?:sur|dans) le même (?:sujet|thème)"
    r"|les plus (?:lus|vus)|articles? (?:liés|similaires|recommandés|connexes|récents)|pour aller plus loin"
    r"|vous aimerez aussi|dernières (?:actualités|nouvelles)|à découvrir|à la une|nos derniers articles"
    r")\W*"
)
