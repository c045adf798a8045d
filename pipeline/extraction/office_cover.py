"""What an office file says of itself, on its cover and in its properties: title, date witnesses, authors, issuer."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from perilune.dates import PartialDate, Witness, WitnessKind, dates_in
from pipeline.extraction.boilerplate import is_date_line
from pipeline.extraction.boilerplate_wordings import SENTENCE_STOP
from pipeline.extraction.office_package import Package, xml_of
from pipeline.extraction.pdf_cover import NO_TITLE

MAX_TITLE_CHARS = 250
MAX_ORGANISATION_CHARS = 120
MAX_PLAIN_TITLE_CHARS = 120
LARGEST_SHARE = 0.93
LARGER_SCALE = 1.1
REWORKED_AFTER = dt.timedelta(days=183)
# Templates that libraries ship: what they make keeps the day and the author of these unless its program says otherwise.
TEMPLATE_STAMPS = ("2013-01-27T09:14:16", "2013-12-23T23:15:00", "2006-09-16T00:00:00")
NO_AUTHOR = re.compile(
    r"(?:(?:microsoft |windows |ms )?(?:office )?(?:user|customer)|anonymous|unknown|admin\w*|owner|author|guest|pc"
    r"|python-(?:docx|pptx)|steve canny|apache poi|lenovo|dell|asus|acer|hp|hewlett.packard|un-?named"
    r"|пользователь\b.*|автор|админ\w*|用户|微软用户|作者|utilisateur\b.*|auteur|\W*|\w+\d+)",
    re.IGNORECASE,
)
NO_COMPANY = re.compile(
    r"(?:microsoft.*|微软.*|hewlett.packard.*|hp|lenovo.*|dell.*|home|private|personal|company|organi[sz]ation"
    r"|организация|дом|n/?a|user|china|p ?r ?c|.*(?:specialist|repack|grizli|krokoz|ctrlsoft|sky123|ghost|win7|雨林木风"
    r"|番茄花园|深度).*|www\..*|[\W\d_]*|.)",
    re.IGNORECASE,
)
ORGANISATION = re.compile(
    r"\b(?:agency|administration|ministry|department|office|institute|universit(?:y|ies)|academy|council|committee"
    r"|commission|cent(?:re|er)|organi[sz]ation|association|foundation|federation|secretariat|bureau|laborator(?:y|ies)"
    r"|corporation|embassy|agence|ministère|centre|institut|université|académie|conseil|comité|organisation|ambassade"
    r"|агентство|министерство|управление|институт|университет|академия|совет|комитет|комиссия|центр|корпорация"
    r"|организация|посольство|департамент|федерация)\b"
    r"|(?:局|部|院|所|大学|学院|委员会|办公室|中心|协会|学会|公司|集团|基金会|联合会|大使馆|组织|实验室)$",
    re.IGNORECASE,
)
NO_ORGANISATION = re.compile(
    r"[.!?。！？;；]$|^\W*(?:prepared|presented|hosted|submitted|organi[sz]ed|report|statement|visit|meeting|note|letter"
    r"|доклад|заявление|отчёт|отчет|заседание|rapport|déclaration|réunion|note)\b|\d{4}",
    re.IGNORECASE,
)
BY_WHOM = re.compile(
    r"^\W*(?:(?:prepared|presented|submitted|issued|published) by|by|подготовлено|présenté par|par|发布(?:单位)?[:：]"
    r"|主办(?:单位)?[:：]|单位[:：])\s*(?:the\s+)?",
    re.IGNORECASE,
)
EVENT_LABEL = re.compile(r"^\W*(?:date|when|дата|время|时间|日期)\W", re.IGNORECASE)


@dataclass(frozen=True)
class Properties:
    """What the properties of an office file state; empty where they state nothing."""

    title: str = ""
    authors: str = ""
    company: str = ""
    created: str = ""
    modified: str = ""
    page_count: int = 0


@dataclass(frozen=True)
class CoverLine:
    """A line of the first page or slide, with its size in points."""

    text: str
    size: float
    is_title: bool = False


def properties_of(package: Package) -> Properties:
    """Read the properties of an office file; those that are missing or malformed are empty."""
    core = _fields(next((part for name, part in package.parts.items() if name.endswith(("core.xml", ".psmdcp"))), b""))
    app = _fields(package.parts.get("docProps/app.xml", b""))
    pages = app.get("Pages", "")
    return Properties(
        title=core.get("title", ""),
        authors=core.get("creator", ""),
        company=app.get("Company", ""),
        created=core.get("created", ""),
        modified=core.get("modified", ""),
        page_count=int(pages) if re.fullmatch(r"\d{1,5}", pages) else 0,
    )


def title_of(cover: Sequence[CoverLine], stated: str, *, usual_size: float = 0.0) -> str:
    """Take the stated title when the cover shows it too, else what is marked as title there, else the largest text.

    Where nothing is larger than usual, a short first line is taken.
    """
    stated = "" if NO_TITLE.fullmatch(stated) or len(stated) > MAX_TITLE_CHARS else stated
    if stated and _wording(stated) in _wording(" ".join(line.text for line in cover)):
        return stated
    marked = _first_run([line.is_title for line in cover], cover)
    if marked and not NO_TITLE.fullmatch(marked):
        return marked[:MAX_TITLE_CHARS]
    largest = _largest_text(cover, usual_size)
    return stated if not largest or NO_TITLE.fullmatch(largest) else largest


def witnesses_of(cover: Sequence[CoverLine], properties: Properties) -> tuple[Witness, ...]:
    """Read the date line of the cover and the day of making; the days of an event announced there are no such line."""
    found = []
    for line in cover:
        dates = dates_in(line.text)
        if dates and is_date_line(line.text) and not EVENT_LABEL.search(line.text):
            date, start, end = dates[0]
            found.append(Witness(WitnessKind.COVER, date, line.text[start:end]))
            break
    made = _day_of_making(properties)
    if made:
        quote = f"created {properties.created[:16]}"
        found.append(Witness(WitnessKind.METADATA, PartialDate.of(made), quote))
    return tuple(found)


def authors_of(properties: Properties) -> tuple[str, ...]:
    """List the persons that the properties name as authors; names that programs fill in are none."""
    names = (" ".join(name.split()) for name in re.split(r"[;；]", properties.authors))
    return tuple(dict.fromkeys(name for name in names if name and not NO_AUTHOR.fullmatch(name)))


def issuer_of(cover: Sequence[CoverLine], properties: Properties, title: str) -> str | None:
    """Tell whom the document is by: the company of its properties, else a line of the cover that names a body."""
    if not NO_COMPANY.fullmatch(properties.company):
        return properties.company
    for line in cover:
        name = BY_WHOM.sub("", line.text).strip()
        is_name = len(name) <= MAX_ORGANISATION_CHARS and ORGANISATION.search(name) and not NO_ORGANISATION.search(name)
        if is_name and not line.is_title and _wording(line.text) not in _wording(title):
            return name
    return None


def places_of_title(texts: Sequence[str], title: str) -> set[int]:
    """Find the lines of a cover that make up the title: the first run that has its wording."""
    wordings, whole = [_wording(text) for text in texts], _wording(title)
    for start in range(len(texts)):
        joined = ""
        for place in range(start, len(texts)):
            joined += wordings[place]
            if joined and joined == whole:
                return set(range(start, place + 1))
            if not whole.startswith(joined):
                break
    return set()


def _fields(part: bytes) -> dict[str, str]:
    """Map the local names of a part's fields to their text."""
    try:
        root = xml_of(part)
    except SyntaxError:
        return {}
    nodes = [node for node in root if isinstance(node.tag, str)]
    return {node.tag.rpartition("}")[2]: " ".join((node.text or "").split()) for node in nodes}


