"""How far decoded text looks like written language: the letters that languages use most, and what no writer does.

Apart from `encodings.py` because this is data and judgement on text; it knows nothing of bytes and declarations.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

NON_ASCII = re.compile(r"[^\x00-\x7f]")
# Undecodable, control and private characters, box drawings and half-width katakana: nobody writes them in running text.
FAULT = re.compile("[\ufffd\x80-\x9f\ue000-\uf8ff─-▟｡-ﾟ]")
TYPOGRAPHY = re.compile(r"[\u00a0«»‐-…‹›©®™°·№€£§½×−•■●　-】！-～]")
APOSTROPHE_IN_WORD = re.compile(r"(?<=[A-Za-z])’(?=[A-Za-z])")
# A symbol or a mark of the currency inside a word is a letter of another charset.
SYMBOL_IN_WORD = re.compile(r"(?<=[^\W\d_])[¡-©«-´¶-¹»-¿×÷Ł‚-‡‰˘˙˛](?=[^\W\d_])|¤|(?<=[^\W\d_])[¹³¿¼½¾¶±¦¯](?!\w)")
WORST = 3.0

COMMON_CYRILLIC = re.compile(r"[оеаинтсрвлкмдпуяі]", re.IGNORECASE)
USUAL_CYRILLIC = re.compile(r"[ыьгзбчйхжєїґў]", re.IGNORECASE)
RARE_CYRILLIC = re.compile(r"[шюцщэфъёјљњћђџѓќѕ]", re.IGNORECASE)
CYRILLIC = re.compile(r"[Ѐ-ӿ]")
CYRILLIC_BESIDE_ASCII = re.compile(r"[A-Za-z][Ѐ-ӿ]|[Ѐ-ӿ][A-Za-z]")
CAPITAL_INSIDE_WORD = re.compile(r"[а-яёіїєґўј][А-ЯЁІЇЄҐЎЂЃЉЊЌЋЏЈ]")
CAPITALS_AFTER_SMALL_INITIAL = re.compile(r"(?<![Ѐ-ӿ])[а-яё][А-ЯЁ]{2}")

GREEK = re.compile(r"[Ά-ώ]")
RARE_GREEK = re.compile(r"[ξψζΐΰϊϋΪΫ]")
ODD_GREEK = re.compile(r"ς(?=[α-ώ])|[α-ώ][Ά-Ϋ]|[A-Za-z][Ά-ώ]|[Ά-ώ][A-Za-z]|[Ϊ-Ϋ]|σ(?![α-ώ’'])")
HEBREW = re.compile(r"[א-ת]")
ODD_HEBREW = re.compile(r"[ךםןףץ](?=[א-ת])|[\u0591-\u05c7װ-״₪]|[A-Za-zÀ-ɏ][א-ת]|[א-ת][A-Za-zÀ-ɏ]")
ARABIC = re.compile(r"[ء-يپچژگک،؛؟]")
ODD_ARABIC = re.compile(r"[A-Za-zÀ-ɏ][ء-ي]|[ء-ي][A-Za-zÀ-ɏ]|ة(?=[ء-ي])|ى(?=[ء-ي])|[\u064b-\u0652](?![\sء-ي])")

LATIN = re.compile(r"[ªºÀ-ÖØ-öø-ɏȘ-ț]")
WESTERN = re.compile(r"[éèàáíóúñçãõâêôîûùäöüßåøæëïœìòº]", re.IGNORECASE)
CENTRAL = re.compile(r"[ąćęłńóśźżěščřžýáíéůúďťňőűöüôäľăâîşţșțđß]", re.IGNORECASE)
TURKISH = re.compile(r"[ğışçöüİâîû]", re.IGNORECASE)
LATIN_BESIDE_LATIN = re.compile(r"[À-ÖØ-öø-ɏ](?=[À-ÖØ-öø-ɏ])")
LATIN_CAPITAL_INSIDE_WORD = re.compile(r"[a-zß-öø-ÿ][À-ÖØ-Þ]")
LATIN_ALPHABETS = {
    "cp1250": CENTRAL,
    "iso8859-2": CENTRAL,
    "iso8859-16": CENTRAL,
    "cp1254": TURKISH,
    "utf-8": LATIN,
}
ALPHABETS = {
    "cs": "áčďéěíňóřšťúůýž",
    "da": "æøåé",
    "de": "äöüß",
    "es": "áéíñóúüªº",
    "et": "äöõüšž",
    "fi": "äöå",
    "fr": "àâæçéèêëîïôœùûüÿ",
    "hr": "čćđšž",
    "hu": "áéíóöőúüű",
    "it": "àèéìíòóùú",
    "no": "æøåéòô",
    "pl": "ąćęłńóśźż",
    "pt": "áâãàçéêíóôõúüªº",
    "ro": "ăâîșțşţ",
    "sk": "áäčďéíĺľňóôŕšťúýž",
    "sl": "čšž",
    "sv": "åäöé",
    "tr": "çğıöşüâîûi̇",
}

HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
KANA = re.compile(r"[ぁ-ヿ]")
HANGUL = re.compile(r"[가-힯]")
COMMON_HAN = re.compile(
    "[的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然"
    "家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把"
    "机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果"
    "加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活尔"
    "更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空决治展"
    "马科司五基眼书非则听白却界达光放强即像难且权思王象完设式色路记南品住告类求据程北边死张该交规万取拉格望觉术领共"
    "确传师观清今切院让识候带导争运航星火箭卫射轨项际技究研会议闻网站首页"
    "這個們來為國說時會對於著過發後裡種經麼學現當沒動還進樣開從實軍無與長機關點業將兩間問並應戰頭體見產話內給門兒東聲"
    "員論處義幾認條氣題爾別變總電數報結務場計資許統區隊決馬書則聽卻達強難權設記類據邊張該規萬覺術領確傳師觀讓識帶導爭"
    "運衛軌項際議聞網頁民年月日時分会社東京本発表政府国民党議員首相県市委]"
)
COMMON_HANGUL = re.compile(
    "[이다의는에을를가은고하한로지사기도서인나자시어정대리수일과해있그보전부제장상주스아으들라원만것조마구여선국동무비위"
    "성세관안까년월경우진유신소계미치생화개연공방회면중분오당재부모발적내할했된되며습니와트레야거교통게운명민]"
)
FIRST_LEVELS = {
    "gb18030": ("gb2312", 0xB0, 0xD7),
    "big5hkscs": ("big5", 0xA4, 0xC6),
    "cp932": ("euc_jp", 0xB0, 0xCF),
    "euc_jp": ("euc_jp", 0xB0, 0xCF),
    "cp949": ("euc_kr", 0xB0, 0xC8),
}
JAPANESE = ("cp932", "euc_jp", "utf-8")
KOREAN = ("cp949", "utf-8")


def plausibility(text: str, encoding: str) -> float:
    """Score from below 0 (rubbish) to somewhat over 1 how far the non-ASCII characters look like written language.

    `encoding` is Python's name for that which the bytes were read with: readings of one page are to be compared.
    """
    total = len(NON_ASCII.findall(text))
    if not total:
        return 0.0
    faults = len(FAULT.findall(text)) + len(SYMBOL_IN_WORD.findall(text))
    neutral = 0.6 * len(TYPOGRAPHY.findall(text)) + 0.4 * len(APOSTROPHE_IN_WORD.findall(text))
    return (sum(score(text, encoding) for score in SCORES) + neutral - WORST * faults) / total


def fitness(text: str, language: str) -> float:
    """Tell from -1 to 1 how far the accented Latin letters of `text` are those of its language; 0 if it is unknown."""
    letters = [letter.lower() for letter in LATIN.findall(text)]
    if not letters or language not in ALPHABETS:
        return 0.0
    return 2 * sum(letter in ALPHABETS[language] for letter in letters) / len(letters) - 1


def _cyrillic_score(text: str, _encoding: str) -> float:
    # KOI8-R read as Windows-1251, and the reverse, turns the case of every letter round; French read as
    # Windows-1251 puts single Cyrillic letters into Latin words.
    total = len(CYRILLIC.findall(text))
    if not total:
        return 0.0
    common, usual, rare = (len(letters.findall(text)) for letters in (COMMON_CYRILLIC, USUAL_CYRILLIC, RARE_CYRILLIC))
    turned = 4 * len(CAPITAL_INSIDE_WORD.findall(text)) + 8 * len(CAPITALS_AFTER_SMALL_INITIAL.findall(text))
    mixed = 3 * len(CYRILLIC_BESIDE_ASCII.findall(text))
    return 1.1 * common + 0.8 * usual - 0.2 * rare - 2 * (total - common - usual - rare) - turned - mixed


def _latin_score(text: str, encoding: str) -> float:
    total = len(LATIN.findall(text))
    usual = len(LATIN_ALPHABETS.get(encoding, WESTERN).findall(text)) if total else 0
    beside = 2.5 * len(LATIN_BESIDE_LATIN.findall(text)) + 2 * len(LATIN_CAPITAL_INSIDE_WORD.findall(text))
    return usual - 0.5 * (total - usual) - beside


def _greek_score(text: str, _encoding: str) -> float:
    return len(GREEK.findall(text)) - len(RARE_GREEK.findall(text)) - 4 * len(ODD_GREEK.findall(text))


def _hebrew_score(text: str, _encoding: str) -> float:
    return len(HEBREW.findall(text)) - 3 * len(ODD_HEBREW.findall(text))


def _arabic_score(text: str, _encoding: str) -> float:
    return len(ARABIC.findall(text)) - 3 * len(ODD_ARABIC.findall(text))


def _han_score(text: str, encoding: str) -> float:
    """Weigh ideographs: the commonest make up three quarters of running text, the first level nearly all of it."""
    ideographs = HAN.findall(text)
    common = len(COMMON_HAN.findall(text))
    if encoding == "cp949":
        return -0.5 * len(ideographs)
    first_level = _first_level(encoding) if encoding in FIRST_LEVELS else frozenset(ideographs)
    usual = sum(character in first_level for character in ideographs)
    return 0.8 * common + 0.4 * usual - 1.5 * (len(ideographs) - usual)


def _east_asian_score(text: str, encoding: str) -> float:
    hangul, common = len(HANGUL.findall(text)), len(COMMON_HANGUL.findall(text))
    in_hangul = 0.85 * hangul + 0.35 * common if encoding in KOREAN else -2.0 * hangul
    if encoding == "cp949":  # a syllable that the standard lacks is most often an apostrophe with the letter after it
        in_hangul -= 2.0 * sum(syllable not in _first_level(encoding) for syllable in HANGUL.findall(text))
    return in_hangul + (1.1 if encoding in JAPANESE else 0.4) * len(KANA.findall(text))


SCORES: tuple[Callable[[str, str], float], ...] = (
    _cyrillic_score,
    _latin_score,
    _greek_score,
    _hebrew_score,
    _arabic_score,
    _han_score,
    _east_asian_score,
)


@lru_cache(maxsize=len(FIRST_LEVELS))
def _first_level(encoding: str) -> frozenset[str]:
    """Read the first level of a national standard out of its codec."""
    codec, low, high = FIRST_LEVELS[encoding]
    return frozenset("".join(_characters(codec, low, high)))


def _characters(codec: str, low: int, high: int) -> Iterator[str]:
    for lead in range(low, high + 1):
        for trail in range(0x40, 0xFF):
            yield bytes((lead, trail)).decode(codec, "ignore")
