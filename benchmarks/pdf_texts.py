"""Real paragraphs of five languages for the PDF files that the benchmark prints, out of four formats."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path

MIN_CHARS = 60
MAX_CHARS = 1400
MIN_IDEOGRAPHS = 25
TREATY = Path("pdf/space-law-corpus/un/treaty/ost-1967")


def paragraphs_in(folder: Path) -> dict[str, list[str]]:
    """Read the paragraphs of each language below `folder`: a white paper, government pages, news and a treaty."""
    english = [*_of_markdown(folder / "text" / "ceos-aiml-white-paper"), *_of_government(folder / "govuk")]
    return {
        "en": _distinct(english),
        "zh": _distinct(_of_news(folder / "text" / "cctv_space_2022_2024.jsonl")),
        **{language: _distinct(_of_treaty(folder, language)) for language in ("fr", "ru", "es")},
    }


def _distinct(paragraphs: Iterator[str] | list[str]) -> list[str]:
    """Keep each paragraph once, by its first words, so that its page can be told."""
    kept: dict[str, str] = {}
    for paragraph in paragraphs:
        text = " ".join(paragraph.split())
        ideographs = len(re.findall(r"[㐀-鿿]", text))
        if (MIN_CHARS <= len(text) <= MAX_CHARS) or MIN_IDEOGRAPHS <= ideographs <= MAX_CHARS:
            kept.setdefault("".join(re.findall(r"\w", text))[:24], text)
    return list(kept.values())


def _of_markdown(folder: Path) -> Iterator[str]:
    for path in sorted(folder.glob("*.md")):
        for part in re.split(r"\n\s*\n", path.read_text(encoding="utf-8")):
            text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", re.sub(r"<[^>]+>", "", part))
            text = re.sub(r"[*_`\\]|\$\$?", "", text).strip(" \u3000")
            if not re.match(r"[#|>*-]|\d+\.|\[", text) and "|" not in text and "http" not in text:
                yield text


def _of_government(folder: Path) -> Iterator[str]:
    for path in sorted(folder.rglob("*.json")):
        details = json.loads(path.read_text(encoding="utf-8")).get("details", {})
        for paragraph in re.findall(r"<p>(.*?)</p>", str(details.get("body", "")), re.DOTALL):
            yield html.unescape(re.sub(r"<[^>]+>", "", paragraph))


def _of_news(path: Path) -> Iterator[str]:
    for line in path.read_text(encoding="utf-8").splitlines():
        yield from json.loads(line)["text"].split("\n")


def _of_treaty(folder: Path, language: str) -> Iterator[str]:
    yield from (folder / TREATY / f"1967-01-27-{language}" / "text.txt").read_text(encoding="utf-8").split("\n\n")
