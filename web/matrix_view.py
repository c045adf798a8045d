"""The cooperation matrix as plain values: its table of cells with shades and links, and what a cell counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.article import Article, Version
from models.fact import Fact
from models.matrix import Axis, Cell, Matrix, MatrixQuery, articles_of, contents_of, matrix_of, pair_of
from models.story import Story
from models.vocabulary import FactKind
from perilune.dates import PartialDate
from web.facts_form import CellFilter, MatrixForm
from web.facts_view import FactLine, fact_lines
from web.heat_map import HeatMap, level_of
from web.labels import country_name, words_of
from web.links import article_link, evidence_link, story_link
from web.names import Named, actor_names, topic_names
from web.passages import passage_of

CONTEXT_CHARS = 110
PAGE_SIZE = 50
COLUMNS = ("one", "one_name", "other", "other_name", "stories", "agreements", "events", "total", "link")


@dataclass(frozen=True)
class CellView:
    """A cell: its counts, its shade (0 to 5), and the address of what it counts."""

    one: Named
    other: Named
    stories: int
    agreements: int
    events: int
    total: int
    level: int
    link: str

    @property
    def told(self) -> str:
        """Its counts in words."""
        counts = ((self.stories, "story", "stories"), (self.agreements, "agreement", ""), (self.events, "event", ""))
        words = [f"{count} {one if count == 1 else many or one + 's'}" for count, one, many in counts if count]
        return ", ".join(words) or "nothing"


@dataclass(frozen=True)
class MatrixRow:
    """A member with its total over all partners, and its cells; None stands where two do nothing together."""

    member: Named
    total: int
    cells: tuple[CellView | None, ...]


@dataclass(frozen=True)
class MatrixView:
    """A matrix: what it counts in words, its rows, and its pairs from most to least."""

    title: str
    description: str
    rows: tuple[MatrixRow, ...]
    pairs: tuple[CellView, ...]

    @property
    def picture(self) -> HeatMap:
        """What its picture shows."""
        counts = {
            (place, column): cell.total
            for place, row in enumerate(self.rows)
            for column, cell in enumerate(row.cells)
            if cell is not None
        }
        return HeatMap(self.title, self.description, [row.member.name for row in self.rows], counts)


@dataclass(frozen=True)
class Mention:
    """Where a text names a member: some words around it, cut in three, and the address that opens them."""

    member: Named
    before: str
    words: str
    after: str
    link: str


@dataclass(frozen=True)
class CellArticle:
    """An article that a cell counts."""

    key: str
    title: str
    language: str | None
    source: Named
    published: PartialDate | None
    link: str
    mentions: tuple[Mention, ...]


@dataclass(frozen=True)
class CellStory:
    """What a cell counts once: a story with its articles that name both, or an article of no story."""

    key: str | None
    headline: str | None
    language: str | None
    link: str | None
    articles: tuple[CellArticle, ...]


@dataclass(frozen=True)
class CellContents:
    """What a cell counts, how much of each and one page of it, and the two it is about."""

    one: Named
    other: Named
    description: str
    story_count: int
    agreement_count: int
    event_count: int
    stories: tuple[CellStory, ...]
    agreements: tuple[FactLine, ...]
    events: tuple[FactLine, ...]


def matrix_view(session: Session, form: MatrixForm) -> MatrixView:
    """Count the cooperation that a form asks for."""
    query = form.query()
    matrix = matrix_of(session, query, top=form.top)
    names = _names_of(session, query.axis, matrix.members)
    cells = {pair: _cell(form, pair, cell, names, _most(matrix)) for pair, cell in matrix.ranked()}
    rows = [
        MatrixRow(
            Named(member, names[member]),
            matrix.totals[member],
            tuple(cells.get(pair_of(member, other)) for other in matrix.members),
        )
        for member in matrix.members
    ]
    noun = "countries" if query.axis is Axis.COUNTRIES else "organisations"
    return MatrixView(f"Cooperation between {noun}", describe(session, query), tuple(rows), tuple(cells.values()))


def describe(session: Session, query: MatrixQuery) -> str:
    """Say what is counted."""
    about = f" on {topic_names(session).get(query.topic, query.topic)}" if query.topic else ""
    years = ""
    if query.first_year or query.last_year:
        ends = [str(year) if year else "" for year in (query.first_year, query.last_year)]
        years = f", {ends[0]}" if ends[0] == ends[1] else f", {ends[0]}–{ends[1]}"
    return (
        f"Stories, agreements and events in which both take part{about}{years}. "
        "An article that is in no story counts as one; what is not dated is left out where years are chosen."
    )


def _most(matrix: Matrix) -> int:
    return max((cell.total for cell in matrix.cells.values()), default=0)


def _names_of(session: Session, axis: Axis, members: Sequence[str]) -> Mapping[str, str]:
    if axis is Axis.COUNTRIES:
        return {code: country_name(code) for code in members}
    named = actor_names(session, members)
    return {slug: named.get(slug) or words_of(slug) for slug in members}


def _cell(form: MatrixForm, pair: tuple[str, str], cell: Cell, names: Mapping[str, str], most: int) -> CellView:
    one, other = (Named(member, names[member]) for member in pair)
    counts = (cell.stories, cell.agreements, cell.events, cell.total)
    return CellView(one, other, *counts, level_of(cell.total, most), form.cell_link(*pair))


def row_of(cell: CellView, *, address: str = "") -> dict[str, object]:
    """Write a pair as one row of a table; `address` is the archive's, which its link begins with."""
    return {
        "one": cell.one.slug,
        "one_name": cell.one.name,
        "other": cell.other.slug,
        "other_name": cell.other.name,
        "stories": cell.stories,
        "agreements": cell.agreements,
        "events": cell.events,
        "total": cell.total,
        "link": address.rstrip("/") + cell.link,
    }


