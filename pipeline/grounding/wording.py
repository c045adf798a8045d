"""Which words say little and which say the same, in four languages; the lists lie beside it as `wordings.toml`."""

from __future__ import annotations

import re
import tomllib
from functools import cache, lru_cache
from pathlib import Path

from pipeline.grounding.words import STEM_CACHE_WORDS, stem_of

WORDINGS_FILE = Path(__file__).with_name("wordings.toml")
LANGUAGES = ("en", "fr", "ru")
MIN_SHARED_CHARS = 4
SHARED_SHARE = 0.6  # of the longer of two stems
MIN_PREFIXED_CHARS = 4
BEGINNING_CHARS = 7

_CJK = re.compile(r"[\u3400-\u9fff]")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_SUFFIX = re.compile(
    r"at(?:eur|ric|or|ion|if|iv)|ement|ment|ion|is?er|ing|er|or|ist|ic|al|ness|ship|ity|ité|age|aire|eur"
    r"|(?:о|е|а)?н(?:и|н|ност)|ени|ани|тел|ств|ность|ск|ов|н|ив|ова|ир"
)
_ASPECT = re.compile(r"(?:пере|пред|раз|рас|воз|под|при|про|из|ис|вы|за|на|до|об|от|по|с|у|о)")


@cache
def _wordings() -> dict[str, dict[str, object]]:
    return tomllib.loads(WORDINGS_FILE.read_text(encoding="utf-8"))


@cache
def light_words(language: str) -> frozenset[str]:
    """Return the stems that any claim may use; for Chinese the words themselves."""
    words = str(_wordings()["light"].get(language, "")).split()
    return frozenset(words) | frozenset(stem_of(word, language) for word in words)


@cache
def _classes() -> dict[str, frozenset[int]]:
    found: dict[str, set[int]] = {}
    classes = _wordings()["same"]["classes"]
    assert isinstance(classes, list)
    for number, words in enumerate(classes):
        for word in str(words).split():
            languages = ["zh"] if _CJK.match(word) else ["ru"] if _CYRILLIC.match(word) else ["en", "fr"]
            for language in languages:
                found.setdefault(stem_of(word, language), set()).add(number)
    return {stem: frozenset(numbers) for stem, numbers in found.items()}


def meanings_of(stem: str) -> frozenset[int]:
    """Return the numbers of the classes of words that a stem is in."""
    known = _classes().get(stem)
    return known if known is not None else _classes_by_beginning().get(_beginning(stem), frozenset())


@cache
def _classes_by_beginning() -> dict[str, frozenset[int]]:
    """Index long stems by how they begin: endings differ where a stemmer leaves participles alone."""
    found: dict[str, frozenset[int]] = {}
    for stem, numbers in _classes().items():
        if len(stem) >= BEGINNING_CHARS:
            found[_beginning(stem)] = found.get(_beginning(stem), frozenset()) | numbers
    return found


def _beginning(stem: str) -> str:
    return stem[:BEGINNING_CHARS] if len(stem) >= BEGINNING_CHARS else ""


@cache
def chinese_synonyms() -> tuple[tuple[str, frozenset[int]], ...]:
    """List the Chinese words of all classes, the longest first."""
    words = ((word, numbers) for word, numbers in _classes().items() if _CJK.match(word))
    return tuple(sorted(words, key=lambda one: -len(one[0])))


@lru_cache(maxsize=STEM_CACHE_WORDS)
def are_alike(one: str, other: str) -> bool:
    """Tell whether two stems are of one word family, or of one class of words that say the same."""
    if one == other or meanings_of(one) & meanings_of(other):
        return True
    shared = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    if shared >= MIN_SHARED_CHARS and shared >= SHARED_SHARE * max(len(one), len(other)):
        return True
    if (
        shared >= MIN_SHARED_CHARS
        and shared == min(len(one), len(other))
        and _SUFFIX.fullmatch(max(one, other, key=len)[shared:])
    ):
        return True
    return _differ_by_aspect(one, other) or _differ_by_aspect(other, one)


def _differ_by_aspect(longer: str, shorter: str) -> bool:
    """See Russian pairs such as `делать` and `сделать`."""
    if len(shorter) < MIN_PREFIXED_CHARS or not longer.endswith(shorter) or not _CYRILLIC.match(shorter):
        return False
    return _ASPECT.fullmatch(longer[: -len(shorter)]) is not None
