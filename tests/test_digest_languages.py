"""Issues in one language with sources in others: marks, names and dates in the edition's language, original words."""

from __future__ import annotations

import datetime as dt
import hashlib

import pytest
from sqlalchemy.orm import Session, sessionmaker

from digest.content import IssueContent, content_from, stored_content
from digest.issue import preview_issue
from digest.render import render_html
from models.article import Article, VersionActor
from models.knowledge import Actor
from models.story import Evidence, Story, SummarySentence, Translation
from tests.builders import ArticleDraft, a_story, an_article, an_edition
from tests.digest_issues import LINKS, an_issue, frozen, render_text

CHINESE = "中国国家航天局与俄罗斯签署了合作协议。"
ENGLISH = "CNSA and Russia signed an agreement."
TITLE = "航天合作协议"


def _summarise(session: Session, story: Story, article: Article, *rows: tuple[str, str, str | None]) -> None:
    """Give a story summary rows: text, language and maker."""
    for ordinal, (text, language, maker) in enumerate(rows):
        columns = {"story_id": story.id, "text": text, "language": language, "maker": maker}
        session.add(SummarySentence(ordinal=ordinal, **columns))
        session.flush()
        places = {"passage_ordinal": 0, "start": 0, "end": 3, "version_id": article.current_version_id}
        session.add(Evidence(story_id=story.id, sentence_ordinal=ordinal, ordinal=0, **places))
    session.flush()


def _a_chinese_story(session: Session) -> tuple[Story, Article]:
    session.add(
        Actor(
            slug="cnsa",
            name="CNSA",
            kind="agency",
            names={"zh": ["中国国家航天局"], "fr": ["Agence spatiale chinoise"]},
        )
    )
    story = a_story(session, TITLE, headline_language="zh")
    draft = ArticleDraft(title=TITLE, text=CHINESE, language="zh", source="cn_cas", story=story)
    article = an_article(session, draft)
    assert article.current_version
    article.current_version.actors = [VersionActor(actor_slug="cnsa", mention_count=1, start=0, end=7)]
    session.flush()
    return story, article


def _plain(content: IssueContent) -> str:
    return " ".join(render_text(content, LINKS).split())


@pytest.mark.databases("sqlite")
def test_a_story_without_an_article_in_the_editions_language_stands_in_its_frame(
    sessions: sessionmaker[Session], now: dt.datetime
) -> None:
    with sessions.begin() as session:
        an_edition(session, language="fr")
        _summarise(session, *_a_chinese_story(session), (CHINESE, "zh", None))
        text = _plain(frozen(session, now))
        assert f"1. {TITLE}" in text
        assert f"En chinois {CHINESE} [1]" in text
        assert "Cn Cas · 10 mars 2022 · en chinois" in text
        assert "Exploration lunaire · Agence spatiale chinoise · Chine, Russie" in text
        assert "Pourquoi ici : d'après Cn Cas." in text


@pytest.mark.databases("sqlite")
def test_a_translation_stands_under_the_words_it_is_of_with_its_maker_and_its_problems(
    sessions: sessionmaker[Session], now: dt.datetime
) -> None:
    with sessions.begin() as session:
        an_edition(session)
        _summarise(session, *_a_chinese_story(session), (CHINESE, "zh", None))
        for original, text, problems in ((CHINESE, ENGLISH, ["no date"]), (TITLE, "An agreement on space", [])):
            digest = hashlib.sha256(original.encode()).hexdigest()
            row = {"text_hash": digest, "language": "en", "model": "opus", "made_at": now}
            session.add(Translation(text=text, problems=problems, **row))
        session.flush()
        content = frozen(session, now)
        text = _plain(content)
        assert f"1. {TITLE} An agreement on space (machine translation by opus)" in text
        assert f"{CHINESE} [1] {ENGLISH} (machine translation by opus; to check: no date)" in text
        html = render_html(content, LINKS)
        assert html.index(CHINESE) < html.index(ENGLISH) < html.index("machine translation by opus; to check: no date")


@pytest.mark.databases("sqlite")
def test_headline_and_sentences_come_in_the_editions_language_where_the_story_has_it(
    sessions: sessionmaker[Session], now: dt.datetime
) -> None:
    with sessions.begin() as session:
        edition = an_edition(session)
        story, article = _a_chinese_story(session)
        an_article(session, ArticleDraft(title="An agreement", text=ENGLISH, source="gb_wire", story=story))
        _summarise(session, story, article, (CHINESE, "zh", None), (ENGLISH, "en", "small-model"))
        (entry,) = preview_issue(session, edition, now).stories
        assert (entry.headline, entry.language) == ("An agreement", "en")
        assert [sentence.text for sentence in entry.sentences] == [ENGLISH]
        story.renamed_by = "Ada"
        assert preview_issue(session, edition, now).stories[0].headline == TITLE


@pytest.mark.databases("sqlite")
def test_a_sentence_that_a_model_wrote_says_so(sessions: sessionmaker[Session], now: dt.datetime) -> None:
    with sessions.begin() as session:
        an_edition(session)
        story = a_story(session, "An agreement", headline_language="en")
        article = an_article(session, ArticleDraft(title="An agreement", text=ENGLISH, story=story))
        _summarise(session, story, article, (ENGLISH, "en", None), ("They agreed.", "en", "small-model"))
        said = f"{ENGLISH} [1] They agreed. [1] (written by small-model, checked against the sources)"
        assert said in _plain(frozen(session, now))


@pytest.mark.databases("sqlite")
def test_copies_are_named_with_their_language_where_it_is_another(
    sessions: sessionmaker[Session], now: dt.datetime
) -> None:
    with sessions.begin() as session:
        an_edition(session)
        original = an_article(session, ArticleDraft(title="Original", source="cn_cas"))
        for source, language in (("gb_wire", "en"), ("ru_wire", "ru")):
            an_article(session, ArticleDraft(title="Copy", source=source, language=language, is_copy_of=original))
        assert "Also in: Gb Wire, Ru Wire (in Russian)" in _plain(frozen(session, now))


def test_issues_of_before_states_and_reasons_were_kept_still_read() -> None:
    stored = stored_content(an_issue())
    entries = stored["stories"]
    assert isinstance(entries, list)
    for entry in entries:
        for name in ("state", "since_issue", "news", "more_new_count", "because", "pinned_by", "translation"):
            del entry[name]
        entry["is_continued"] = True
        for item in entry["items"]:
            for name in ("actors", "tags", "translation"):
                del item[name]
            for copy in item["copies"]:
                del copy["language"]
    text = render_text(content_from(stored), LINKS)
    assert "Continues an earlier issue" in text
    assert "Why here" not in text
