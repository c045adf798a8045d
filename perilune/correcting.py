"""Corrections: a human decision is stored beside what was derived and obeyed by every later run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.article import find_article, other_copies_of
from models.fate import await_stage
from models.knowledge import Correction, Topic
from models.vocabulary import CorrectionField, Relevance, Stage
from perilune.archive import Archive
from perilune.problems import Problem
from pipeline.runners.places import current_versions_of


def correct(archive: Archive, key: str, said: Mapping[str, str | None], *, by: str, now: dt.datetime) -> None:
    """Store what a person says of an article (`relevance`, `topics`), and make it and its copies be understood anew."""
    wanted = {field: text for field, text in said.items() if text is not None}
    if not wanted:
        raise Problem("nothing to correct; give --relevance or --topics.")
    with archive.sessions.begin() as session:
        article = find_article(session, key)
        if article is None or article.current_version_id is None:
            raise Problem(f"there is no article {key!r}; `perilune search` prints the keys.")
        for field, text in wanted.items():
            value = _relevance(text) if field == "relevance" else _topics(session, text)
            session.add(
                Correction(
                    article_key=article.key,
                    field=CorrectionField(field),
                    value={"value": value},
                    made_by=by,
                    made_at=now,
                )
            )
        same_text = [article, *other_copies_of(session, article)]
        await_stage(session, Stage.UNDERSTAND, current_versions_of(same_text), due_at=now)


def _relevance(text: str) -> str:
    if text not in list(Relevance):
        raise Problem(f"relevance is one of {', '.join(Relevance)}, not {text!r}.")
    return text


def _topics(session: Session, text: str) -> list[str]:
    known = set(session.scalars(sa.select(Topic.slug).where(Topic.is_active)))
    slugs = [slug.strip() for slug in text.split(",") if slug.strip()]
    for slug in slugs:
        if slug not in known:
            raise Problem(f"there is no topic {slug!r}; the topics are {', '.join(sorted(known))}.")
    return slugs
