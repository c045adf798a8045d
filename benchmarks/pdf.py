"""Measures the reading of PDF files beside pypdf, pdfplumber and plain pypdfium2, on a treaty and on files it prints.

Run as `python -m benchmarks.pdf FOLDER`, or with the folder in BENCH_PDF: it holds `pdf/space-law-corpus`, `text` and
`govuk`, whose texts are printed. Rules are chosen on the tuning half; `--apart` measures the other one.
"""

from __future__ import annotations

import argparse
import datetime as dt
import io
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.pdf_drawing import drawn_across_columns, drawn_by_reportlab
from benchmarks.pdf_gold import Figures, GoldDocument, Part, figures_of_blocks, figures_of_text, letters_of
from benchmarks.pdf_printing import printed_by_chromium, slides_by_chromium
from benchmarks.pdf_texts import TREATY, paragraphs_in
from models.vocabulary import APART, PassageKind
from pipeline.extraction.extract import FetchedPage, extract
from pipeline.extraction.pdf import article_of_pdf
from pipeline.summaries.sections import sections_of
from pipeline.values import Block, Extracted

TREATY_LANGUAGES = ("es", "fr", "ru", "zh")
NUMBERED_HEADINGS = 188  # in each of the books, counted by hand
NUMBERED_HEADING = re.compile(
    r"第\s?[一二三四五六七八九十\d]+\s?条|(?:Article|[СC]татья|Artículo)\s\w+$|[A-JАВС]\. |[1-6]\. \D{2,60}$"
    r"|(?:原则|准则|Principe|Принцип|Principio|Ligne directrice|Руководящий принцип|Directriz)"
    r"\s?[A-DАВСIVX\d一二三四五六七八九十]"
    r"|第[一二三四]部分|\w+ partie|Часть|\w+ parte\b"
)
FIGURES = (
    "text found in order", "of the text that is right", "pages right", "labels right", "footnotes apart", "headings",
    "paragraphs whole", "table cells kept", "tables that are none",
)  # fmt: skip


def with_perilune(body: bytes) -> str:
    """Read with the product."""
    return "\n".join(block.text for block in article_of_pdf(body).blocks)


def blocks_with_title(body: bytes) -> list[Block]:
    """Read with the product, the title as the heading that it is on the first page."""
    article = article_of_pdf(body)
    return [Block(PassageKind.HEADING, article.title, 1), *article.blocks]


def with_pypdf(body: bytes) -> str:
    """Read with pypdf alone."""
    from pypdf import PdfReader

    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages)


def with_pdfplumber(body: bytes) -> str:
    """Read with pdfplumber alone."""
    import pdfplumber

    texts = []
    with pdfplumber.open(io.BytesIO(body)) as document:
        for page in document.pages:
            texts.append(page.extract_text())
            page.close()
    return "\n".join(texts)


def with_pypdfium2(body: bytes) -> str:
    """Read with pypdfium2 alone."""
    from pypdfium2 import PdfDocument

    document = PdfDocument(body)
    texts = []
    for page in document:
        text_page = page.get_textpage()
        texts.append(text_page.get_text_range())
        text_page.close()
        page.close()
    return "\n".join(texts)


READERS: dict[str, Callable[[bytes], str]] = {
    "Perilune": with_perilune,
    "pypdf": with_pypdf,
    "pdfplumber": with_pdfplumber,
    "pypdfium2": with_pypdfium2,
}


def documents_of(folder: Path, *, apart: bool) -> list[GoldDocument]:
    """Print the documents of one half, 24 in all: their seeds are even in the one, odd in the other."""
    texts = paragraphs_in(folder)
    half = 1 if apart else 0
    with ThreadPoolExecutor(2) as threads:
        printed = list(
            threads.map(lambda seed: printed_by_chromium(f"browser {seed}", texts, seed), range(half, 24, 2))
        )
        slides = list(
            threads.map(lambda seed: slides_by_chromium(f"slides {seed}", texts, seed), range(100 + half, 104, 2))
        )
    drawn = [drawn_by_reportlab(f"drawn {seed}", texts, seed) for seed in range(200 + half, 220, 2)]
    across = [drawn_across_columns(f"across {seed}", texts, seed) for seed in range(300 + half, 304, 2)]
    return [*printed, *slides, *drawn, *across]


def treaty_figures(folder: Path) -> dict[str, list[float]]:
    """Give for each language the share of the treaty's gold text that each reader finds in order.

    The treaty fills a few pages of a book; it is sought in the text from its first to its last words.
    """
    shares = {}
    for language in TREATY_LANGUAGES:
        place = folder / TREATY / f"1967-01-27-{language}"
        gold = (place / "text.txt").read_text(encoding="utf-8")
        document = GoldDocument(language, b"", (Part(PassageKind.PARAGRAPH, gold),))
        body = (place / "original.pdf").read_bytes()
        blocks = "\n".join(block.text for block in article_of_pdf(body).blocks if block.kind not in APART)
        texts = [blocks, *(reader(body) for name, reader in READERS.items() if name not in ("Perilune", "pdfplumber"))]
        cut = [figures_of_text(document, _stretch(text, gold)) for text in texts]
        shares[language] = [figures.share(what) or 0.0 for figures in cut for what in FIGURES[:2]]
    return shares


def _stretch(text: str, gold: str) -> str:
    """Cut from `text` what lies between the first and the last words of `gold`, as letters tell."""
    text = unicodedata.normalize("NFKC", text).casefold()
    places = [match.start() for match in re.finditer(r"[^\W_]", text)]
    letters = letters_of(text)
    first, last = letters_of(gold[300:])[:24], letters_of(gold)[-44:-20]
    start = letters.find(first)
    end = letters.find(last, start)
    if start < 0 or end < 0 or len(places) != len(letters):
        return text
    begin = max(0, start - len(letters_of(gold[:300])))
    return text[places[begin] : places[min(end + 44, len(places)) - 1] + 1]


