"""The forms in which articles can be taken along, by the endings that name them, with what one file may hold."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from perilune.exports.brief import markdown_of
from perilune.exports.citations import bibtex_of, csl_of, ris_of
from perilune.exports.record import Export
from perilune.exports.table import csv_of, jsonl_of
from perilune.exports.warc import warc_of
from perilune.exports.word import docx_of
from perilune.problems import Problem

MAX_ARTICLES = 10_000
MAX_ARTICLES_OF_BRIEF = 500
"""A Word document is made in memory, and nobody reads a longer one."""
MAX_STEM_CHARS = 60
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@dataclass(frozen=True)
class Form:
    """A form: its name, the ending and type of its files, what writes it, and what it reads of each article."""

    name: str
    ending: str
    media_type: str
    write: Callable[[Export], Iterator[bytes]]
    most: int = MAX_ARTICLES
    has_text: bool = False
    has_pages: bool = False


FORMS: Mapping[str, Form] = {
    "csv": Form("CSV table", "csv", "text/csv; charset=utf-8", csv_of),
    "jsonl": Form("JSON Lines", "jsonl", "application/jsonl; charset=utf-8", jsonl_of, has_text=True),
    "md": Form("Markdown", "md", "text/markdown; charset=utf-8", markdown_of),
    "docx": Form("Word brief with footnotes", "docx", DOCX, docx_of, most=MAX_ARTICLES_OF_BRIEF),
    "csl": Form("CSL-JSON", "csl.json", "application/vnd.citationstyles.csl+json", csl_of),
    "ris": Form("RIS", "ris", "application/x-research-info-systems", ris_of),
    "bib": Form("BibTeX", "bib", "application/x-bibtex; charset=utf-8", bibtex_of),
    "warc": Form("WARC of the archived pages", "warc.gz", "application/warc", warc_of, has_pages=True),
}


def form_named(name: str) -> Form:
    """Find a form; Problem for a name that none has."""
    if name not in FORMS:
        raise Problem(f"there is no form {name[:20]!r}; the forms are {', '.join(FORMS)}.")
    return FORMS[name]


def require_room(form: Form, count: int) -> None:
    """Refuse a selection that one file cannot hold, and one of nothing."""
    if count > form.most:
        raise Problem(
            f"this selects {count:,} articles; one file of this form ({form.name}) holds at most {form.most:,}: "
            "narrow the search, such as by after: and before:, and export it in parts."
        )
    if count == 0:
        raise Problem("nothing is selected; search for something, or tick articles.")


def name_of_file(title: str, form: Form, on: dt.date) -> str:
    """Make the name of a file from what it holds: letters, digits and hyphens of ASCII."""
    stem = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:MAX_STEM_CHARS].strip("-")
    return f"perilune-{stem or 'export'}-{on}.{form.ending}"
