"""Corrections as plain values for page and API: what was said, by whom, why, and whether it stands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.article import Article, Version
from models.corrections import (
    corrections_of_story,
    history_of_corrections,
    keys_of,
    latest_corrections,
    words_of_correction,
)
from models.knowledge import Correction
from models.story import find_story
from models.takedown import withdrawn_among
from models.vocabulary import CorrectionField
from web.labels import words_of
from web.links import article_link
from web.problems import NotInArchive

OVERRULED_WHOLE = (
    CorrectionField.RELEVANCE,
    CorrectionField.DOC_TYPE,
    CorrectionField.COUNTRIES,
    CorrectionField.STORY,
    CorrectionField.HEADLINE,
    CorrectionField.PIN,
)
"""Fields of which only the latest word counts."""
ALREADY = "already"
"""What an address says where nothing was to be corrected."""
MAX_DIGITS = 9


@dataclass(frozen=True)
class CorrectionLine:
    """A correction in a list; `title` is that of its article, if it is in the archive."""

    id: int
    article_key: str
    title: str | None
    field: CorrectionField
    value: Mapping[str, object]
    words: str
    note: str | None
    made_by: str
    made_at: dt.datetime
    undone_by: str | None
    undone_at: dt.datetime | None
    link: str


def correction_lines(session: Session, corrections: Sequence[Correction]) -> tuple[CorrectionLine, ...]:
    """Put corrections into words, in the order given."""
    keys = {key for each in corrections for key in (each.article_key, *_other_keys(each))}
    titles, withdrawn = _titles(session, keys), withdrawn_among(session, keys)
    lines = (_line(each, titles) for each in corrections)
    return tuple(_hidden(line) if withdrawn & {line.article_key, *_quoted(line)} else line for line in lines)


def _quoted(line: CorrectionLine) -> Iterable[str]:
    """Name the article whose words a correction of another one's fact bears."""
    fields = line.value.get("fields")
    return [str(fields["article"])] if isinstance(fields, dict) and fields.get("article") else []


def _hidden(line: CorrectionLine) -> CorrectionLine:
    """Leave of a correction what says nothing of an article that is withdrawn."""
    return replace(line, title=None, value={}, words=f"{words_of(line.field)}: withdrawn", note=None)


def _other_keys(correction: Correction) -> list[str]:
    """Return the keys of the other articles that the words of a correction name."""
    fields = correction.value.get("fields")
    place = fields if correction.field == CorrectionField.FACT and isinstance(fields, dict) else correction.value
    articles = place.get("articles")
    return [str(key) for key in (place.get("article"), *(articles if isinstance(articles, list) else ())) if key]


def _titles(session: Session, keys: Collection[str]) -> Mapping[str, str]:
    rows = sa.select(Article.key, Version.title).join(Version, Version.id == Article.current_version_id)
    return dict(session.execute(rows.where(Article.key.in_(keys))).all())


def _line(correction: Correction, titles: Mapping[str, str]) -> CorrectionLine:
    field = CorrectionField(correction.field)
    words = words_of_correction(field, correction.value)
    for key in _other_keys(correction):
        words = words.replace(key, f"“{titles[key]}”") if titles.get(key) else words
    return CorrectionLine(
        id=correction.id,
        article_key=correction.article_key,
        title=titles.get(correction.article_key),
        field=field,
        value=correction.value,
        words=words,
        note=correction.note,
        made_by=correction.made_by,
        made_at=correction.made_at,
        undone_by=correction.undone_by,
        undone_at=correction.undone_at,
        link=article_link(correction.article_key),
    )


def correction_of(session: Session, number: int) -> CorrectionLine:
    """Read one correction; NotInArchive where there is none."""
    correction = session.get(Correction, number) if 0 < number < 10**MAX_DIGITS else None
    if correction is None:
        raise NotInArchive(f"There is no correction {number} in this archive.")
    return correction_lines(session, [correction])[0]


def corrections_told(session: Session, numbers: str) -> tuple[CorrectionLine, ...]:
    """Read the corrections that an address names, separated by commas; what is no number is passed over."""
    ids = [int(text) for text in numbers.split(",") if text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS]
    rows = session.scalars(sa.select(Correction).where(Correction.id.in_(ids)).order_by(Correction.id))
    return correction_lines(session, rows.all())


def corrections_of(session: Session, article: Article) -> tuple[CorrectionLine, ...]:
    """Read all corrections of an article, those that were undone too, the newest first."""
    return correction_lines(session, history_of_corrections(session, keys_of(session, article)))


def corrections_about(session: Session, story_key: str) -> tuple[CorrectionLine, ...]:
    """Read the corrections that stand of a story: who belongs to it, its headline, its pin; the newest first."""
    story = find_story(session, story_key)
    return correction_lines(session, corrections_of_story(session, story)[::-1] if story is not None else [])


def corrections_page(session: Session, *, limit: int, offset: int) -> tuple[int, tuple[CorrectionLine, ...]]:
    """Count all corrections and read a page of them, the newest first."""
    total, rows = latest_corrections(session, limit=limit, offset=offset)
    return total, correction_lines(session, rows)


def standing_by_field(lines: Iterable[CorrectionLine]) -> Mapping[str, tuple[CorrectionLine, ...]]:
    """Group the corrections that hold by what they are about, the newest first."""
    found: dict[str, list[CorrectionLine]] = {}
    for line in lines:
        of_field = found.setdefault(str(line.field), [])
        if line.undone_at is None and not (of_field and line.field in OVERRULED_WHOLE):
            of_field.append(line)
    return {field: tuple(of_field) for field, of_field in found.items() if of_field}
