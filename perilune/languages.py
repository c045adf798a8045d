"""The language of a text; apart because crawler, pipeline and digest must tell languages by one rule."""

from __future__ import annotations

import copy
import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

MIN_LETTERS = 12
MIN_HAN = 4
MIN_PROBABILITY = 0.6
MAX_CHARS = 2500
# Languages of agencies, ministries and their press; a short headline must not come out as Latin or Esperanto.
LATIN = (
    "en",
    "fr",
    "es",
    "de",
    "it",
    "pt",
    "nl",
    "pl",
    "cs",
    "sk",
    "sl",
    "hr",
    "sv",
    "da",
    "no",
    "fi",
    "et",
    "lv",
    "lt",
    "ro",
    "hu",
    "tr",
    "vi",
    "id",
    "sq",
    "ca",
)
CYRILLIC = ("ru", "uk", "be", "bg", "sr", "mk", "kk", "ky", "mn")
ARABIC = ("ar", "fa", "ur")
ONE_LANGUAGE_SCRIPTS = {
    "el": re.compile("[Ͱ-Ͽ]+"),
    "he": re.compile("[֐-׿]+"),
    "hy": re.compile("[԰-֏]+"),
    "ka": re.compile("[Ⴀ-ჿ]+"),
    "th": re.compile("[฀-๿]+"),
    "hi": re.compile("[ऀ-ॿ]+"),
    "bn": re.compile("[ঀ-৿]+"),
    "ta": re.compile("[஀-௿]+"),
}

HAN = re.compile(r"[㐀-䶿一-鿿]+")
KANA = re.compile(r"[぀-ヿ]+")
HANGUL = re.compile(r"[가-힯ᄀ-ᇿ]+")
CYRILLIC_LETTERS = re.compile(r"[Ѐ-ԯ]+")
ARABIC_LETTERS = re.compile(r"[؀-ۿ]+")
LATIN_LETTERS = re.compile(r"[A-Za-zÀ-ɏ]+")
ADDRESS = re.compile(r"\bhttps?://\S+|\bwww\.\S+|\S{1,64}@\S+")


def language_of(text: str) -> str | None:
    """Name the main language of `text` by its ISO 639-1 code; None when there is too little to tell."""
    sample = _without_addresses(text[:MAX_CHARS])
    if sample.isascii():
        return _classified(sample, LATIN) if _count(LATIN_LETTERS, sample) >= MIN_LETTERS else None
    east_asian = _east_asian_language(sample)
    if east_asian:
        return east_asian
    counts = {
        CYRILLIC: _count(CYRILLIC_LETTERS, sample),
        ARABIC: _count(ARABIC_LETTERS, sample),
        LATIN: _count(LATIN_LETTERS, sample),
    }
    counts |= {(code,): _count(letters, sample) for code, letters in ONE_LANGUAGE_SCRIPTS.items()}
    candidates, letters_count = max(counts.items(), key=lambda item: item[1])
    if letters_count < MIN_LETTERS:
        return None
    return candidates[0] if len(candidates) == 1 else _classified(sample, candidates)


def _without_addresses(text: str) -> str:
    # Most texts have none, which is told a hundred times faster.
    return ADDRESS.sub(" ", text) if any(mark in text for mark in ("@", "://", "www.")) else text


def _count(letters: re.Pattern[str], sample: str) -> int:
    return sum(map(len, letters.findall(sample)))


def _east_asian_language(sample: str) -> str | None:
    """Tell Chinese, Japanese and Korean by their scripts: one ideograph says as much as some three Latin letters."""
    han, kana, hangul = (_count(script, sample) for script in (HAN, KANA, HANGUL))
    others = _count(LATIN_LETTERS, sample) + _count(CYRILLIC_LETTERS, sample)
    if 3 * (han + kana + hangul) < others or han + kana + hangul < MIN_HAN:
        return None
    if hangul > han + kana:
        return "ko"
    return "ja" if kana > 0.1 * (han + kana) else "zh"


def _classified(sample: str, candidates: tuple[str, ...]) -> str | None:
    # The model was trained on running text: headlines in capitals look like acronyms to it.
    text = sample.lower() if sample.isupper() else sample
    code, probability = _identifier(candidates).classify(text)
    return str(code) if probability >= MIN_PROBABILITY else None


@lru_cache(maxsize=8)
def _identifier(candidates: tuple[str, ...]) -> LanguageIdentifier:
    identifier = copy.copy(_whole_identifier())
    identifier.set_languages(list(candidates))
    return identifier


@lru_cache(maxsize=1)
def _whole_identifier() -> LanguageIdentifier:
    """Load the model of all languages, which takes half a second."""
    from py3langid import langid

    model = Path(langid.__file__).parent / langid.MODEL_FILE
    return langid.LanguageIdentifier.from_modelpath(model, norm_probs=True)
