"""Words as the search index knows them: folded, stemmed, every ideograph alone; apart so that all cut alike.

Index, query and snippets use the same rules on every database. A token has a *term* (the stem, which stands at a
place and forms phrases) and a *form* (the folded word as written, for prefixes and for words that a stemmer of the
wrong language would miss). Stems are those of Snowball (Porter, 2001); Chinese, Japanese and Korean are cut into
single characters, so that a phrase finds every word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import NamedTuple

from models.search.chinese import simplified_characters
from models.search.inflections import stem_of

RULES = 3
"""Raise it with every change of what a text's terms are: an index of other terms is then made anew."""
MAX_TERM_CHARS = 100
FORM_MARK = "="
"""What a form starts with where it is stored, so that no stem is ever taken for one."""
TITLE_FORM_MARK = "=="
"""What a form starts with that stands in the title."""

CJK = (
    "\u2e80-\u2fdf\u3005\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003fffd"
)
UNIFIED_IDEOGRAPHS = ("\u4e00", "\u9fff")
HALF_WIDTH_KANA = "\uff66-\uff9f"
JAMO = "\u1100-\u11ff"
HYPHENS = "-‐‑‒–−﹣－"
THOUSANDS = ",.'’ \u00a0\u2009\u202f"
"""What stands between the thousands of a number, in one country or another."""
APOSTROPHES = "'’‘ʼ`´′＇"
ELISIONS = frozenset({*"cdjlmnst", "qu", "jusqu", "lorsqu", "puisqu", "quoiqu"})
LETTERS_WITHOUT_DECOMPOSITION = str.maketrans(
    {"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ё": "е"}
)
ACCENTS = re.compile("[̀-ͯ]")
# The breve of й and ў and the dots of ї make other letters; a stress mark does not.
ACCENTS_ON_CYRILLIC = re.compile("[̀-̅̇̉-ͯ]")
CYRILLIC = re.compile("[Ѐ-ԯ]")


class Token(NamedTuple):
    """A word and its place in a text (code points, end exclusive).

    `joined` is the form of a whole compound (`change5` of Chang'e-5) and stands, with its end, on the first part.
    """

    start: int
    end: int
    term: str
    form: str
    joined: str = ""
    joined_end: int = 0


@cache
def _word_pattern() -> str:
    marks = "".join(re.escape(chr(code)) for code in range(0x300, 0xFE30) if unicodedata.category(chr(code))[0] == "M")
    inside = f"[{marks}\xad\u200c\u200d\u2060\ufeff]"
    letters = f"[^\\W_{CJK}{HALF_WIDTH_KANA}{JAMO}]+"
    return f"{letters}(?:{inside}+(?:{letters})?)*"


@cache
def _unit() -> re.Pattern[str]:
    """Match what tokens are made of: a dotted acronym, a compound of words, or an ideograph."""
    word = _word_pattern()
    letter = f"[^\\W\\d_{CJK}{HALF_WIDTH_KANA}{JAMO}]"
    # Most words need no more than the first branch, which is several times as fast as the general ones.
    return re.compile(
        rf"(?P<number>(?<![\w.,])[0-9]{{1,3}}+(?:[{THOUSANDS}][0-9]{{3}})++(?![{HYPHENS}\w]))"
        rf"|(?P<plain>(?:[A-Za-z0-9]{{2,}}+|[Ѐ-ԯ]{{2,}}+)(?![A-Za-z0-9]|[^\x00-\x7f]|[{HYPHENS}{APOSTROPHES}]))"
        rf"|(?P<cjk>[{HALF_WIDTH_KANA}]+|[{JAMO}]+|[{CJK}][\u3099\u309a]?)"
        rf"|(?P<acronym>(?<!\w)(?:{letter}\.){{2,}}{letter}?(?!\w))"
        rf"|(?P<compound>{word}(?P<more>(?:[{HYPHENS}{APOSTROPHES}]{word})+)?)"
    )


@cache
def _part() -> re.Pattern[str]:
    return re.compile(f"(?P<joint>[{HYPHENS}{APOSTROPHES}]?)(?P<word>{_word_pattern()})")


@cache
def _piece() -> re.Pattern[str]:
    return re.compile(rf"[{CJK}]|{_word_pattern()}")


