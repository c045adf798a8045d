"""Words as units of comparison: stems for alphabets, pairs of characters for Chinese.

Its own file because grounding and summaries both compare texts by them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from perilune.stems import stem_by

STEM_CACHE_WORDS = 100_000
MAX_WORD_CHARS = 64

_TOKEN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]+|[^\W_\u3400-\u9fff\uf900-\ufaff]+(?:['’.-](?=[^\W_])[^\W_]+)*")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_CJK = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_ELISION = re.compile(r"^(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu)['’]", re.IGNORECASE)
_POSSESSIVE = re.compile(r"['’]s?$")
_ALGORITHMS = {"en": "english", "fr": "french", "ru": "russian", "es": "spanish", "de": "german", "pt": "portuguese"}


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


STOP_WORDS: dict[str, frozenset[str]] = {
    "en": _set(
        "a an the of to in on at by for from with and or but as is are was were be been being has have had having do"
        " does did will would shall should can could may might must that this these those it its he she they them his"
        " her their we our us you your i my me which who whom whose what when where there here than then so such also"
        " into onto over under about after before between during through up down out off again more most some any all"
        " both each other another same own only very just not no nor if while because until said says say told"
    ),
    "fr": _set(
        "le la les l un une des du de d à au aux en dans sur par pour avec sans et ou mais que qui dont où ce cet cette"
        " ces il elle ils elles on nous vous je tu se sa son ses leur leurs est sont était étaient sera seront a ont"
        " avait avaient aura auront être avoir été ne pas plus y s qu n c comme si aussi entre sous lors afin"
    ),
    "ru": _set(
        "и в во на с со к ко по из от до за у о об обо при для без над под через между не ни но а же ли бы что чтобы"
        " как так это этот эта эти этого этой этих тот та те того той тех он она оно они его ее её их им ими нее него"
        " который которая которое которые которого которой которых которым был была было были быть будет будут есть"
        " или также если уже еще ещё только после перед мы вы я свой своя свои своей своих"
    ),
    "zh": _set("的 了 在 是 和 与 及 等 将 也 就 都 而 对 为 以 被 把 从 由 于 并 其 该 这 那 个 一"),
}

# Forms whose stems differ although the verb is one.
_IRREGULAR = {
    form: base
    for base, forms in {
        "hold": "held",
        "take": "took taken",
        "meet": "met",
        "begin": "began begun",
        "send": "sent",
        "build": "built",
        "give": "gave given",
        "make": "made",
        "go": "went gone",
        "lead": "led",
        "find": "found",
        "bring": "brought",
        "fly": "flew flown",
        "say": "said",
        "win": "won",
        "become": "became",
        "leave": "left",
        "lose": "lost",
        "grow": "grew grown",
        "fall": "fell fallen",
        "rise": "rose risen",
        "choose": "chose chosen",
        "withdraw": "withdrew withdrawn",
        "подписать": "подпишет подпишут подписал подписала подписали подписано подписан подписаны подписывает",
        "состояться": "состоится состоятся состоялся состоялась состоялось состоялись",
        "пройти": "пройдет пройдёт пройдут прошел прошёл прошла прошло прошли",
        "запустить": "запустит запустят запустил запустила запустили запущен запущена запущены",
        "начаться": "начнется начнётся начнутся начался началась началось начались",
        "принять": "примет примут принял приняла приняли принят принята приняты",
    }.items()
    for form in forms.split()
}


@dataclass(frozen=True)
class Term:
    """A word's stem, or a pair of Chinese characters, with its place in the text (code points)."""

    stem: str
    start: int
    end: int


@lru_cache(maxsize=STEM_CACHE_WORDS)
def stem_of(word: str, language: str) -> str:
    """Return the comparable form of a word in any case; an unlisted language gets it in lower case."""
    lowered = word.lower()
    if lowered in _IRREGULAR:
        lowered = _IRREGULAR[lowered]
    algorithm = _ALGORITHMS.get(language)
    if algorithm is None or len(lowered) > MAX_WORD_CHARS:
        return lowered
    return stem_by(algorithm, lowered.replace("ё", "е"))


def language_by_words(text: str, likely: str = "en") -> str:
    """Tell en, fr, ru or zh by script and function words; enough to choose stems, no identification.

    Between English and French, `likely` stands unless two function words more speak for the other.
    """
    sample = text[:4000]
    cjk, cyrillic = len(_CJK.findall(sample)), len(_CYRILLIC.findall(sample))
    letters = sum(sign.isalpha() for sign in sample)
    if cjk * 3 > letters:
        return "zh"
    if cyrillic * 2 > letters:
        return "ru"
    expected, other = ("fr", "en") if likely == "fr" else ("en", "fr")
    words = re.findall(r"[^\W\d_]+", sample.lower())
    votes = {code: sum(word in _telling_words(code) for word in words) for code in (expected, other)}
    return other if votes[other] > votes[expected] + 1 else expected


@cache
def _telling_words(language: str) -> frozenset[str]:
    other = "fr" if language == "en" else "en"
    return STOP_WORDS[language] - STOP_WORDS[other]


def terms_of(text: str, language: str | None = None) -> list[Term]:
    """List the content words of a text in order, without stop words and numbers; linear time."""
    chosen = language or language_by_words(text)
    return [term for term in words_of(text, chosen) if not is_stop(term.stem, chosen)]


def words_of(text: str, language: str) -> Iterator[Term]:
    """Yield every word's stem in order, stop words included and numbers left out.

    Words of the other alphabet are stemmed by theirs: Latin names inside Russian text as English ones.
    """
    for found in _TOKEN.finditer(text):
        token = found[0]
        if _CJK.match(token):
            yield from _pairs(token, found.start())
            continue
        elided = _ELISION.match(token)
        start = found.start() + (elided.end() if elided else 0)
        word = _POSSESSIVE.sub("", token[elided.end() if elided else 0 :]).replace("’", "'")
        if word and not word[0].isdigit():
            yield Term(stem_of(word, _language_of_word(word, language)), start, found.end())


def _language_of_word(word: str, language: str) -> str:
    if _CYRILLIC.match(word):
        return "ru"
    return "en" if language in {"ru", "zh"} else language


def _pairs(run: str, offset: int) -> Iterator[Term]:
    if len(run) == 1:
        yield Term(run, offset, offset + 1)
    for index in range(len(run) - 1):
        yield Term(run[index : index + 2], offset + index, offset + index + 2)


@cache
def _stop_stems(language: str) -> frozenset[str]:
    words = STOP_WORDS.get(language, STOP_WORDS["en"])
    return frozenset(words | {stem_of(word, language) for word in words})


def is_stop(stem: str, language: str) -> bool:
    """Tell whether a stem says little by itself."""
    return stem in _stop_stems(language) or (len(stem) == 1 and not _CJK.match(stem))
