"""Suggestions for a line that is being typed: filters, and their values by any name that people use."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session, sessionmaker

from models.search import index_article, parse_query, suggestions
from models.tables import Actor
from tests.builders import ArticleDraft, a_source, an_article

Sessions = sessionmaker[Session]


@pytest.fixture
def knowing(sessions: Sessions) -> Sessions:
    """An archive that knows a topic, an actor, a source and dates."""
    with sessions.begin() as session:
        a_source(session, "cn_cnsa", name="CNSA news")
        names = {"en": ["China National Space Administration"], "zh": ["国家航天局"], "ru": ["КНКА"]}
        session.add(Actor(slug="cnsa", name="CNSA", kind="agency", names=names))
        for published in ("2019-02-03", "2021-03"):
            index_article(session, an_article(session, ArticleDraft(published=published)).id)
    return sessions


@pytest.mark.parametrize(
    ("line", "first"),
    [
        ("moon cou", "country:"),
        ("moon -to", "topic:"),
        ("country:Chi", "country:CL"),
        ("country:china", "country:CN"),
        ("country:Кит", "country:CN"),
        ("country:法国", "country:FR"),
        ("country:CN+Royaume-U", "country:CN+GB"),
        ("China", "country:CN"),
        ("国家航天", "actor:cnsa"),
        ("actor:administ", "actor:cnsa"),
        ("source:cnsa", "source:cn_cnsa"),
        ("topic:lun", "topic:lunar-exploration"),
        ("lang:", "lang:en"),
        ("lang:кит", "lang:zh"),
        ("type:white", "type:white-paper"),
        ("year:", "year:2021"),
        ("after:2", "after:2021"),
        ("sort:n", "sort:newest"),
        ("copies:", "copies:yes"),
        ('"in quotes cou', None),
        ("zzzzz", None),
        ("nofilter:x", None),
        ("", None),
    ],
)
def test_what_is_typed_is_completed(knowing: Sessions, line: str, first: str | None) -> None:
    with knowing() as session:
        found = suggestions(session, line, len(line))
        assert (found.found[0].text if found.found else None) == first
        for each in found.found:
            completed = line[: found.start] + each.text + line[found.end :]
            assert each.text.endswith(":") or parse_query(completed) is not None


def test_the_word_at_the_cursor_is_replaced(knowing: Sessions) -> None:
    with knowing() as session:
        found = suggestions(session, "moon topic:lun base", len("moon topic:l"))
    assert (found.start, found.end) == (5, 14)