def _cased(word: str) -> str:
    kept = re.sub("[\xad\u200c\u200d\u2060\ufeff]", "", word)
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", kept).casefold())


def folded(word: str) -> str:
    """Fold case, width and accents away; й and ї stay letters of their own."""
    cased = _cased(word).translate(LETTERS_WITHOUT_DECOMPOSITION)
    accents = ACCENTS_ON_CYRILLIC if CYRILLIC.search(cased) else ACCENTS
    return unicodedata.normalize("NFC", accents.sub("", unicodedata.normalize("NFD", cased)))


@lru_cache(maxsize=1 << 17)
def _terms_and_forms(word: str, *, is_french: bool) -> tuple[tuple[str, str], ...]:
    """Give the term and the form of a word; several where normalising takes it apart (`㏂` is a, m)."""
    pieces = []
    for piece in _piece().findall(_cased(word)):
        form = folded(piece)[:MAX_TERM_CHARS]
        if not form.isalpha():
            term = form
        elif CYRILLIC.search(form):
            term = stem_of("ru", form)
        elif is_french:
            term = folded(stem_of("fr", piece[:MAX_TERM_CHARS]))
        elif form.isascii():
            term = stem_of("en", form)
        else:
            term = form
        pieces.append((term or form, form))
    return tuple(pieces)


def tokens_of(text: str, language: str | None, start: int = 0, end: int | None = None) -> list[Token]:
    """Cut `text` into tokens in reading order; Latin words get the stems of French or else of English.

    A part of it, given by its borders, is cut alike where no word goes across them.
    """
    tokens: list[Token] = []
    is_french = language == "fr"
    for unit in _unit().finditer(text, start, len(text) if end is None else end):
        span = unit.span()
        if unit.lastgroup == "cjk":
            tokens += [Token(*span, sign, "") for sign in _ideographs(unit.group())]
        elif unit.lastgroup == "plain" or (unit.lastgroup == "compound" and unit["more"] is None):
            tokens += [Token(*span, *pair) for pair in _terms_and_forms(unit.group(), is_french=is_french)]
        elif unit.lastgroup == "number":
            tokens += _tokens_of_number(unit)
        else:
            tokens += _tokens_of_compound(unit, is_french=is_french)
    return tokens


def _ideographs(unit: str) -> list[str]:
    simple = simplified_characters()
    if len(unit) == 1 and UNIFIED_IDEOGRAPHS[0] <= unit <= UNIFIED_IDEOGRAPHS[1]:
        return [simple.get(unit, unit)]
    return [simple.get(sign, sign) for sign in re.findall(f"[{CJK}]", unicodedata.normalize("NFKC", unit))]


def _tokens_of_number(unit: re.Match[str]) -> list[Token]:
    """Cut a number at its thousands, and let the first know the whole: 1,000 is found as 1000 and as 1 000."""
    base = unit.start()
    groups = re.finditer("[0-9]+", unit.group())
    tokens = [Token(base + each.start(), base + each.end(), each.group(), each.group()) for each in groups]
    tokens[0] = tokens[0]._replace(joined="".join(token.form for token in tokens), joined_end=unit.end())
    return tokens


def _tokens_of_compound(unit: re.Match[str], *, is_french: bool) -> list[Token]:
    """Cut a compound at its joints, and let its first token know the whole."""
    parts = _words_of_compound(unit)
    tokens = [
        Token(start, end, *pair) for start, end, word in parts for pair in _terms_and_forms(word, is_french=is_french)
    ]
    joined = "".join(token.form for token in tokens)
    if len(tokens) > 1 and len(joined) <= MAX_TERM_CHARS:
        tokens[0] = tokens[0]._replace(joined=joined, joined_end=unit.end())
    return tokens


def _words_of_compound(unit: re.Match[str]) -> Iterator[tuple[int, int, str]]:
    """Give start, end and word of each part; an elided article (l', d') and a possessive 's are no words."""
    parts = list(_part().finditer(unit.group()))
    base = unit.start()
    index = 0
    while index < len(parts):
        part = parts[index]
        index += 1
        end = base + part.end()
        if index < len(parts) and parts[index]["joint"] in set(APOSTROPHES):
            if folded(parts[index]["word"]) == "s":
                end = base + parts[index].end()
                index += 1
            elif folded(part["word"]) in ELISIONS:
                continue
        yield base + part.start("word"), end, part["word"]
