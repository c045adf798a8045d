"""The words that summaries look for, in four languages: datelines, connectives, references, events: data, apart."""

from __future__ import annotations

import re

# An opening that the summary may cut off, so that the sentence starts with what it says.
# CAPE CANAVERAL    Paris    Нью-Йорк    WASHINGTON/LONDON
_PLACE = r"[A-ZÀ-ÝА-ЯЁ][^\W\d_.]{1,20}(?:[’'/.-]+[^\W\d_]{1,20}){0,3}"
_DASH = r"\s?(?:--|—|–|-)\s*"
_AGENCIES = r"(?:РИА Новости|ТАСС|Интерфакс|AFP|Reuters|Xinhua)[.,:]?\s+"
DATELINES = (
    # London (CNN)The storm
    re.compile(rf"{_PLACE}(?:,? {_PLACE}){{0,2}}\s?\((?:CNN|AP|AFP|UPI|PTI|ANI|Reuters|Xinhua)\)\s*(?=[A-Z\"“])"),
    # (CNN)The storm    (Reuters) - The storm
    re.compile(rf"\([A-Z][\w ./]{{1,20}}\)(?:{_DASH}|\s*)(?=[\w\"“])"),
    # LONG BEACH, Calif.--(BUSINESS WIRE)--Nov. 8, 2023--
    re.compile(r"[A-Z][\w .,'’-]{2,40}--\([A-Z ]+\)--(?:[\w., ]{4,20}--)?\s*"),
    # BEIJING, Sept. 7 (Xinhua) --    Paris, le 3 mars 2022 -    МОСКВА, 9 мар - РИА Новости.    Baghdad, Iraq (CNN) --
    re.compile(
        rf"{_PLACE}(?: {_PLACE}| (?:de|del|la|le|sur|of|на) {_PLACE}){{0,2}}"
        r"(?:, (?:[A-ZÀ-Ý][\w.’' ]{1,30}, )?(?:le )?[\w.]{1,12} [\w.]{1,10}(?: \d{4})?(?: г\.)?|, [\w.]{1,14})?"
        rf"\s?(?:[(/][^()/]{{2,40}}[)/]\.?)?\s?(?:--|—|–|-)\s+(?:{_AGENCIES})?(?=[\w\"“«])"
    ),
    re.compile(
        r"[\u4e00-\u9fff]{1,6}[社网報报][\u4e00-\u9fff]{0,10}(?:\d{1,2}月)?\d{1,2}日(?:电|電|讯|訊)"
        r"(?:\s?[（(][^）)]{1,40}[）)])?[\s:：，,]*"
    ),
    # 21.20 The euro    09:15 GMT — Путин    Space-Journal.com - The storm
    re.compile(
        r"(?:[01]?\d|2[0-3])[.:][0-5]\d(?:\s?(?:GMT|UTC|BST|CET|МСК))?\s?[—–:-]?\s+(?=[A-ZÀ-ÝА-ЯЁ\"“«])"
        r"(?!(?:[GMT](?:Hz|bit|bps|B|W|Wh|eV|Pa)|[ГМТ](?:Гц|бит|Б|Вт|эВ|Па)|USD|EUR|GBP|CNY|RUB)\b)"
        r"|[\w-]+\.(?:com|org|net|ru|fr|cn|de)\s[—–-]\s(?=[A-ZÀ-ÝА-ЯЁ\"“«])"
    ),
    # 伊斯兰堡2月28日电    酒泉10月29日电（记者 李晨）
    re.compile(r"[\u4e00-\u9fff]{2,12}\d{1,2}月\d{1,2}日[电電](?:\s?[（(][^）)]{1,40}[）)])?[\s:：，,]*"),
    re.compile(r"[\u4e00-\u9fff]{2,8}(?:消息|[讯訊])(?:\s?[（(][^）)]{1,40}[）)])?[\s:：]+"),
    re.compile(r"【[\u4e00-\u9fff ]{2,12}】\s*(?=[\u4e00-\u9fff\d])"),
)
# A dateline holds a date, an agency in brackets, a double dash or a place in capitals: a name before a dash is none.
DATELINE_SIGN = re.compile(
    r"\d|\.(?:com|org|net|ru|fr|cn|de) |\([A-Z]\w+\)|/[A-ZА-Я]+/|--|[社网報报].*[电電讯訊]|[电電讯訊息】]"
    r"|^[A-ZÀ-ÝА-ЯЁ][A-ZÀ-ÝА-ЯЁ .'’/-]{3,}[A-ZÀ-ÝА-ЯЁ]"
)
# What a list puts before its items.
ITEM_SIGNS = re.compile(
    r"(?:[•‣▪●■►▶·*–—-]\s+|\(?(?:\d{1,2}|[a-zа-я])[.)]\s+|[（(]?[一二三四五六七八九十]{1,3}[)）、.．]\s*|[㈠-㈩①-⑳]\s*|\d{1,2}、\s*)"
    r"(?=[A-ZÀ-ÝА-ЯЁ\u4e00-\u9fff\"“«])"
)

