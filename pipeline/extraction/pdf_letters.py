"""The letters of a PDF's text layer made whole: ligatures, accents, spaces that nobody wrote, right-to-left order."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence

# The library writes a hyphen and the line break after it as one of these marks.
HYPHEN_MARKS = "\x02\ufffe"
# Noncharacters, which no document holds: they stand around a raised mark until its page's footnotes are known.
MARK_START, MARK_END = "\ufdd0", "\ufdd1"
MARKED = re.compile(f"{MARK_START}([^{MARK_END}]*){MARK_END}")
IDEOGRAPHS = "㐀-鿿　-〿＀-￯\U00020000-\U0003ffff"
RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdcf\ufdf0-\ufdff\ufe70-\ufefc]")
_LEFT_TO_RIGHT = re.compile(r"[^\W\d_]")
_UNREADABLE = re.compile("[\x00-\x01\x03-\x08\x0b-\x1f\ufffd\uffff\u200b\ufeff\u2060]")
_PRIVATE_BULLET = re.compile(r"^[\ue000-\uf8ff]\s*")
# Fonts of TeX without a table of letters leave ligatures at their places in its two encodings.
_TEX_LIGATURES = {
    "\x0b": "ff", "\x0c": "fi", "\x0e": "ffi", "\x0f": "ffl",
    "\x1b": "ff", "\x1c": "fi", "\x1d": "fl", "\x1e": "ffi", "\x1f": "ffl",
}  # fmt: skip
_TEX_LIGATURE = re.compile(r"(?<=\w)[\x0b\x0c\x0e\x0f\x1b-\x1f]|[\x0b\x0c\x0e\x0f\x1b-\x1f](?=\w)")
# Ligatures, Arabic letter forms and the radicals that some Chinese fonts give for whole characters.
_LETTER_FORMS = re.compile(
    "[\u2e80-\u2fdf\uf900-\ufaff\ufb00-\ufb06\ufb13-\ufb17\ufb1d-\ufdcf\ufdf0-\ufdff\ufe70-\ufefc]+"
)
_ACCENTS = {"´": "\u0301", "`": "\u0300", "¨": "\u0308", "ˆ": "\u0302", "˜": "\u0303", "ˇ": "\u030c", "¸": "\u0327"}
_ACCENT_BEFORE = re.compile(r"([´`¨ˆ˜ˇ¸]) ?([A-Za-zı])")
_COMBINING = re.compile("[\u0300-\u036f]")
_SPACED_IDEOGRAPHS = re.compile(rf"(?<=[{IDEOGRAPHS}]) (?=[{IDEOGRAPHS}])")
_BRACKETS = {")": "(", "]": "[", "}": "{", "»": "«"}
MAX_SPACED_SHARE = 0.4
MIN_SPREAD_LETTERS = 5
_SPREAD_LETTERS = re.compile(r"(?:\w ){4,}\w")

Box = tuple[float, float, float, float]


def mended(text: str) -> str:
    """Give the text of a printed line as it was written, without marks of line ends."""
    text = text.replace("\u00ad", "")
    if not text.isascii() or not text.isprintable():
        text = _TEX_LIGATURE.sub(lambda match: _TEX_LIGATURES[match[0]], text)
        text = _LETTER_FORMS.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text)
        text = _ACCENT_BEFORE.sub(_accented, text)
        if _COMBINING.search(text):
            text = unicodedata.normalize("NFC", text)
        text = _UNREADABLE.sub(" ", text)
    text = _PRIVATE_BULLET.sub("• ", " ".join(text.split()))
    return _without_spread_ideographs(text)


def _accented(match: re.Match[str]) -> str:
    whole = unicodedata.normalize("NFC", match[2].replace("ı", "i") + _ACCENTS[match[1]])
    return whole if len(whole) == 1 else match[0]


def _without_spread_ideographs(text: str) -> str:
    """Close up characters that are set apart one by one; a single space between two words stays."""
    spaced = len(_SPACED_IDEOGRAPHS.findall(text))
    if not spaced:
        return text
    letters = len(re.findall(rf"[{IDEOGRAPHS}]", text))
    return _SPACED_IDEOGRAPHS.sub("", text) if spaced >= MAX_SPACED_SHARE * letters else text


def in_logical_order(text: str, box_of: Callable[[int], Box]) -> str:
    """Order a printed line that holds right-to-left letters as it is read; `box_of` gives each character's box.

    The library puts some words in the order of reading and others in that of print; only places are to be trusted.
    """
    words = [
        _PlacedWord(
            match[0],
            [box_of(place) for place in range(match.start(), match.end())],
        )
        for match in re.finditer(r"\S+", text)
    ]
    is_rtl = 2 * len(RIGHT_TO_LEFT.findall(text)) >= len(_LEFT_TO_RIGHT.findall(text))
    words.sort(key=lambda word: word.left, reverse=is_rtl)
    ordered = _with_runs_reversed(words, is_rtl=is_rtl)
    line = " ".join(word.read() for word in ordered)
    return _with_brackets_paired(line) if is_rtl else line


class _PlacedWord:
    """A word with the boxes of its characters."""

    def __init__(self, text: str, boxes: Sequence[Box]) -> None:
        self.text = text
        self.boxes = boxes
        self.left = min(box[0] for box in boxes)
        self.is_rtl = bool(RIGHT_TO_LEFT.search(text))

    def read(self) -> str:
        """Give its characters as they are read, from the right but for digits and Latin letters."""
        if not self.is_rtl:
            return self.text
        places = sorted(range(len(self.text)), key=lambda at: -round(self.boxes[at][0] + self.boxes[at][2], 1))
        letters = "".join(self.text[at] for at in places)
        letters = re.sub(r"[0-9A-Za-z][0-9A-Za-z.,:/%-]*[0-9A-Za-z]", lambda match: match[0][::-1], letters)
        return re.sub("([اأإآ])(ل)(?=.)", self._ligature, letters)

    def _ligature(self, match: re.Match[str]) -> str:
        # Lam and alef drawn as one sign have one box, in either order.
        first, second = (self.text.find(letter) for letter in match.groups())
        is_one = abs(self.boxes[first][0] - self.boxes[second][0]) < 0.1  # noqa: PLR2004
        return match[2] + match[1] if is_one and self.text.count(match[1]) == 1 else match[0]


def _with_runs_reversed(words: Sequence[_PlacedWord], *, is_rtl: bool) -> list[_PlacedWord]:
    """Turn round each run of words of the other direction: they are read among themselves the other way."""
    ordered: list[_PlacedWord] = []
    run: list[_PlacedWord] = []
    for word in words:
        is_other = word.is_rtl != is_rtl and bool(word.is_rtl or _LEFT_TO_RIGHT.search(word.text))
        if is_other:
            run.append(word)
        else:
            ordered += [*reversed(run), word]
            run = []
    return [*ordered, *reversed(run)]


def _with_brackets_paired(text: str) -> str:
    """Make the first bracket of a pair the opening one: fonts give either for the mirrored sign."""
    paired = []
    is_open: dict[str, bool] = {}
    for letter in text:
        opening = _BRACKETS.get(letter, letter)
        if opening not in _BRACKETS.values():
            paired.append(letter)
            continue
        closing = next(close for close, start in _BRACKETS.items() if start == opening)
        paired.append(closing if is_open.get(opening) else opening)
        is_open[opening] = not is_open.get(opening)
    return "".join(paired)


def without_spread_letters(text: str, gaps: Sequence[float]) -> str:
    """Close up a heading whose letters are set apart; `gaps` are the widths of its spaces, in order."""
    if not _SPREAD_LETTERS.search(text) or len(gaps) < MIN_SPREAD_LETTERS:
        return text
    words = text.split(" ")
    if sum(len(word) == 1 for word in words) < 0.8 * len(words) or len(words) != len(gaps) + 1:
        return text
    usual = sorted(gaps)[len(gaps) // 2]
    parts = [words[0]]
    for gap, word in zip(gaps, words[1:], strict=True):
        parts.append(word if gap <= 1.5 * usual else f" {word}")
    return "".join(parts)