def cell_contents(session: Session, form: CellFilter, *, limit: int = PAGE_SIZE, offset: int = 0) -> CellContents:
    """Read a page of what a cell counts, the newest first: stories with the passages that name both, and facts."""
    query, pair = form.query(), pair_of(form.one, form.other)
    contents = contents_of(session, query, pair)
    shown = slice(offset, offset + limit)
    names = _names_of(session, query.axis, pair)
    named = {member: Named(member, names[member]) for member in pair}
    units = contents.units[shown]
    found: dict[int, list[CellArticle]] = {unit: [] for unit in units}
    for article, version, places in articles_of(session, query, pair, units):
        unit = article.story_id or -(article.copy_of_id or article.id)
        mentions = (_mention(article, version, named[member], (start, end)) for member, start, end in places)
        found[unit].append(_article(article, version, [each for each in mentions if each]))
    agreements, events = contents.fact_ids[FactKind.AGREEMENT], contents.fact_ids[FactKind.EVENT]
    return CellContents(
        named[form.one],
        named[form.other],
        describe(session, query),
        len(contents.units),
        len(agreements),
        len(events),
        tuple(_stories(session, found)),
        tuple(_facts(session, agreements[shown])),
        tuple(_facts(session, events[shown])),
    )


def _facts(session: Session, ids: Sequence[int]) -> list[FactLine]:
    facts = {fact.id: fact for fact in session.scalars(sa.select(Fact).where(Fact.id.in_(ids)))}
    return fact_lines(session, [facts[each] for each in ids])


def _stories(session: Session, found: Mapping[int, Sequence[CellArticle]]) -> Iterator[CellStory]:
    rows = session.scalars(sa.select(Story).where(Story.id.in_([unit for unit in found if unit > 0])))
    stories = {story.id: story for story in rows}
    for unit, articles in found.items():
        story = stories.get(unit)
        if story is None:
            yield CellStory(None, None, None, None, tuple(articles))
        else:
            link = story_link(story.key)
            yield CellStory(story.key, story.headline, story.headline_language, link, tuple(articles))


def _article(article: Article, version: Version, mentions: Sequence[Mention]) -> CellArticle:
    return CellArticle(
        key=article.key,
        title=version.title,
        language=version.language,
        source=Named(article.source.slug, article.source.name),
        published=version.published,
        link=article_link(article.key),
        mentions=tuple(mentions),
    )


def _mention(article: Article, version: Version, member: Named, span: tuple[int | None, int | None]) -> Mention | None:
    start, end = span
    if start is None or end is None or not 0 <= start < end <= len(version.text):
        return None
    passage = passage_of(version.passages, start)
    first = max(start - CONTEXT_CHARS, passage.start if passage else 0)
    last = min(end + CONTEXT_CHARS, passage.end if passage and passage.end >= end else len(version.text))
    text = version.text
    link = evidence_link(article.key, version.number, passage.ordinal if passage else 0, (start, end))
    return Mention(member, text[first:start], text[start:end], text[end:last], link)
