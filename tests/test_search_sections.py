"""A saved search as a section of an edition: what it found and nothing else of the issue tells, once for ever."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session, sessionmaker

from digest.desk import drop, restore
from digest.exports.markdown import markdown_of
from digest.exports.printed import printed_html
from digest.follows import Taste
from digest.render import render_html
from models.account import account_with
from models.saved_search import EditionSection, SavedSearch, SearchHit
from models.vocabulary import LOCAL
from tests.builders import ArticleDraft, an_article, an_edition
from tests.digest_issues import A_WEEK, LINKS, frozen, ledger, render_text

NATIONAL = "A national satellite"


def _a_section(session: Session, now: dt.datetime, name: str, place: int) -> SavedSearch:
    account = account_with(session, LOCAL, now=now)
    saved = SavedSearch(account=account, name=name, query="satellite", asked_at=now, created_at=now)
    session.add(saved)
    session.flush()
    edition_id = an_edition(session).id if place == 0 else 1
    session.add(EditionSection(edition_id=edition_id, saved_search_id=saved.id, place=place, created_at=now))
    return saved


def _found(session: Session, saved: SavedSearch, draft: ArticleDraft, *, is_backfill: bool = False) -> str:
    article = an_article(session, draft)
    hit = SearchHit(saved_search_id=saved.id, article_key=article.key, found_at=saved.created_at)
    hit.is_backfill = is_backfill
    session.add(hit)
    session.flush()
    return article.key


def test_a_section_has_what_its_search_found_once_and_nothing_that_the_issue_tells_anyway(
    sessions: sessionmaker[Session], now: dt.datetime
) -> None:
    with sessions.begin() as session:
        first = _a_section(session, now, "Satellites & more", 0)
        second = _a_section(session, now, "Again", 1)
        national = ArticleDraft(title=NATIONAL, relevance="space")  # type: ignore[arg-type]  # stored by value
        key = _found(session, first, national)
        session.add(SearchHit(saved_search_id=second.id, article_key=key, found_at=now))
        _found(session, first, ArticleDraft(title="Agencies sign"))
        _found(session, first, ArticleDraft(title="Old", relevance="space"), is_backfill=True)  # type: ignore[arg-type]
        content = frozen(session, now)
        assert [(each.name, [item.title for item in each.items]) for each in content.sections] == [
            ("Satellites & more", [NATIONAL])
        ]
        assert [entry.headline for entry in content.stories] == ["Agencies sign"]
        assert ledger(session)[NATIONAL] == [("included", "found by “Satellites & more”")]
        assert not frozen(session, now + A_WEEK).sections
    for text in (
        render_text(content, LINKS),
        render_html(content, LINKS),
        markdown_of(content, LINKS),
        printed_html(content, LINKS),
    ):
        assert NATIONAL in text
        assert "SATELLITES & MORE" in text.upper().replace("&AMP;", "&").replace("\\", "")
    assert NATIONAL not in render_text(content, LINKS, Taste(mutes=("source:un_unoosa",)))
    dropped = drop(content, key).content
    assert NATIONAL not in render_html(dropped, LINKS)
    assert restore(dropped, content, key).content == content
