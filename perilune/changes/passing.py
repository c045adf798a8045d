"""What stands on a page beside its text and passes: counters, clocks, tokens, advertisements, teasers; by line alone.

A number in a sentence is content; a line that holds nothing but the words of a counter is none. So each kind is known
by what is left of a line when its words are taken away: no letter may be.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from functools import cache

from babel import Locale

from perilune.changes.passing_words import (
    AMOUNT,
    CLOCK,
    COUNT_APART,
    COUNTER_WORDS,
    DEGREES,
    FRACTION,
    IS_COUNTED,
    IS_CURRENCY,
    IS_NOW,
    IS_PROMOTION,
    IS_RATE,
    IS_WEATHER,
    LABELLED_COUNT,
    NOW_WORDS,
    OPENS_PROMOTION,
    OPENS_TEASER,
    PARAMETERS,
    PICTURED_COUNT,
    PROMOTION_LABEL,
    RATE_WORDS,
    RATES_BY_SIGN,
    RELATIVE,
    RELATIVE_APART,
    SIGNED_DEGREES,
    TEASER_LABEL,
    TOKEN,
    TOKEN_LABEL,
    TOKEN_WORDS,
)
from perilune.dates import dates_in

MAX_LINE_CHARS = 160
MAX_PROMOTION_CHARS = 240
MAX_SPACES = 22
MAX_BARE_CHARS = 40
MAX_PLACE_WORDS = 3
MIN_CURRENCIES = 2
A_DAY = dt.timedelta(days=1)

# One form for the quotation marks, dashes and stops that programs exchange; what is not seen goes.
FORMS = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′`´ʼ", "'"),
        **dict.fromkeys("“”„‟«»″「」『』", '"'),
        **dict.fromkeys("‐‑‒–—―−─", "-"),
        **dict.fromkeys("。｡", "."),
        **dict.fromkeys("、､", ","),
        **dict.fromkeys("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff", ""),
    }
)
DIGIT = re.compile(r"[\d一二三四五六七八九十]")
LETTER = re.compile(r"[^\W\d_]")
CAPITAL_WORD = re.compile(r"(?<=\S )(?=[A-ZА-ЯÀ-Ý])")
SENTENCE_STOP = re.compile(r"[.!?][\"')\]]*$")
LONG_WORD = re.compile(r"[\w.+=-]{12}")
AMOUNTS = re.compile(AMOUNT)
LOOSE_SPACE = re.compile(r"(?<!\d)\s+|\s+(?!\d)|(?<=\d)\s(?=\d{3}\b)")
UNREAD = re.compile(r"^\(\d+\)\s*")


def normal(text: str) -> str:
    """Give the form of a text that does not depend on how a program writes quotation marks, dashes and spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).translate(FORMS).split())


def settled(text: str) -> str:
    """Give the normal form without white space, but for that between numbers."""
    return LOOSE_SPACE.sub("", normal(text))


def steady(text: str) -> str:
    """Give the form by which sentences are compared: without white space and what changes at each visit."""
    line = _without_passing_tail(PARAMETERS.sub("", normal(text)))
    lowered = line.casefold()
    if len(lowered) == len(line):
        line = _masked(line, lowered)
    return LOOSE_SPACE.sub("", line)


def _without_passing_tail(line: str) -> str:
    """Cut off a counter or the like that a page has put behind a line without a stop between them."""
    if not is_fragment(line):
        return line
    for match in CAPITAL_WORD.finditer(line):
        tail = line[match.start() :]
        if " " in tail and DIGIT.search(tail) and is_passing(tail):
            return line[: match.start()]
    return line


def steady_title(title: str) -> str:
    """Give the form by which titles are compared: a count of unread news before it is none of it."""
    return steady(UNREAD.sub("", title))


def _masked(line: str, lowered: str) -> str:
    patterns = [TOKEN] if LONG_WORD.search(lowered) else []
    if is_fragment(lowered):
        patterns += [RELATIVE_APART, LABELLED_COUNT, COUNT_APART]
    spans = [match.span() for pattern in patterns for match in pattern.finditer(lowered)]
    spans += [(match.end("name"), match.end()) for match in TOKEN_LABEL.finditer(lowered)]
    for start, end in sorted(spans, reverse=True):
        line = line[:start] + "\0" * (end - start) + line[end:]
    return re.sub("\0+", "\0", line)


