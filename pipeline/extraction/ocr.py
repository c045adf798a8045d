"""Tesseract as a program: its languages, and the lines that it reads on a page's image, with places and confidences.

Errors: OcrProblem (a page that took too long, or that the program could not read).
"""

from __future__ import annotations

import math
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from perilune.config import Settings
from perilune.languages import language_of
from perilune.lineage import command_within
from perilune.problems import Problem

if TYPE_CHECKING:
    from lxml import etree

PROGRAM = "tesseract"
USUAL_LANGUAGES = ("eng", "rus", "chi_sim", "fra")
LANGUAGE_CODES = {
    "eng": "en", "fra": "fr", "rus": "ru", "chi_sim": "zh", "chi_tra": "zh", "deu": "de", "spa": "es", "ita": "it",
    "por": "pt", "ukr": "uk", "jpn": "ja", "kor": "ko", "ara": "ar",
}  # fmt: skip
# Documents in these write names of agencies and missions in Latin letters, which their own models misread.
OTHER_SCRIPTS = frozenset({"rus", "ukr", "chi_sim", "chi_tra", "jpn", "kor", "ara"})
ASK_SECONDS = 20
SURE_CONFIDENCE = 75
POOR_CONFIDENCE = 60
MIN_LINE_CONFIDENCE = 50
MIN_SIGN_CONFIDENCE = 60
MIN_SHORT_LINE_CONFIDENCE = 75
SHORT_LINE_LETTERS = 4
MAX_POOR_PAGES = 3
BLOCKS_AND_LINES = "3"
BLOCKS_AND_LINES_TURNED = "1"
XHTML = "{http://www.w3.org/1999/xhtml}"
EAST_ASIAN = re.compile(r"[⺀-〿㐀-鿿＀-￯，。、；：？！“”‘’（）《》]")


class OcrProblem(Exception):
    """A page that could not be read within its limits; the message says why."""


@dataclass(frozen=True)
class Ocr:
    """How scans are read: the program, its languages in the order they are tried, and its limits."""

    program: str
    languages: tuple[str, ...]
    page_seconds: int
    seconds: int
    page_count: int


@dataclass(frozen=True)
class PageImage:
    """A page's picture in grey as a PNM file, and its resolution."""

    pnm: bytes
    dpi: int


@dataclass(frozen=True)
class OcrLine:
    """A line as read: its block and paragraph on the page, its box in pixels from the upper left, its letters' size."""

    text: str
    paragraph: tuple[str, int]
    left: float
    right: float
    top: float
    bottom: float
    size: float


@dataclass(frozen=True)
class OcrText:
    """What was read on a page: the lines worth keeping, and how sure the program was of all that it saw."""

    lines: tuple[OcrLine, ...]
    confidence: float
    is_blank: bool = False
    """Whether nothing at all was seen, which no other language would change."""

    @cached_property
    def language(self) -> str | None:
        """The language of the text, by its ISO 639-1 code."""
        return language_of("\n".join(line.text for line in self.lines))


def find_ocr(settings: Settings) -> Ocr | None:
    """Find Tesseract and its languages; None without it. Problem when languages are set that it does not have."""
    program = shutil.which(PROGRAM)
    if program is None or settings.ocr_max_pages == 0:
        return None
    installed = _installed_languages(program)
    wanted = settings.ocr_languages.split("+") if settings.ocr_languages else USUAL_LANGUAGES
    missing = [language for language in wanted if language not in installed]
    if settings.ocr_languages and missing:
        raise Problem(
            f"PERILUNE_OCR_LANGUAGES names {missing[0]!r}, which Tesseract has not; "
            f"install it (Debian: tesseract-ocr-{missing[0].replace('_', '-')}), or name others."
        )
    languages = tuple(language for language in wanted if language in installed)
    limits = (settings.ocr_page_timeout, settings.ocr_timeout, settings.ocr_max_pages)
    return Ocr(program, languages, *limits) if languages else None


