"""The words that summaries look for, in four languages: datelines, connectives, references, events: data, apart."""

from __future__ import annotations

import re

# An opening that the summary may cut off, so that the sentence starts with what it says.
DATELINES = (
    # BEIJING, Sept. 7 (Xinhua) --    Paris, le 3 mars 2022 -    МОСКВА, 9 мар - РИА Новости.
    re.compile(
        r"[A-ZÀ-ÝА-ЯЁ][\w.’' -]{1,40}"
        r"(?:, (?:[A-ZÀ-Ý][\w.’' ]{1,30}, )?(?:le )?[\w.]{1,12} [\w.]{1,10}(?: \d{4})?(?: г\.)?)?"
        r"\s?(?:[(/][^()/]{2,40}[)/]\.?)?\s?(?:--|—|–|-)\s+"
        r"(?:(?:РИА Новости|ТАСС|Интерфакс|AFP|Reuters|Xinhua)[.,:]?\s+)?(?=[\w\"“«])"
    ),
    re.compile(
        r"[\u4e00-\u9fff]{1,6}[社网報报][\u4e00-\u9fff]{0,10}(?:\d{1,2}月)?\d{1,2}日(?:电|電|讯|訊)"
        r"(?:\s?[（(][^）)]{1,40}[）)])?[\s:：，,]*"
    ),
    re.compile(r"[\u4e00-\u9fff]{2,8}(?:消息|[讯訊])(?:\s?[（(][^）)]{1,40}[）)])?[\s:：]+"),
)
# A dateline holds a date, an agency in brackets or a double dash: a name before a dash alone is none.
DATELINE_SIGN = re.compile(r"\d|\([A-Z]\w+\)|/[A-ZА-Я]+/|--|[社网報报].*[电電讯訊]|[讯訊息]")

CONNECTIVES = re.compile(
    r"(?:however|meanwhile|in addition|moreover|furthermore|additionally|also|besides|but|and|as a result|therefore"
    r"|thus|nevertheless|for example|in particular|finally|cependant|toutefois|par ailleurs|en outre|de plus|enfin"
    r"|ainsi|néanmoins|en effet|mais|кроме того|однако|при этом|также|между тем|более того|тем временем|наконец"
    r"|в свою очередь|в частности|так),\s+(?=[A-ZÀ-ÝА-ЯЁ\d])"
    r"|(?:此外|同时|同時|另外|不过|但是|然而|而且|据悉|据了解|据介绍|據悉|其中|因此|所以)[，,]",
    re.IGNORECASE,
)
# Opening words that point back at an earlier sentence.
REFERENCES = re.compile(
    r"(?:(?:he|she|it|they|his|her|their|its|this|these|those|such|that|both|the (?:two|pair|latter|former|same|move)"
    r"|according to (?:him|her|it|them)|but|and|so|also|however|moreover|then|here|there (?:he|she)|meanwhile"
    r"|il|elle|ils|elles|ce|cela|cette|ces|cet|celui-ci|celle-ci|son|sa|ses|leur|leurs|mais|selon (?:lui|elle)"
    r"|on y|tous deux|"
    r"он|она|оно|они|его|её|ее|их|это|этот|эта|эти|такой|такая|такие|по его словам|по её словам|по ее словам|стороны"
    r"|при этом|также|но|однако|кроме того|там|тогда|обе)\b|c['’]|"
    r"他|她|它|该|該|此|这|這|其|双方|雙方|两国|兩國|对此|但|而|并|也|同时|据此|上述|前者|后者|会上|會上)",
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
    r"\b(?:click here|read more|sign up|subscribe|all rights reserved|copyright|cookies?|privacy policy|follow us"
    r"|share this|contact us|for more information|for further information|press contact|media contact|e-?mail|tel\.?:"
    r"|phone:|view original content|source:|photo(?:graph)? (?:by|credit)|newsletter|terms of use|log ?in|javascript"
    r"|en savoir plus|lire aussi|cliquez|abonnez|tous droits réservés|inscrivez|contact presse"
    r"|подробнее|подпис(?:ывайтесь|аться)|читайте также|все права защищены|при использовании материалов|фото:)"
    r"|https?://|www\.|\S@\S+\.\w|©|版权所有|责任编辑|責任編輯|编辑[:：]|点击|扫描二维码|扫码|转载|联系我们|来源[:：]|记者[:：]",
    re.IGNORECASE,
)
SITE_WORDS = re.compile(
    r"\b(?:news|times|post|daily|herald|journal|online|magazine|tribune|gazette|press|agency|website|home ?page|blog"
    r"|media|portal|tv|radio|gov|com|org|net|wire|new?wire|reuters|tass|xinhua|cgtn|afp|bbc|cnn|rfi"
    r"|actualités|le monde|journaux|новости|риа|тасс|газета|интерфакс|известия|портал|сайт|агентство|журнал)\b"
    r"|(?:网|網|报|報|新闻|新聞|频道|客户端|在线|日报|时报|门户|官网|网站|通讯社|新华社|局|部|署|院)$",
    re.IGNORECASE,
)