def speeds_of(documents: Sequence[GoldDocument]) -> dict[str, tuple[float, float]]:
    """Give for each reader PDF pages a processor second and peak memory in MB, each in a process of its own."""
    pages = sum(document.page_count for document in documents)
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for number, document in enumerate(documents):
            Path(folder, f"{number}.pdf").write_bytes(document.body)
        for name in READERS:
            printed = subprocess.run(
                [sys.executable, "-m", "benchmarks.pdf_times", name, folder], check=True, capture_output=True, text=True
            ).stdout
            measured = json.loads(printed)
            found[name] = (pages / measured["seconds"], measured["megabytes"])
    return found


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pdf", description="Measure the reading of PDF files.")
    parser.add_argument("folder", nargs="?", type=Path, default=os.environ.get("BENCH_PDF"))
    parser.add_argument("--apart", action="store_true", help="measure the half that no rule was chosen on")
    parser.add_argument("--each", action="store_true", help="print a row a document")
    parser.add_argument("--keep", type=Path, help="keep the printed files in this folder")
    options = parser.parse_args()
    if options.folder is None:
        print("no folder with texts named (BENCH_PDF): nothing to print and read")
        return
    print(f"machine: {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(f"date: {dt.datetime.now(dt.UTC):%Y-%m-%d}")
    documents = documents_of(Path(options.folder), apart=options.apart)
    if options.keep:
        keep(documents, options.keep)
    report(documents, each=options.each)
    report_treaty(Path(options.folder))
    report_sections(Path(options.folder))
    report_speeds(documents)


def keep(documents: Sequence[GoldDocument], folder: Path) -> None:
    """Write the printed files with what they say beside them."""
    folder.mkdir(parents=True, exist_ok=True)
    for document in documents:
        place = folder / document.name.replace(" ", "-")
        place.with_suffix(".pdf").write_bytes(document.body)
        gold = "\n".join(f"[{part.page}] {part.kind.value}: {part.text}" for part in document.parts)
        place.with_suffix(".txt").write_text(gold, encoding="utf-8")


def report(documents: Sequence[GoldDocument], *, each: bool) -> None:
    """Print a row a figure, and of the others what they can have: text found and right."""
    ours, groups = Figures(), dict[str, Figures]()
    others = {name: Figures() for name in READERS if name != "Perilune"}
    for document in documents:
        figures = figures_of_blocks(document, blocks_with_title(document.body))
        ours.add(figures)
        groups.setdefault(document.group, Figures()).add(figures)
        for name, figures_of_other in others.items():
            figures_of_other.add(figures_of_text(document, READERS[name](document.body)))
        if each:
            shares = "".join(f"{_shown(figures.share(what)):>8}" for what in FIGURES)
            print(f"{document.name:16}{shares}  {document.group}")
    print(f"{len(documents)} documents{'':15}" + "".join(f"{name:>12}" for name in READERS))
    for what in FIGURES:
        values = [ours.share(what), *(figures.share(what) for figures in others.values())]
        print(f"{what:27}" + "".join(f"{_shown(value):>12}" for value in values))
    for group, figures in sorted(groups.items()):
        print(f"{group:27}" + "".join(f"{_shown(figures.share(what)):>8}" for what in FIGURES))


def _shown(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def report_treaty(folder: Path) -> None:
    """Print a row a language of the treaty."""
    names = [name for name in READERS if name != "pdfplumber"]
    print("treaty: found, right" + "".join(f"{name:>18}" for name in names))
    for language, shares in treaty_figures(folder).items():
        print(f"{language:20}" + "".join(f"{shares[at]:10.3f}{shares[at + 1]:8.3f}" for at in range(0, len(shares), 2)))


def report_sections(folder: Path) -> None:
    """Print how many of the numbered headings in the treaty's books head a section, or are told with one."""
    for language in TREATY_LANGUAGES:
        body = (folder / TREATY / f"1967-01-27-{language}" / "original.pdf").read_bytes()
        book = extract(FetchedPage(body, f"https://un.example/{language}.pdf", "application/pdf"))
        if not isinstance(book, Extracted):
            raise TypeError(f"the book in {language} is not read: {book}")
        told = sections_of(book.title, book.passages, language=language).sections
        headings = [heading for one in told for heading in (one.heading, *one.told_with_it)]
        found = sum(NUMBERED_HEADING.match(heading) is not None for heading in headings)
        pages = max((one.last_page or 0) - (one.first_page or 0) + 1 for one in told)
        print(f"{language}: {found} of {NUMBERED_HEADINGS} headings, {len(told)} sections, the longest {pages} pages")


def report_speeds(documents: Sequence[GoldDocument]) -> None:
    """Print a row a reader with the ratios of ours to it."""
    has_table = PassageKind.TABLE
    plain = [document for document in documents if has_table not in {part.kind for part in document.parts}]
    for title, chosen in (("without tables", plain), ("all", documents)):
        _report_speeds(title, speeds_of(chosen))


def _report_speeds(title: str, speeds: Mapping[str, tuple[float, float]]) -> None:
    pace, memory = speeds["Perilune"]
    print(f"{title:20}{'pages/s':>10}{'ours/it':>10}{'peak MB':>10}{'ours/it':>10}")
    for name, (its_pace, its_memory) in speeds.items():
        print(f"{name:20}{its_pace:10.1f}{pace / its_pace:10.2f}{its_memory:10.0f}{memory / its_memory:10.2f}")


if __name__ == "__main__":
    main()