def _installed_languages(program: str) -> set[str]:
    try:
        asked = subprocess.run(  # noqa: S603 - the program of this name on the path
            [program, "--list-langs"], capture_output=True, text=True, timeout=ASK_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Problem(f"{program} does not say which languages it has: {error}.") from error
    return {line.strip() for line in asked.stdout.splitlines()[1:]}


class PageReader:
    """Reads page images one after the other, and goes on with the language that the last page was in."""

    def __init__(self, ocr: Ocr) -> None:
        self._ocr = ocr
        self._ends_at = time.monotonic() + ocr.seconds
        self._language: str | None = None
        self._poor_left = MAX_POOR_PAGES

    @property
    def is_late(self) -> bool:
        """Whether the document's time is over."""
        return time.monotonic() >= self._ends_at

    def read(self, image: PageImage) -> OcrText:
        """Read a page; OcrProblem when it took too long or could not be read."""
        if self._language is not None:
            text = self._read_in(image, self._language)
            if text.is_blank or text.confidence >= POOR_CONFIDENCE or not self._poor_left:
                return text
            self._poor_left -= 1
        self._language, text = self._decided(image)
        if text.confidence < POOR_CONFIDENCE:
            # A picture or an empty page decides nothing for those that follow.
            self._language = None if self._poor_left else self._language
            self._poor_left = max(0, self._poor_left - 1)
        return text

    def _decided(self, image: PageImage) -> tuple[str, OcrText]:
        """Try one language after the other until one fits; where none does, the page may be turned."""
        readings: dict[str, OcrText] = {}
        waiting = list(self._ocr.languages)
        while waiting:
            language = waiting.pop(0)
            text = readings[language] = self._read_in(image, language)
            if text.is_blank:
                return language, text
            if text.confidence >= SURE_CONFIDENCE and text.language == LANGUAGE_CODES.get(language):
                return language, text
            if text.confidence >= POOR_CONFIDENCE:
                waiting.sort(key=lambda each: LANGUAGE_CODES.get(each) != text.language)
            elif language not in OTHER_SCRIPTS:
                waiting = [each for each in waiting if each in OTHER_SCRIPTS]
        best = max(readings, key=lambda each: readings[each].confidence)
        if readings[best].confidence >= POOR_CONFIDENCE:
            return best, readings[best]
        return self._turned(image, best, readings[best])

    def _turned(self, image: PageImage, language: str, upright: OcrText) -> tuple[str, OcrText]:
        text = self._run(image, "+".join(self._ocr.languages), BLOCKS_AND_LINES_TURNED)
        if text.confidence <= max(upright.confidence, POOR_CONFIDENCE):
            return language, upright
        return next((each for each in self._ocr.languages if LANGUAGE_CODES.get(each) == text.language), language), text

    def _read_in(self, image: PageImage, language: str) -> OcrText:
        has_latin_too = language in OTHER_SCRIPTS and "eng" in self._ocr.languages
        return self._run(image, f"{language}+eng" if has_latin_too else language, BLOCKS_AND_LINES)

    def _run(self, image: PageImage, languages: str, layout: str) -> OcrText:
        seconds = min(float(self._ocr.page_seconds), self._ends_at - time.monotonic())
        if seconds <= 0:
            raise OcrProblem("the time for the document is over")
        options = ["-l", languages, "--psm", layout, "--dpi", str(image.dpi), "hocr"]
        command = [self._ocr.program, "stdin", "stdout", *options]
        try:
            finished = subprocess.run(  # noqa: S603 - the program of this name on the path
                command_within(command, seconds=math.ceil(seconds) + 1, parent=os.getpid()),
                input=image.pnm,
                capture_output=True,
                timeout=seconds,
                check=True,
                env=os.environ | {"OMP_THREAD_LIMIT": "1"},
            )
        except subprocess.TimeoutExpired as error:
            raise OcrProblem(f"the page took longer than {seconds:.0f} s") from error
        except subprocess.CalledProcessError as error:
            said = error.stderr.decode(errors="replace").strip().splitlines()
            raise OcrProblem(f"Tesseract gave up: {said[-1] if said else error.returncode}") from error
        return text_of_hocr(finished.stdout)


def text_of_hocr(page: bytes) -> OcrText:
    """Read Tesseract's page of hOCR: lines in its order, without rubbish such as it sees in pictures."""
    from lxml import etree

    root = etree.fromstring(page, etree.XMLParser(recover=True, huge_tree=True, resolve_entities=False))
    words: list[_Word] = []
    lines: list[OcrLine] = []
    paragraphs = root.iter(f"{XHTML}p") if root is not None else ()
    for number, paragraph in enumerate(paragraphs):
        block = paragraph.getparent().get("id", "")
        for line in paragraph.iterchildren(f"{XHTML}span"):
            seen = [_Word("".join(word.itertext()).strip(), _facts(word)["x_wconf"][0]) for word in line]
            seen = [word for word in seen if word.text]
            words.extend(seen)
            lines.extend(_kept_line(seen, _facts(line), (block, number)))
    return OcrText(tuple(lines), _confidence(words), is_blank=not words)


@dataclass(frozen=True)
class _Word:
    text: str
    confidence: float


def _facts(element: etree._Element) -> dict[str, list[float]]:
    """Read what hOCR says in titles: `bbox 172 156 1325 200; x_size 42.3`."""
    stated = (part.split() for part in (element.get("title") or "").split(";"))
    return {name: [float(value) for value in values] for name, *values in stated}


def _confidence(words: Sequence[_Word]) -> float:
    weight = sum(len(word.text) for word in words)
    return sum(word.confidence * len(word.text) for word in words) / weight if weight else 0.0


def _kept_line(seen: Sequence[_Word], facts: dict[str, list[float]], paragraph: tuple[str, int]) -> Iterator[OcrLine]:
    words = [word.text for word in seen if re.search(r"\w", word.text) or word.confidence >= MIN_SIGN_CONFIDENCE]
    text, confidence = _spaced(words), _confidence(seen)
    letters = len(re.findall(r"\w", text))
    least = MIN_LINE_CONFIDENCE if letters > SHORT_LINE_LETTERS else MIN_SHORT_LINE_CONFIDENCE
    if letters and confidence >= least and letters >= len(re.findall(r"[^\w\s]", text)):
        left, top, right, bottom = facts["bbox"]
        size = facts.get("x_size", [bottom - top])[0]
        yield OcrLine(text, paragraph, left, right, top, bottom, size)


def _spaced(words: Sequence[str]) -> str:
    """Join words by spaces, but for those of scripts that write none."""
    joined = ""
    for word in words:
        is_east_asian = EAST_ASIAN.search(joined[-1:]) and EAST_ASIAN.match(word)
        joined += word if not joined or is_east_asian else f" {word}"
    return joined
