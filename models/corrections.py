"""Queries on corrections: those that stand for an article, by whatever key they were said, and all of them in order.

Apart from the table because pipeline, web and wiring ask the same: what was said of an article holds for its copies
too, and after its address has changed.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.article import Article, other_copies_of
from models.base import key_of
from models.knowledge import Correction
from models.story import Story
from models.vocabulary import NAMINGS, CorrectionField

CORRECTED_COLUMNS = ("relevance", "relevance_because", "reads_like", "doc_type", "doc_type_because", "corrected")


def head_of(session: Session, article: Article) -> Article:
    """Return the article that leads the copies, which is itself where it is none."""
    return article if article.copy_of_id is None else session.get_one(Article, article.copy_of_id)


def hold_articles(session: Session, articles: Iterable[Article]) -> None:
    """Let nobody else decide on these articles and their copies until this transaction ends, and read them anew.

    A stage that read the corrections before one was made would otherwise write over it a moment later.
    """
    wanted = list(articles)
    for article_id in sorted({article.copy_of_id or article.id for article in wanted}):
        if session.get_bind().dialect.name == "sqlite":  # which has one lock, that of the first write
            session.execute(sa.update(Article).where(Article.id == article_id).values(key=Article.key))
        else:
            session.execute(sa.select(Article.id).where(Article.id == article_id).with_for_update())
    for article in wanted:
        session.refresh(article)
        if article.current_version is not None:
            session.refresh(article.current_version, CORRECTED_COLUMNS)


def keys_of(session: Session, article: Article) -> list[str]:
    """Name an article by every key: its own, its copies', and those of articles that moved into one of them."""
    return _with_moved(session, {each.id: each.key for each in (article, *other_copies_of(session, article))})


def own_keys_of(session: Session, article: Article) -> list[str]:
    """Name an article by its own key and those of articles that moved into it, without its copies."""
    return _with_moved(session, {article.id: article.key})


def _with_moved(session: Session, keys: dict[int, str]) -> list[str]:
    """Name articles, given as keys by number, by the keys of those too that moved into one of them."""
    found = set(keys)
    while found:
        moved = sa.select(Article.id, Article.key).where(Article.moved_to_id.in_(found))
        rows = [(article_id, key) for article_id, key in session.execute(moved) if article_id not in keys]
        keys |= dict(rows)
        found = {article_id for article_id, _ in rows}
    return sorted(keys.values())


def _in_order(*conditions: sa.ColumnElement[bool]) -> sa.Select[Correction]:
    return sa.select(Correction).where(*conditions).order_by(Correction.made_at, Correction.id)


def _is_of(keys: Collection[str]) -> sa.ColumnElement[bool]:
    """Say that a correction is about one of these articles; one about two stories names all their articles."""
    text = sa.cast(Correction.value, sa.Text)
    names = sa.or_(sa.false(), *(text.contains(key) for key in keys))
    return Correction.article_key.in_(keys) | ((Correction.field == CorrectionField.STORY) & names)


def standing_corrections(session: Session, keys: Collection[str]) -> list[Correction]:
    """Read the corrections of articles that stand, the newest last; `stories_decided_on` are those beyond."""
    return list(session.scalars(_in_order(Correction.article_key.in_(keys), Correction.undone_at.is_(None))))


def stories_decided_on(session: Session, keys: Collection[str]) -> list[Correction]:
    """Read the corrections of stories that stand and decide on articles, whichever article they were said of."""
    is_standing = (Correction.field == CorrectionField.STORY) & Correction.undone_at.is_(None)
    return _said_of(keys, session.scalars(_in_order(is_standing, _is_of(keys))))


def _said_of(keys: Collection[str], corrections: Iterable[Correction]) -> list[Correction]:
    """Keep those that decide on one of the articles, rather than naming it as what another belongs with."""
    return [each for each in corrections if not keys_decided_on(each).isdisjoint(keys)]


def keys_decided_on(correction: Correction) -> set[str]:
    """Name the articles that a correction decides on: its own, all that form a story, all that were in two."""
    value = correction.value
    if value.get("action") == "split":
        return {correction.article_key, *_keys_in(value, "articles")}
    if value.get("action") != "one":
        return {correction.article_key}
    return {correction.article_key, str(value["article"]), *_keys_in(value, "members")}


def _keys_in(value: Mapping[str, object], name: str) -> list[str]:
    keys = value.get(name)
    return [str(key) for key in keys] if isinstance(keys, list) else []


def other_keys_in(value: Mapping[str, object]) -> list[str]:
    """Name the other articles that a correction of a story names, in whatever way."""
    named = [str(value["article"])] if value.get("article") else []
    return [*named, *_keys_in(value, "members"), *_keys_in(value, "articles")]


