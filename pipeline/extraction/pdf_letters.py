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
_LEFT_TO_RIGHT_RUN = re.compile(r"[0-9A-Za-zÀ-˯Ͱ-ӿ](?:[^\s()\[\]{}\u0590-\u08ff]*[0-9A-Za-zÀ-˯Ͱ-ӿ%])?")
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
MIN_WORD_GAP = 0.17
"""In font sizes, between the ink of two words of a right-to-left line."""
MIN_SPREAD_LETTERS = 5
_SPREAD_LETTERS = re.compile(r"(?:\w ){4,}\w")

Box = tuple[float, float, float, float]


def mended(text: str) -> str:
    """Give the text of a printed line as it was written, without marks of line ends."""
    text = text.replace("\u00ad", "")
    if not text.isprintable():
        text = _TEX_LIGATURE.sub(lambda match: _TEX_LIGATURES[match[0]], text)
        text = _UNREADABLE.sub(" ", text)
    if not text.isascii():
        text = _with_whole_letters(text)
    text = " ".join(text.split())
    if text[:1] >= "\ue000":
        text = _PRIVATE_BULLET.sub("• ", text)
    return _without_spread_ideographs(text) if text and max(text) > "\u2e80" else text


def _with_whole_letters(text: str) -> str:
    if max(text) > "\u2e80":
        text = _LETTER_FORMS.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text)
    text = _ACCENT_BEFORE.sub(_accented, text)
    return unicodedata.normalize("NFC", text) if _COMBINING.search(text) else text


def may_read_from_the_right(text: str) -> bool:
    """Tell whether a line has a letter that is read from the right; cheap for the many that have none."""
    return max(text) >= "\u0590" and bool(RIGHT_TO_LEFT.search(text))


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


def in_logical_order(text: str, box_of: Callable[[int], Box], size: float) -> str:
    """Order a printed line that holds right-to-left letters as it is read; `box_of` gives each character's box.

    The library puts some words in the order of reading and others in that of print; only places are to be trusted.
    """
    letters = [
        _Letter(match[0][at], box_of(match.start() + at), number)
        for number, match in enumerate(re.finditer(r"\S+", text))
        for at in range(len(match[0]))
    ]
    is_rtl = reads_from_the_right(text)
    letters.sort(key=lambda letter: letter.middle, reverse=is_rtl)
    words: list[_PlacedWord] = []
    for at, letter in enumerate(letters):
        if at and _are_one_word(letters[at - 1], letter, size):
            words[-1].letters.append(letter)
        else:
            words.append(_PlacedWord([letter]))
    ordered = _with_runs_reversed(words, is_rtl=is_rtl)
    line = " ".join(word.read(is_rtl=is_rtl) for word in ordered)
    return with_brackets_paired(line) if is_rtl else line


def reads_from_the_right(text: str) -> bool:
    """Tell whether most letters of a line are read from the right."""
    right = len(RIGHT_TO_LEFT.findall(text))
    return bool(right) and 2 * right >= len(_LEFT_TO_RIGHT.findall(text))


def _are_one_word(one: _Letter, other: _Letter, size: float) -> bool:
    """Tell whether two neighbours are parts of a word: as the library says, but for signs, which it puts astray."""
    gap = max(other.box[0] - one.box[2], one.box[0] - other.box[2]) / size
    if one.text.isalnum() and other.text.isalnum():
        return one.word == other.word
    return gap < (MIN_WORD_GAP if one.word == other.word else MIN_WORD_GAP / 2)


class _Letter:
    """A character, its box and the number of the word that the library counts it to."""

    def __init__(self, text: str, box: Box, word: int) -> None:
        self.text = text
        self.word = word
        self.box = box
        self.middle = round((box[0] + box[2]) / 2, 1)


class _PlacedWord:
    """The characters of a word, in the order of the line that they stand in."""

    def __init__(self, letters: list[_Letter]) -> None:
        self.letters = letters

    @property
    def text(self) -> str:
        """Give its characters as they stand."""
        return "".join(letter.text for letter in self.letters)

    @property
    def is_rtl(self) -> bool:
        """Tell whether it has a letter that is read from the right."""
        return bool(RIGHT_TO_LEFT.search(self.text))

    def read(self, *, is_rtl: bool) -> str:
        """Give its characters as they are read: digits and Latin letters the other way in a line from the right."""
        letters = self.text
        if is_rtl:
            letters = _LEFT_TO_RIGHT_RUN.sub(lambda match: match[0][::-1], letters)
        elif self.is_rtl:
            letters = _LEFT_TO_RIGHT_RUN.sub(lambda match: match[0][::-1], letters[::-1])
        return re.sub("([اأإآ])(ل)", self._ligature, letters)

    def _ligature(self, match: re.Match[str]) -> str:
        # Lam and alef drawn as one sign have one box, in either order.
        boxes = [[letter.box for letter in self.letters if letter.text == one] for one in match.groups()]
        is_one = any(abs(first[0] - second[0]) < 0.1 for first in boxes[0] for second in boxes[1])  # noqa: PLR2004
        return match[2] + match[1] if is_one else match[0]


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


def with_brackets_paired(text: str) -> str:
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
    return re.sub(r"(?<=[(\[{«]) | (?=[)\]}»])", "", "".join(paired))


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