def _day_of_making(properties: Properties) -> dt.date | None:
    """Tell the day a file was made, unless it was made from a template or another file long before."""
    created, modified = (_day(text) for text in (properties.created, properties.modified))
    if created is None or properties.created.startswith(TEMPLATE_STAMPS) or (created.month, created.day) == (1, 1):
        return None
    return None if modified and modified - created > REWORKED_AFTER else created


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text[:10])
    except ValueError:
        return None


def _largest_text(cover: Sequence[CoverLine], usual_size: float) -> str:
    candidates = [line for line in cover if re.search(r"\w{2}", line.text) and not is_date_line(line.text)]
    sizes = [line.size for line in candidates]
    if not candidates:
        return ""
    if max(sizes) <= LARGER_SCALE * usual_size or (len(sizes) > 1 and min(sizes) >= LARGEST_SHARE * max(sizes)):
        plain = candidates[0].text
        return "" if len(plain) > MAX_PLAIN_TITLE_CHARS or SENTENCE_STOP.search(plain) else plain
    return _first_run([size >= LARGEST_SHARE * max(sizes) for size in sizes], candidates)[:MAX_TITLE_CHARS]


def _first_run(marks: Sequence[bool], lines: Sequence[CoverLine]) -> str:
    """Join the first lines in a row that are marked."""
    run: list[str] = []
    for is_marked, line in zip(marks, lines, strict=True):
        if is_marked:
            run.append(line.text)
        elif run:
            break
    return " ".join(run)


def _wording(text: str) -> str:
    return "".join(re.findall(r"\w+", text.casefold()))
