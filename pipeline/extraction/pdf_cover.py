"""What a PDF says of itself on its first page and in its fields: title, authors, issuer and witnesses of its date."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from models.vocabulary import PassageKind
from perilune.dates import PartialDate, Witness, WitnessKind, dates_in
from pipeline.extraction.boilerplate import is_date_line, is_same_wording
from pipeline.extraction.pdf_letters import MARKED
from pipeline.extraction.pdf_lines import Line, PdfPage
from pipeline.values import Block

EDGE_LINES = 3
MAX_TITLE_CHARS = 250
MAX_PLAIN_TITLE_CHARS = 120
MAX_COVER_LINES = 30
MAX_ISSUER_CHARS = 110
MAX_AUTHORS = 20
METADATA_DATE = re.compile(r"(?:D:)?(\d{4})(\d\d)?(\d\d)?")
NO_TITLE = re.compile(
    r"untitled|microsoft (?:word|powerpoint)\b.*|.*\.(?:docx?|pptx?|pdf|indd|tex|dvi|xlsx?|qxd|html?|rtf)|document\d*"
    r"|(?:table of )?contents|目录|содержание|sommaire|table des matières|(?:power ?point )?presentation"
    r"|слайд \d+|презентация.*|幻灯片 ?\d+|présentation.*|pdf|[\W\d_]*|title|slide \d+|about:blank|data:.*|https?:.*",
    re.IGNORECASE,
)
NO_AUTHOR = re.compile(
    r"(?:user|anonymous|unknown|admin\w*|owner|author|\W*|\w+\d+|\(?unspecified\)?|microsoft.*|windows.*|dell|hp|lenovo"
    r"|asus|acer|pc|default|none|null|test|home|office|python-docx|.*@.*|.*\.(?:com|org|net)|пользователь|utilisateur)",
    re.IGNORECASE,
)
ORGANISATION = re.compile(
    r"\b(?:agency|administration|organi[sz]ations?|ministry|committee|commission|institut[eo]?s?|universit\w+|office|council"
    r"|cent(?:er|re)|academy|department|association|foundation|corporation|company|societ[yé]|bureau|laborator(?:y|ies)"
    r"|consortium|federation|secretariat|directorate|assembly|parliament|embassy|authority|observatory|school|group|forum"
    r"|united nations|european union|nations unies|naciones unidas|inc|ltd|gmbh|llc|s\.?a\.?s?|agence|ministère|comité"
    r"|bureau|conseil|centre|académie|organisation|assemblée|fondation|secrétariat|observatoire|agencia|ministerio|comisión"
    r"|oficina|consejo|centro|organización|agenzia|ministerium|agentur|institut|zentrum|NASA|ESA|JAXA|ISRO|CNSA|CNES|DLR"
    r"|UNOOSA|COPUOS|CEOS|Eumetsat|NOAA|Roscosmos)\b"
    r"|агентств\w*|министерств\w*|комитет\w*|комисси\w*|институт\w*|университет\w*|управлени\w*|совет\b|центр\w*|академи\w*"
    r"|организаци\w*|корпораци\w*|роскосмос|федераци\w*|секретариат\w*|ассамбле\w*|объединенны\w* наци\w*|фонд\b"
    r"|(?:局|委员会|研究院|研究所|大学|办公室|中心|科学院|集团|公司|协会|学会|组织|联合国|国务院|部|署|院)"
    r"(?:$|[ ）)，、])",
    re.IGNORECASE,
)
PERSON = re.compile(r"(?:(?:Dr|Prof|Mr|Mrs|Ms)\.? )?(?:[A-ZÀ-ÞА-Я][\w'’-]*\.?,? ?){2,4}")
NO_ISSUER = re.compile(
    r"^(?:agenda|session|report|note|annex|draft|resolution|copyright|©|http|www|tel|e-?mail|address|\d"
    r"|доклад|отчет|rapport|informe|报告|关于)|@|[.;:!?。；：？！]$|\b(?:is|are|was|were|has|have|will)\b",
    re.IGNORECASE,
)


def title_of(pages: Sequence[PdfPage], fields: Mapping[str, str], *, is_deck: bool) -> str:
    """Take the field's title when page 1 shows it too, else the largest text of page 1, else the field's."""
    stated = fields.get("Title", "")
    stated = "" if NO_TITLE.fullmatch(stated) or len(stated) > MAX_TITLE_CHARS else stated
    first = _first_page(pages)
    if first is None:
        return stated
    shown = "".join(re.findall(r"\w+", " ".join(line.text for line in first.lines).casefold()))
    if stated and "".join(re.findall(r"\w+", stated.casefold())) in shown:
        return stated
    largest = _largest_text(first, 0.0 if is_deck else usual_size(pages))
    return stated if NO_TITLE.fullmatch(largest) else largest


def _first_page(pages: Sequence[PdfPage]) -> PdfPage | None:
    return next((page for page in pages if page.lines), None)


def _largest_text(page: PdfPage, usual: float) -> str:
    """Join the first run of lines in the largest size; where nothing is larger than usual, take a short first line."""
    candidates = [
        line for line in page.lines if re.search(r"[^\W\d_]{2}", line.text) and not is_date_line(line.text)
    ] or [line for line in page.lines if re.search(r"\w{2}", line.text) and not is_date_line(line.text)]
    if not candidates:
        return ""
    largest = max(line.size for line in candidates)
    run: list[Line] = []
    for line in candidates:
        if line.size >= 0.93 * largest:
            run.append(line)
        elif run:
            break
    if largest <= 1.1 * usual:
        first = MARKED.sub("", candidates[0].text)
        return first if len(first) <= MAX_PLAIN_TITLE_CHARS else ""
    return MARKED.sub("", " ".join(line.text for line in run))[:MAX_TITLE_CHARS]


def usual_size(pages: Sequence[PdfPage]) -> float:
    """Give the font size of most of the text, 0 without any."""
    return usual_size_of([line for page in pages for line in page.lines])


def usual_size_of(lines: Sequence[Line]) -> float:
    """Give the font size of most of the text of lines, 0 without any."""
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[line.size] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def authors_and_issuer(
    blocks: Sequence[Block], fields: Mapping[str, str], title: str
) -> tuple[tuple[str, ...], str | None]:
    """Give the persons that the field `Author` names and the organisation that it or the first page names."""
    stated = fields.get("Author", "")
    if NO_AUTHOR.fullmatch(stated):
        stated = ""
    if (
        stated
        and (ORGANISATION.search(stated) or re.fullmatch(r"[A-Z]{3,8}", stated))
        and len(stated) <= MAX_ISSUER_CHARS
    ):
        return (), stated
    authors = tuple(part.strip() for part in re.split(r";|\band\b|&|，|、", stated) if part.strip())[:MAX_AUTHORS]
    return authors, _issuer_in(blocks, title)


def _issuer_in(blocks: Sequence[Block], title: str) -> str | None:
    """Find the short block of the first page with text that names an organisation and says nothing else."""
    first = min((block.page for block in blocks if block.page), default=None)
    for block in blocks:
        text = block.text.strip(" ,·•|-–—")
        if block.page != first or block.kind is PassageKind.TABLE or is_same_wording(text, title):
            continue
        is_short = 3 <= len(text) <= MAX_ISSUER_CHARS  # noqa: PLR2004
        names_one = is_short and ORGANISATION.search(text) and not NO_ISSUER.search(text)
        if names_one and _is_name(text) and text not in title:
            return text
    return None


def _is_name(text: str) -> bool:
    """Tell a name: most of its long words begin with a capital, or its script has none."""
    words = re.findall(r"[^\W\d_]{4,}", text)
    if not words or len(words) > 14:  # noqa: PLR2004
        return False
    if re.search(r"[㐀-鿿]", text):
        return len(text) <= MAX_ISSUER_CHARS / 4 and not re.search(r"[，。；：、]", text)
    capitals = sum(word[0].isupper() for word in words)
    is_sentence = text[0].islower() or (len(words) > 3 and capitals < len(words) / 2)  # noqa: PLR2004
    return text[0].isupper() and not is_sentence and not (re.search(r"[а-я]", text) and len(words) > 12)  # noqa: PLR2004


def witnesses_of(pages: Sequence[PdfPage], fields: Mapping[str, str]) -> tuple[Witness, ...]:
    """Give the date that the first page states and the one in the file's fields."""
    return (*_cover_witnesses(pages), *_field_witnesses(fields))


def _cover_witnesses(pages: Sequence[PdfPage]) -> Iterator[Witness]:
    """Read the date lines of page 1; the days of the event that it announces are no such line."""
    first = _first_page(pages)
    if first is None:
        return
    edges = [*first.lines[:MAX_COVER_LINES], *first.lines[-EDGE_LINES:]]
    for line in dict.fromkeys(edges):
        dates = dates_in(line.text)
        if (
            dates
            and is_date_line(line.text)
            and not re.search(r"^\W*(?:date|when|дата|时间|日期)\W", line.text, re.IGNORECASE)
        ):
            date, start, end = dates[0]
            yield Witness(WitnessKind.COVER, date, line.text[start:end])
            return


def _field_witnesses(fields: Mapping[str, str]) -> Iterator[Witness]:
    stated = fields.get("CreationDate", "")
    match = METADATA_DATE.match(stated)
    try:
        date = PartialDate(*(int(part) for part in match.groups() if part)) if match else None
    except ValueError:
        return
    if date and (date.month, date.day) != (1, 1):
        yield Witness(WitnessKind.METADATA, date, f"CreationDate {stated[:16]}")