CONNECTIVES = re.compile(
    r"(?:however|meanwhile|in addition|moreover|furthermore|additionally|also|besides|but|and|as a result|therefore"
    r"|thus|nevertheless|for example|in particular|finally|cependant|toutefois|par ailleurs|en outre|de plus|enfin"
    r"|ainsi|néanmoins|en effet|mais|кроме того|однако|при этом|также|между тем|более того|тем временем|наконец"
    r"|в свою очередь|в частности|так),\s+(?=[A-ZÀ-ÝА-ЯЁ\d])"
    r"|(?:此外|同时|同時|另外|不过|但是|然而|而且|据悉|据了解|据介绍|據悉|其中|因此|所以)[，,]",
    re.IGNORECASE,
)
# Opening words that point back at an earlier sentence, or at a speaker who is named there.
REFERENCES = re.compile(
    r"[\"“«'‘`\s]*(?:(?:he|she|it|they|his|her|their|its|this|these|those|such|that|both"
    r"|the (?:two|pair|latter|former|same"
    r"|move|other|others|rest)|according to (?:him|her|it|them)|but|and|or|nor|so|yet|also|instead|still"
    r"|however|moreover"
    r"|which|(?:no|yes|well|in (?:one|another|both))(?=,)"
    r"|then|here|there (?:he|she)|meanwhile|afterwards|since then|another|others|i|we|my|our|you|your|asked"
    r"|il|elle|ils|elles|ce|cela|cette|ces|cet|celui-ci|celle-ci|ceux-ci|celles-ci|son|sa|ses|leur|leurs|mais"
    r"|selon (?:lui|elle)|on y|tous deux|tous les deux|toutes deux|puis|alors|ensuite|or|donc|je|nous|notre|nos"
    r"|он|она|оно|они|его|её|ее|их|ему|ей|им|у него|у неё|у них|это|этот|эта|эти|этого|этой|такой|такая|такие"
    r"|по его словам|по её словам|по ее словам|стороны|при этом|также|но|однако|кроме того|кроме этого"
    r"|там|тогда|обе|оба"
    r"|поэтому|затем|потом|после этого|тем самым|остальные|зато|ведь|туда|оттуда|а|и|или|я|мы|наш|наша|наши|вы)\b"
    r"|c['’]|"
    r"他|她|它|该|該|此|这|這|其|双方|雙方|两国|兩國|对此|但|而|并|也|还|還|另|同时|據此|据此|上述|前者|后者|後者|会上|會上"
    r"|随后|隨後|之后|之後|因此|由此|现场|演练中|要(?!闻|点|求|塞|员|素|是)|届时|屆時|为此|為此|当天|當天|当日|當日|同日|当时|當時|我|咱|你|您)",
    re.IGNORECASE,
)
EVENTS = re.compile(
    r"\b(?:sign(?:ed|s|ing)?|agree(?:d|ment|ments|s)?|memorand(?:um|a)|mou|treaty|accords?|join(?:ed|s)?|cooperat\w*"
    r"|partner\w*|launch\w*|land(?:ed|ing)|conference|workshop|forum|symposium|congress|summit|session|meeting"
    r"|white paper|deadline|applications?|call for|announc\w*|held|hosts?|hosted|co-?hosted|deliver\w*|contract\w*"
    r"|postpon\w*|cancel\w*|suspend\w*|accession|ratif\w*|select\w*|adopt\w*|statement"
    r"|sign[éeèa]\w*|accord|mémorandum|traité|lanc\w+|atterri\w+|conférence|atelier|colloque|sommet|réunion"
    r"|livre blanc|coopér\w+|partenariat\w*|report[ée]\w*|annul\w+|suspend\w+|adhé\w+"
    r"|подпис\w+|соглашени\w+|меморандум\w*|договор\w*|запус\w+|посадк\w+|конференци\w+|семинар\w*|форум\w*|саммит\w*"
    r"|встреч\w+|сотрудничеств\w+|белая книга|отлож\w+|отмен\w+|приостанов\w+|присоедин\w+|состо\w+|старт\w*)\b"
    r"|签署|簽署|协议|協議|协定|備忘錄|备忘录|声明|聲明|条约|合作|加入|发射|發射|着陆|著陸|会议|會議|论坛|論壇|研讨会"
    r"|大会|白皮书|举行|舉行|举办|舉辦|宣布|征集|截止|推迟|取消|暂停|选定|发布",
    re.IGNORECASE,
)
FIGURES = re.compile(r"\d|[一二三四五六七八九十百千万亿两]+(?:个|名|位|颗|次|年|月|日|国|项|家|届|吨|公里)")
QUOTATIONS = re.compile(r"[\"“”«»「」]|(?:^|\s)[`‘']")
BOILERPLATE = re.compile(
    r"\b(?:click here|read more|scroll down for|getty images|ap photo|file photo"
    r"|sign up|subscribe|(?:all )?rights reserved|copyright|cookies?|privacy policy|follow us"
    r"|share this|contact us|for more information|for further information|press contact|media contact|e-?mail|tel\.?:"
    r"|phone:|view original content|source:"
    r"|(?:photo(?:graph)?|image|picture|video) (?:by (?-i:[A-Z])|credits?|courtesy)"
    r"|in this (?:file |handout |undated |screen)?(?:photo|image|picture|grab)\w*"
    r"|newsletter|terms of use|log ?in|javascript"
    r"|en savoir plus|(?:lire|voir) aussi|suivre (?:ici|en direct)|sur cette photo"
    r"|cliquez|abonnez|tous droits réservés|inscrivez|contact presse"
    r"|подробнее|подпис(?:ывайтесь|аться)|читайте также|все права защищены|при использовании материалов|фото:)"
    r"|https?://|www\.|\S@\S+\.\w|©|版权所有|责任编辑|責任編輯|编辑[:：]|我现在|我身[后边]|点击|扫描二维码|扫码|转载|联系我们|来源[:：]|记者[:：]",
    re.IGNORECASE,
)
# Captions and bylines, known by how they open.
CAPTIONS = re.compile(
    r"!\[|\W*(?:fig(?:ure|s)?|table|chart|рис(?:унок)?|таблица|图表|图|圖|表)\W{0,2}\s?\d"
    r"|\W*(?:图为|圖為|资料图|資料圖|pictured|photos?:|images?:|file photo|scroll down"
    r"|watch:|video:|click|getty|фото\b|на фото"
    r"|by \.|published:|updated:|last updated|written by|reporting by|editing by|автор:|текст:|作者[:：]|文/|图/|撰稿)",
    re.IGNORECASE,
)
# What a picture shows, in the present, with the day on which it was taken at the end.
PICTURED = re.compile(
    r"\b(?:(?:is|are) (?:seen|pictured|shown|photographed)|stands?|walks?|sits?|poses?|travels?|waits?|looks?|waves?"
    r"|shakes?|arrives?|rides?|reacts?|takes? part)\b.*"
    r",\s(?:[A-Z][a-z]{2,8}\.? \d{1,2}|\d{1,2} [A-Z][a-z]{2,8}\.?),? \d{4}\.$"
)
SITE_WORDS = re.compile(
    r"\b(?:news|times|post|daily|herald|journal|online|magazine|tribune|gazette|press|agency|website|home ?page|blog"
    r"|media|portal|tv|radio|gov|com|org|net|wire|new?wire|reuters|tass|xinhua|cgtn|afp|bbc|cnn|rfi"
    r"|actualités|le monde|journaux|новости|риа|тасс|газета|интерфакс|известия|портал|сайт|агентство|журнал)\b"
    r"|(?:网|網|报|報|新闻|新聞|频道|客户端|在线|日报|时报|门户|官网|网站|通讯社|新华社|局|部|署|院)$",
    re.IGNORECASE,
)