def is_fragment(line: str) -> bool:
    """Tell a short line that is no sentence: the place of counters, bylines and links."""
    return len(line) <= MAX_LINE_CHARS and not SENTENCE_STOP.search(line)


def is_passing(text: str, seen_on: dt.date | None = None) -> bool:
    """Tell a line that holds nothing of the text: `seen_on`, where known, betrays the date of the day."""
    line = normal(text).casefold()
    if len(line) > MAX_LINE_CHARS:
        return False
    if line.count(" ") > MAX_SPACES or (len(line) > MAX_BARE_CHARS and not DIGIT.search(line)):
        return is_promotion(line)
    if not LETTER.search(line):
        return bool(RATES_BY_SIGN.fullmatch(line) or PICTURED_COUNT.fullmatch(line)) or _is_day(line, seen_on)
    return (
        is_promotion(line)
        or _is_counter(line)
        or _is_clock(line, seen_on)
        or _is_weather(line)
        or _is_rates(line)
        or _is_token(line)
    )


def is_promotion(line: str) -> bool:
    """Tell the first words of an advertisement or of a teaser for another page."""
    if len(line) > MAX_PROMOTION_CHARS:
        return False
    opens = any(words.match(line) for words in (PROMOTION_LABEL, OPENS_PROMOTION, TEASER_LABEL, OPENS_TEASER))
    return opens or bool(IS_PROMOTION.search(line))


def _is_nothing_but(line: str, words: re.Pattern[str]) -> bool:
    return not LETTER.search(words.sub(" ", AMOUNTS.sub(" ", line)))


def _is_counter(line: str) -> bool:
    has_count = re.search(r"\d", line) or line.endswith((":", "-"))
    return bool(has_count and IS_COUNTED.search(line)) and _is_nothing_but(line, COUNTER_WORDS)


def _is_clock(line: str, seen_on: dt.date | None) -> bool:
    is_relative = RELATIVE.search(line)
    if not (is_relative or IS_NOW.search(line) or CLOCK.search(line) or _is_day(line, seen_on)):
        return False
    rest = NOW_WORDS.sub(" ", _calendar_words().sub(" ", RELATIVE.sub(" ", line)))
    return bool(re.search(r"\d|[一二三四五六七八九十]", line) or is_relative) and not LETTER.search(rest)


def _is_day(line: str, seen_on: dt.date | None) -> bool:
    if seen_on is None:
        return False
    dates = [date for date, _, _ in dates_in(line)]
    return len(dates) == 1 and dates[0].first == dates[0].last and abs(dates[0].first - seen_on) <= A_DAY


@cache
def _calendar_words() -> re.Pattern[str]:
    names: set[str] = set()
    for language in ("en", "fr", "ru"):
        locale = Locale.parse(language)
        for table in (locale.months, locale.days):
            for context in table.values():
                for width in ("wide", "abbreviated"):
                    names.update(name.casefold().rstrip(".") for name in context[width].values())
    return re.compile(rf"\b(?:{'|'.join(sorted(map(re.escape, names), key=len, reverse=True))})\b")


def _is_weather(line: str) -> bool:
    if SIGNED_DEGREES.fullmatch(line):
        return True
    if not (is_fragment(line) and DEGREES.search(line) and IS_WEATHER.search(line)):
        return False
    rest = NOW_WORDS.sub(" ", _calendar_words().sub(" ", IS_WEATHER.sub(" ", line)))
    places = re.findall(r"[^\W\d_\u3400-\u9fff]{2,}|[\u3400-\u9fff]{1,4}", rest)
    return len(places) <= MAX_PLACE_WORDS


def _is_rates(line: str) -> bool:
    currencies = len(IS_CURRENCY.findall(line))
    if not FRACTION.search(line) or not (currencies >= MIN_CURRENCIES or (currencies and IS_RATE.search(line))):
        return False
    return not LETTER.search(NOW_WORDS.sub(" ", _calendar_words().sub(" ", RATE_WORDS.sub(" ", line))))


def _is_token(line: str) -> bool:
    masked, count = TOKEN.subn(" ", line)
    masked, labelled = TOKEN_LABEL.subn(r"\g<name>", masked)
    return bool(count or labelled) and not LETTER.search(TOKEN_WORDS.sub(" ", masked))
