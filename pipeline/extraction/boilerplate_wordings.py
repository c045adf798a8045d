"""The wordings by which pages betray what is not their article, in four languages, and the commonest in others.

Data beside the rules of `boilerplate`: whoever meets a new menu or contact line adds its words here.
"""

from __future__ import annotations

import re


def _any_of(*alternatives: str) -> str:
    return "(?:" + "|".join(alternatives) + ")"


SHARE_WORDS = (
    "share",
    r"share (?:this|on|via|with)(?P<named>[\w ]{0,24})",
    r"print(?: this)?(?: page)?",
    r"listen(?: to this (?:page|article))?",
    r"imprimer(?: (?:la|cette) page)?",
    r"écouter(?: (?:la page|l'article))?",
    r"распечатать страницу",
    r"e-?mail(?: this)?",
    "tweet",
    "facebook",
    "twitter",
    "x",
    "linkedin",
    "whatsapp",
    "telegram",
    "weibo",
    "wechat",
    "reddit",
    "pinterest",
    "text size",
    "font size",
    "big",
    "middle",
    "small",
    r"a ?[+-]{1,2}",
    "а",
    "размер шрифта",
    "larger",
    "smaller",
    "suggest to a friend",
    "send to a friend",
    "tell a friend",
    "back to top",
    "top",
    "close",
    "download pdf",
    "save",
    "copy link",
    "分享(?:到|至)?",
    "分享让更多人看到",
    "打印(?:本页)?",
    "关闭(?:窗口|本页)?",
    "字号",
    "字体",
    "大",
    "中",
    "小",
    "返回顶部",
    "收藏",
    "扫一扫(?P<named>.{0,14})",
    "微信",
    "微博",
    "qq空间",
    "поделиться",
    "распечатать",
    "печать",
    "версия для печати",
    "отправить другу",
    "вконтакте",
    "одноклассники",
    "телеграм",
    "наверх",
    "скачать",
    "partager",
    r"partager (?:sur|cet article)(?P<named>[\w ]{0,16})",
    "envoyer (?:à|a) un ami",
    "envoyer par e-?mail",
    "courriel",
    "haut de page",
    "taille du texte",
    "retour en haut",
    "télécharger",
)
HOME_WORD = _any_of(
    "home(?: ?page)?",
    "main",
    "index",
    "首页",
    "主页",
    "главная",
    "accueil",
    "you are here",
    "当前位置",
    "您(?:的|所在的?)位置",
    "вы здесь",
    "vous êtes ici",
)
BREADCRUMB = re.compile(
    rf"\W*{HOME_WORD}\W*(?:[/>»›→|:：\\-]|&gt;|—|–)\s*\S.{{0,180}}|\W*{HOME_WORD}\W*", re.IGNORECASE
)
COPYRIGHT = re.compile(
    r"©|\(c\) ?(?:19|20)\d\d|^\W*copyright\b|\bcopyright (?:©|\(c\)|(?:19|20)\d\d)"
    r"|all rights reserved|版权所有|ICP[备证]|公网安备|"
    r"все права (?:защищены|сохранены)|tous droits réservés",
    re.IGNORECASE,
)
CREDIT = re.compile(
    r"[\[(（]?\s*(?:(?:photo|image|picture|video|graphic)s?(?: (?:credits?|by|courtesy(?: of)?)|/| ?[:：])"
    r"|credits?(?: ?[:：]|/)"
    r"|file photo|courtesy of |图片?(?:来源|源|片说明)|图[/：:]|摄影[:：/]|фото(?: ?[:：©]|/|графия:)|изображение:"
    r"|источник (?:фото|изображения)|"
    r"crédits?(?: (?:photo|image)s?)? ?[:：/]|photo ?[:：]|© )",
    re.IGNORECASE,
)
CREDIT_LINE = re.compile(
    r"[(（\[](?:photo|image|picture|illustration|file photo|фото|иллюстрация|图|资料图)\b[^)）\]]{0,80}[)）\]]"
    r"|(?:供图|图源|图片|摄影|摄)[:：/].{1,40}|(?:photo|image|picture|фото) ?[:：/].{1,80}",
    re.IGNORECASE,
)
COOKIES = re.compile(
    r"\bcookies?\b.{0,160}\b(?:accept|consent|agree|use[sd]?|browser|settings|website|utilis\w+|accepte\w*"
    r"|site|navigation|польз\w+|сайт\w*)\b|"
    r"\b(?:use|using|accept|uses|utilise|utilisons|используе\w+|使用).{0,60}cookies?",
    re.IGNORECASE | re.DOTALL,
)
COUNTER = re.compile(
    r"\W*(?:views?|hits|page views|read(?:s| count)?|浏览(?:次数|量)?|点击(?:数|量|次数)?"
    r"|阅读(?:次数|量|数)?|访问(?:次数|量)"
    r"|просмотр(?:ы|ов)|vues?|lectures?)"
    r"\W{0,4}\d*\W*(?:次)?\W*",
    re.IGNORECASE,
)
EDITOR_LINE = re.compile(
    r"[\[(（【]?\s*(?:(?:web )?editors?|责任?编辑|编辑|责编|审核|校对|撰稿|редактор|rédaction) ?[:：].{0,60}",
    re.IGNORECASE,
)
BYLINE = re.compile(
    r"\W*(?:by|written by|posted by|source|author|news provided by|par|auteur|автор|источник|作者|来源|來源|稿件来源"
    r"|文章来源|发布时间|时间)\b"
    r".{0,90}|.{0,40}\b(?:source|来源|來源|источник|字号|font size|размер шрифта|leave a comment"
    r"|\d+ comments?)\b.{0,90}",
    re.IGNORECASE,
)
ADVERTISEMENT = re.compile(
    r"\W*(?:advertisement|advertising|sponsored(?: content)?|реклама|publicité|广告)\b(?:\W.{0,120})?"
    r"|your e-?mail address will not be published.{0,80}|best viewed (?:at|in|with) .{0,40}"
    r"|.{0,40}\ballow notifications\b.{0,40}|\W*(?:subscribe|sign up|abonnez-vous|подпишитесь"
    r"|подписывайтесь|关注我们)\b.{0,80}",
    re.IGNORECASE,
)
READ_ALSO_WORD = _any_of(
    r"read (?:more|also|next)|see also|useful links|also read|more on this|you may also like"
    r"|recommended|latest news|most read|top stories|more news|more stories|tags?|keywords"
    r"|previous(?: article)?|next(?: article)?"
    r"|related(?: (?:links?|articles?|news|stories|content|topics?|pages?))?",
    r"相关(?:新闻|链接|阅读|文章|报道)|延伸阅读|(?:热点|精彩|编辑)?推荐(?:阅读)?|更多(?:新闻|内容)?|热门|最新|上一篇|下一篇",
    r"читайте также|по теме|смотрите также|другие новости|ещё по теме|материалы по теме|похожие (?:новости|материалы)"
    r"|теги|читайте також|дивіться також",
    r"(?:à |a )?(?:lire|voir|découvrir) (?:aussi|également)|sur le même sujet|articles? (?:liés|similaires|connexes)"
    r"|pour aller plus loin|mots-clés|liens utiles|à voir",
    r"lesen sie (?:auch|dazu|mehr)|auch interessant|mehr (?:zum thema|dazu)|zum artikel"
    r"|weitere (?:themen|artikel|meldungen)"
    r"|das könnte sie (?:auch )?interessieren|die redaktion empfiehlt|meistgelesen|passend zum thema",
    r"(?:le|te) puede interesar|lea (?:aquí|también|además|más)|lee también|ver también|noticias relacionadas",
    r"leggi (?:anche|pure)|vedi anche|potrebbe interessarti|articoli correlati",
    r"lei?a (?:também|mais)|veja também|saiba mais|notícias relacionadas",
    r"lees ook|czytaj (?:też|także|również)|zobacz także|ilgili haberler",
    r"関連(?:記事|リンク|キーワード|ニュース)|あわせて読みたい|おすすめ(?:情報|記事)?|관련 ?(?:기사|뉴스)",
)
READ_ALSO = re.compile(rf"\W*{READ_ALSO_WORD}(?:\W*[:：>»].*|\W*)", re.IGNORECASE | re.DOTALL)
STAMP = re.compile(
    r"\W*(?:(?:first )?published|posted|(?:page )?(?:last )?(?:updated|modified|reviewed)"
    r"|publiée?|parue?|mise? (?:à jour|en ligne)|dernière (?:modification|mise à jour)"
    r"|опубликован\w*|обновлен\w*|последн\w+ (?:изменени\w+|обновлени\w+)"
    r"|дата (?:публикации|обновления)|发布(?:时间|日期)|更新(?:时间|日期)|最后更新"
    r"|发表(?:时间|日期))\b\W*(?:on|le|at|:|：)?\W*[^.!?。]{0,24}\d[^!?。]{0,60}",
    re.IGNORECASE,
)
TRAIL = re.compile(r"(?:[^>»›→]{2,50}\s[>»›→]\s){1,6}[^>»›→]{2,80}")
NOTICE = re.compile(
    _any_of(
        r".{0,40}\benable javascript\b.{0,160}",
        r"(?=.*\b(?:newsletter|push alerts?|bulletin|app)\b)(?=.*\b(?:sign(?:ed)? up|subscrib\w+|anmeld\w+|abonn\w+"
        r"|inscri\w+|straight to your|hier (?:geht|entlang)|download)\b).{0,300}",
        r"\W*(?:got a story|for more stories like this|get in touch with (?:our|us)\b|follow (?:us|\S.{1,40}) on "
        r"(?:twitter|facebook|x|instagram|telegram|whatsapp|linkedin)\b"
        r"|join (?:us on|our) (?:telegram|whatsapp)).{0,200}",
        r".{0,80}(?:réservée? aux abonnés|il vous reste [\d.,]+ ?%|会員限定|for subscribers only|nur für abonnenten"
        r"|только для подписчиков).{0,120}",
        r".{0,200}(?:\baffiliate[- ]?(?:links?|partner)|earns? (?:an? )?(?:small )?(?:affiliate )?commission"
        r"|products from (?:one or more of )?our (?:advertisers|partners)|affiliate-links?|werbelinks?).{0,300}",
        r"\W*our standards:.{0,80}"
        r"|\W*(?:originally published|this article (?:was|is) (?:republished|reproduced)).{0,160}",
    ),
    re.IGNORECASE,
)
MORE_MARK = re.compile(
    r"(?:>>|»|›|\.\.\.|…|\[)\s*(?:read |view |see |learn )?(?:more|更多|详细|全文|подробнее|далее|en savoir plus"
    r"|lire la suite)\s*\]?\s*$"
    r"|(?:^|\s)(?:read |view |learn )?(?:more|更多|подробнее|en savoir plus)\s*(?:>>|»|›)\s*$",
    re.IGNORECASE,
)
CONTACT_HEADING = re.compile(
    r"\W*(?:(?:media|press|news)? ?contacts?(?: us| information| details| person)?|media (?:enquiries"
    r"|inquiries|relations)|press office|get in touch"
    r"|notes? (?:to|for) editors?|联系我们|联系方式|媒体联系(?:人)?|新闻联系人?|联系人|контакты|контактная информация"
    r"|контакты для (?:прессы|сми)|пресс-служба"
    r"|contacts? (?:presse|médias?)|nous contacter|contactez-nous|relations (?:presse|médias))\W*",
    re.IGNORECASE,
)
CONTACT_REQUEST = re.compile(
    r"\W*(?:for (?:more|further|additional|media) (?:information|details|enquiries"
    r"|inquiries)\b.{0,40}\b(?:contact|visit|e-?mail|call)\b"
    r"|(?:please )?contact us (?:at|on|by)|for (?:more|further) (?:information"
    r"|details),? (?:please )?(?:see|go to)\b|如需(?:更多|进一步)|更多信息请|欲了解更多|"
    r"за (?:дополнительной|подробной) информацией|дополнительная информация:|pour (?:plus d['’]"
    r"|de plus amples |tout complément d['’])informations?,?"
    r" (?:veuillez|contact|merci))",
    re.IGNORECASE,
)
CONTACT_LINE = re.compile(
    r"\W*(?:tel|tél|telephone|téléphone|phone|ph|mobile|fax|télécopie|e-?mail|courriel|mail|add|addr"
    r"|address|adresse|postcode|post code|postal code|"
    r"zip(?: code)?|p\.? ?o\.? box|website|web|site web|url|company name|contact person|contact name|city"
    r"|state|country|organi[sz]ation|"
    r"电话|传真|邮编|邮政编码|地址|邮箱|电子邮[箱件]"
    r"|网址|联系人|тел|телефон|факс|адрес|эл(?:ектронная)?\.? ?почта|сайт|индекс"
    r"|code postal)\.?\s*[:：]|"
    r"\S+@\S+\.\w+\s*$|\W*\+?\d[\d\s()./-]{7,}\s*(?:\(\w+\)\s*)?(?:\d[\d\s()./-]{7,}(?:\(\w+\))?)?$"
    r"|https?://\S+$|www\.\S+$",
    re.IGNORECASE,
)
ABOUT_HEADING = re.compile(
    r"\W*(?:about (?!the (?:workshop|event|conference|project|mission|meeting|programme"
    r"|program)\b)\S.{0,70}|关于(?!举办|召开|开展|印发|发布)\S{2,24}"
    r"|о(?:б)? (?:компании|организации|агентстве|корпорации|предприятии|институте|фонде|нас)\b.{0,60}"
    r"|à propos d(?:e |u |es |['’]).{1,70}|boilerplate)\W*",
    re.IGNORECASE,
)
ORGANISATION_CUE = re.compile(
    r"\b(?:compan(?:y|ies)|inc|ltd|llc|plc|gmbh|corp(?:oration)?|founded|established|headquarter\w*|portal"
    r"|leading|leader|provider|provides|website|"
    r"nasdaq|nyse|subsidiar\w+|services?|agency|organi[sz]ation|institut\w+|association|foundation"
    r"|news(?:wire| agency)?|www|entreprise|société|"
    r"filiale|agence|organisme|fondée?|siège|leader|компани\w+|основан\w*|корпораци\w+|агентств\w+"
    r"|организаци\w+|предприяти\w+|холдинг\w*)\b"
    r"|公司|成立|总部|机构|集团|门户|平台|https?:",
    re.IGNORECASE,
)
SENTENCE_END = re.compile(r"[.!?。！？…:：;；”\"»)]\s*$")
LINE_RULES = (BREADCRUMB, COUNTER, EDITOR_LINE, ADVERTISEMENT, NOTICE, STAMP, CREDIT_LINE)
SENTENCE_STOP = re.compile(r"[.!?。！？]\s*$")
TIME_OF_DAY = re.compile(r"\d{1,2}[:h：]\d{2}(?::\d{2})?(?:\s*[ap]\.?m\.?)?", re.IGNORECASE)
