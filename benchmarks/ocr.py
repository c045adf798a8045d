"""Measures the reading of scans made on the spot, beside Tesseract alone with all four languages at once.

Run as `python -m benchmarks.ocr`, after `make ocr`; texts are those of the interface's four languages in the tests.
"""

from __future__ import annotations

import datetime as dt
import os
import platform
import re
import resource
import subprocess
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pypdfium2 import PdfDocument

from perilune.config import settings_from
from pipeline.extraction.extract import FetchedPage, extract
from pipeline.extraction.ocr import Ocr, find_ocr
from pipeline.extraction.scan import image_of_page
from pipeline.values import Extracted
from tests.scan_texts import PAPERS
from tests.scans import lines_of, pdf_of_pictures, picture_of

ADDRESS = "https://agency.example/paper.pdf"
UNIT = re.compile(r"[一-鿿]|[^\W一-鿿]+")
AT_ONCE = "eng+chi_sim+rus+fra"
SCANS = ((0.0, 4.0), (0.7, 8.0))
PAGES = 2 * len(SCANS)


@dataclass(frozen=True)
class Read:
    """A scan as one reader read it: its text and the seconds of processor time that it took."""

    text: str
    seconds: float


def with_perilune(body: bytes, ocr: Ocr) -> Read:
    """Read a scan as the product does, from its bytes to passages."""
    begun = _processor_seconds()
    found = extract(FetchedPage(body, ADDRESS), ocr)
    text = f"{found.title}\n{found.published.date or ''}\n{found.text}" if isinstance(found, Extracted) else ""
    return Read(text, _processor_seconds() - begun)


def with_tesseract(body: bytes, ocr: Ocr) -> Read:
    """Read the same pictures of the pages with Tesseract alone, in all languages at once."""
    document = PdfDocument(body)
    begun = _processor_seconds()
    texts = []
    for number in range(1, len(document) + 1):
        image = image_of_page(document, number)
        command = [ocr.program, "stdin", "stdout", "-l", AT_ONCE, "--dpi", str(image.dpi)]
        environment = os.environ | {"OMP_THREAD_LIMIT": "1"}
        done = subprocess.run(command, input=image.pnm, capture_output=True, check=True, env=environment)
        texts.append(done.stdout.decode())
    document.close()
    return Read("\n".join(texts), _processor_seconds() - begun)


def _processor_seconds() -> float:
    """Count this process's processor time and its children's: other work on the machine does not change it."""
    spent = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in spent)


def right_share(found: str, expected: str) -> float:
    """Give the share of the expected words (Chinese: ideographs) that were found, each as often as it stands there."""
    mended = re.sub(r"-\n(?=[^\W\d_])", "", found)
    seen, wanted = (Counter(UNIT.findall(text.casefold())) for text in (mended, expected))
    return (seen & wanted).total() / wanted.total()


def scan_of(paper: Sequence[str]) -> bytes:
    """Scan a paper of two pages twice into one document, more and less straight and noisy, its title once."""
    title, *paragraphs = paper
    half = len(paragraphs) // 2
    later = lines_of("", "", paragraphs[half:])
    pictures = [
        picture_of(lines, degrees=degrees, noise=noise)
        for (degrees, noise), head in zip(SCANS, (title, ""), strict=True)
        for lines in (lines_of(head, "", paragraphs[:half]), later)
    ]
    return pdf_of_pictures(pictures)


def main() -> None:
    """Print a row a language: the share of words right and the seconds a page, ours, the baseline's, the ratios."""
    ocr = find_ocr(settings_from({}))
    if ocr is None:
        print("there is no Tesseract (make ocr): nothing to read")
        return
    print(f"machine: {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(f"date: {dt.datetime.now(dt.UTC):%Y-%m-%d}; a document of {PAGES} pages a language, processor seconds")
    print(f"{'':10}{'words right':>12}{'Tesseract':>11}{'ratio':>7}{'s a page':>10}{'Tesseract':>11}{'ratio':>7}")
    for language, paper in PAPERS.items():
        scan, expected = scan_of(paper), "\n".join((paper[0], *paper[1:] * len(SCANS)))
        reads = [reader(scan, ocr) for reader in (with_perilune, with_tesseract)]
        right, other_right = (right_share(read.text, expected) for read in reads)
        seconds, other_seconds = (read.seconds / PAGES for read in reads)
        print(
            f"{language:10}{right:12.3f}{other_right:11.3f}{right / other_right:7.3f}"
            f"{seconds:10.2f}{other_seconds:11.2f}{seconds / other_seconds:7.2f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
