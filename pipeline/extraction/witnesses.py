"""Where an HTML page states its publication date: markup, the line beside the title, the address.

Apart from the text extractor because a date is decided over witnesses, and each witness must be quotable.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from perilune.dates import PartialDate, Witness, WitnessKind
from pipeline.extraction.date_lines import MOST_LINE_CHARS, witness_of_line
from pipeline.extraction.date_numbers import Reading
from pipeline.extraction.markup_dates import is_day_of_update, markup_witnesses
from pipeline.extraction.shown_lines import Line, ShownPage

__all__ = ["address_witness", "is_day_of_update", "markup_witnesses", "visible_witness"]

OPENING_CHARS = 140
HAS_NUMBER = re.compile(r"\d|[〇零○一二三四五六七八九]{2}|元年")
LABELLED = re.compile(
    r"\W*(?:date de publication|publié|publication|paru\b|mis en ligne|mise en ligne|published|posted|"
    r"first published|issued?\b|"
    r"(?:release|publication|issue) date|date (?:of publication|published|posted|issued)|опубликован|размещен|"
    r"дата (?:публикации|размещения)|发布|发表|發布|發表|刊登|发文|公開日|掲載|発表日|veröffentlicht|erschienen|"
    r"publicad|pubblicat|"
    r"fecha de publicación|data di pubblicazione|data de publicação)",
    re.IGNORECASE,
)
PLACE = r"[A-ZÀ-ÞА-ЯЁ][\w.'’-]*"
DATELINE = re.compile(
    rf"^\W{{0,3}}(?:{PLACE}[ ,/]+(?:[—–-]+ )?){{1,6}}?(?P<date>[^()—–]{{6,34}}?)\s*"
    r"(?:\([^)]{2,30}\)|/[^\W\d_][\w .-]*/|--|—|–|\s-\s)"
)
CHINESE_DATELINE = re.compile(
    r"^[\s【\[（(]*[一-鿿]{2,14}?\s*(?P<date>(?:19|20)\d\d\s*[年./-]\s*\d{1,2}\s*[月./-]\s*\d{1,2}\s*日?)\s*(?:电|讯|電|訊|消息|报道)"
)
MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
IN_ADDRESS = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<mark>[-/_.]?)(?P<month>0[1-9]|1[0-2])(?:[-/_.]?(?P<day>0[1-9]"
    r"|[12]\d|3[01]))?(?!\d)"
    r"|/(?P<y>(?:19|20)\d\d)/(?P<m>[1-9]|1[0-2])/(?P<d>[1-9]|[12]\d|3[01])/"
    rf"|/(?P<named_year>(?:19|20)\d\d)/(?P<name>{'|'.join(MONTH_NAMES)})/(?P<named_day>[0-3]?\d)/"
)


def visible_witness(
    tree: HtmlElement, title: str, first_text: str, language: str | None, url: str = ""
) -> Witness | None:
    """Find the date line beside the title, the dateline, a labelled line, or the signature below the text.

    A line that speaks of an update or of an event is no witness, and neither is a range of days or what belongs to
    another article. `url` helps to read numbers such as `04/05/2024`.
    """
    page, reading = ShownPage(tree, title, first_text), Reading(tree, language, url)
    near = list(_witnesses_of(page, page.lines_near(), reading))
    beside = next((witness for witness in near if witness.is_labelled), None) or next(iter(near), None)
    if beside is not None and beside.date.month is not None:
        return beside
    return (
        _dateline_witness(first_text, reading)
        or _labelled_witness(page, reading)
        or next(_witnesses_of(page, page.lines_after_text(), reading), None)
        or beside
    )


def address_witness(url: str) -> Witness | None:
    """Read the fullest date in an address such as `/2020-02/19/c_112.htm` or `/t20111229_80000.shtml`.

    Where a file lies on somebody's disk says nothing.
    """
    parts = urlsplit(url)
    found = [] if parts.scheme == "file" else list(_dates_in_path(parts.path))
    if not found:
        return None
    date, quote = max(found, key=lambda item: item[0].day is not None)
    return Witness(WitnessKind.ADDRESS, date, quote)


def _dates_in_path(path: str) -> Iterator[tuple[PartialDate, str]]:
    for match in IN_ADDRESS.finditer(path.lower()):
        year = match["year"] or match["y"] or match["named_year"]
        month = match["month"] or match["m"] or 1 + MONTH_NAMES.index(match["name"])
        day = match["day"] or match["d"] or match["named_day"]
        # Six digits in a row are as likely a number as a month.
        if day is None and not match["mark"] and not re.search(rf"[/_-]{re.escape(match[0])}/", path):
            continue
        try:
            yield PartialDate(int(year), int(month), int(day) if day else None), match[0]
        except ValueError:
            continue


def _witnesses_of(page: ShownPage, lines: Iterator[Line] | list[Line], reading: Reading) -> Iterator[Witness]:
    for line in lines:
        is_candidate = len(line.text) <= MOST_LINE_CHARS and HAS_NUMBER.search(line.text)
        witness = witness_of_line(line.text, reading) if is_candidate else None
        if witness is not None and not page.is_apart(line.element):
            yield witness


def _labelled_witness(page: ShownPage, reading: Reading) -> Witness | None:
    """Find a line that says of itself that it tells when the page was published, wherever it stands."""
    lines = page.lines_from(LABELLED)
    return next((witness for witness in _witnesses_of(page, lines, reading) if witness.is_labelled), None)


def _dateline_witness(first_text: str, reading: Reading) -> Witness | None:
    """Read a wire's dateline: `BEIJING, Dec. 29, 2011 (Xinhua) --`."""
    opening = first_text[:OPENING_CHARS]
    match = DATELINE.match(opening) or CHINESE_DATELINE.match(opening)
    dates = reading.dates_on(match["date"]) if match else []
    if not dates or dates[0][0].day is None:
        return None
    return Witness(WitnessKind.VISIBLE, dates[0][0], opening.strip())