def history_of_corrections(session: Session, keys: Collection[str]) -> list[Correction]:
    """Read all corrections that decide on articles, those that were undone too, the newest first."""
    return _said_of(keys, session.scalars(_in_order(_is_of(keys))))[::-1]


def standing_story_corrections(session: Session) -> list[Correction]:
    """Read every correction of a story that stands, the newest last."""
    is_of_story = Correction.field == CorrectionField.STORY
    return list(session.scalars(_in_order(is_of_story, Correction.undone_at.is_(None))))


def _is_of_story(story: Story) -> sa.ColumnElement[bool]:
    """Say that a correction was said of an article of a story, or of one that moved into one of them."""
    members = sa.select(Article.id, Article.key).where(Article.story_id == story.id).cte("member", recursive=True)
    moved = sa.select(Article.id, Article.key).join(members, Article.moved_to_id == members.c.id)
    return Correction.article_key.in_(sa.select(members.union(moved).c.key))


def namings_of(session: Session, story: Story) -> list[Correction]:
    """Read what stands of what people said of a story's headline and pin, by any of its articles; what holds is last.

    What was said of this very story goes before what its articles brought from others; then the newest counts.
    """
    is_naming = Correction.field.in_(NAMINGS) & Correction.undone_at.is_(None)
    found = session.scalars(_in_order(_is_of_story(story), is_naming))
    return sorted(found, key=lambda each: each.value.get("story") == story.key)


def corrections_of_story(session: Session, story: Story) -> list[Correction]:
    """Read what stands of what people said of a story: who belongs to it, its headline, its pin; the newest last."""
    members = sa.select(Article.id, Article.key).where(Article.story_id == story.id)
    keys = _with_moved(session, dict(session.execute(members).all()))
    is_of_stories = Correction.field.in_((CorrectionField.STORY, *NAMINGS)) & Correction.undone_at.is_(None)
    return _said_of(keys, session.scalars(_in_order(is_of_stories)))


def latest_corrections(session: Session, *, limit: int, offset: int = 0) -> tuple[int, Sequence[Correction]]:
    """Count all corrections, and read a page of them, the newest first."""
    total = session.scalar(sa.select(sa.func.count()).select_from(Correction)) or 0
    newest = sa.select(Correction).order_by(Correction.made_at.desc(), Correction.id.desc())
    return total, session.scalars(newest.limit(limit).offset(offset)).all()


def folded_quote(text: str) -> str:
    """Fold a quotation so that spacing, case and width make no difference."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def mark_of_fact(kind: str, quote: str, name: str) -> str:
    """Make the short name of a fact within its article, by which forms say which one they mean."""
    return key_of(f"{kind} {folded_quote(quote)} {folded_quote(name)}")


def words_of_correction(field: CorrectionField, value: dict[str, object]) -> str:
    """Say what a correction says, such as `relevance is off` or `topic launch is wrong`."""
    if field == CorrectionField.TOPICS and "value" not in value:
        return f"topic {value['add']} is added" if "add" in value else f"topic {value['remove']} is wrong"
    if field == CorrectionField.STORY:
        return _words_of_story(value)
    if field == CorrectionField.FACT:
        return _words_of_fact(value)
    if field == CorrectionField.HEADLINE:
        return f"the headline of the story is “{value['value']}”"
    if field == CorrectionField.PIN:
        return f"the story is {'pinned' if value['value'] else 'not pinned'}"
    said = value["value"]
    name = {CorrectionField.DOC_TYPE: "type", CorrectionField.COUNTRIES: "countries"}.get(field, str(field))
    listed = ", ".join(map(str, said)) or "none" if isinstance(said, list) else str(said)
    return f"{name} {'are' if isinstance(said, list) else 'is'} {listed}"


def _words_of_story(value: dict[str, object]) -> str:
    if value["action"] == "alone":
        return "it stands alone"
    if value["action"] == "with":
        return f"it belongs to the story of {value['article']}"
    if value["action"] == "split":
        return f"these are a story of their own: {', '.join(_keys_in(value, 'articles'))}"
    return f"its story and that of {value['article']} are one"


def _words_of_fact(value: dict[str, object]) -> str:
    named, fields = value["witness"], value.get("fields")
    name = f"“{named['name']}”" if isinstance(named, dict) else ""
    said = fields if isinstance(fields, dict) else {}
    if value["action"] in {"same", "apart"}:
        together = "are one" if value["action"] == "same" else "are two"
        other = f"“{said['name']}” of {said['article']}" if said else str(value.get("other"))
        return f"fact {name} and {other} {together}"
    if value["action"] == "change":
        changes = (f"{field} {_listed(each) or 'not stated'}" for field, each in said.items())
        return f"fact {name} has {', '.join(changes)}"
    return f"fact {name} is {'added' if value['action'] == 'add' else 'wrong'}"


def _listed(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value or "")
