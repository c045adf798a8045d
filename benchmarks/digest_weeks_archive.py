"""Twelve weeks of an archive's life, drawn by lot with a seed: what comes on time, late, again, changed, or is undone.

Rows are laid as the pipeline leaves them, so that weeks pass in seconds; of the digest nothing is replaced.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.article import Article, TopicAssignment, Version
from models.knowledge import Topic
from models.story import Evidence, Story, SummarySentence
from models.vocabulary import DocType, FactKind, PassageKind, Relevance
from perilune.dates import PartialDate
from pipeline.runners.places import drop_sentences_of_others
from tests.builders import ArticleDraft, a_story, a_version, an_article
from tests.digest_issues import add_fact

TOPICS = ("lunar-exploration", "launch", "sustainability")
MERGED, STANDING = "launch", "launch-vehicles"
SOURCES = ("cn_cnsa", "fr_cnes", "gb_uksa", "un_unoosa", "us_wire")
SUBJECTS = ("The agency", "The council", "The institute", "The company", "The laboratory")
VERBS = ("tests", "orders", "measures", "delivers", "presents")
OBJECTS = ("engines", "antennas", "valves", "batteries", "mirrors", "samples")
BACKFILL_WEEKS = (2, 7)
BACKFILL_COUNT = 18
MERGE_OF_TOPICS_WEEK = 4


@dataclass
class Life:
    """An archive that lives; `busyness` is how many articles come on time each week."""

    random: random.Random
    busyness: int
    number: int = 0
    has_merged: bool = False

    def day(self, session: Session, now: dt.datetime, found_at: dt.datetime, week: int) -> None:
        """Let a day pass, whose articles are found at a moment: everything of a week happens on some day of it."""
        self.session, self.now, self.found_at = session, now, found_at
        for event, each_week in self._events():
            whole, rest = divmod(each_week / 7, 1)
            for _ in range(int(whole) + (self.random.random() < rest)):
                event()
        if week in BACKFILL_WEEKS and now.weekday() == 1:
            for _ in range(BACKFILL_COUNT):
                self._backfill(f"new_source_{week}")
        if week == MERGE_OF_TOPICS_WEEK and not self.has_merged:
            self._merge_topics()
        self.session.flush()

    def _events(self) -> tuple[tuple[Callable[[], object], float], ...]:
        """Name what happens, with how often a week it does."""
        few, some = self.busyness / 8, self.busyness / 4
        return (
            (self._arrive, self.busyness),
            (self._arrive_off_topic, some),
            (lambda: self._arrive_late(self.random.randint(7, 13)), some),
            (lambda: self._arrive_late(self.random.randint(35, 41)), few),
            (self._redate, some),
            (self._reword, some),
            (self._store_same_words, few),
            (self._copy, some),
            (self._find_original_of_copy, few),
            (self._move_story_on, some),
            (self._repeat_story, few),
            (self._merge_stories, few),
            (self._split_story, few),
            (self._arrive_not_understood, some),
            (self._understand, some),
            (self._correct_to_off, few),
            (self._correct_back, few),
            (self._withdraw_version, few / 2),
            (self._withdraw, few / 2),
            (self._return, few / 4),
        )

    def _text(self, sentence_count: int = 3) -> str:
        """Write sentences that no other article has: their figures are their own."""
        return "\n\n".join(self._sentence() for _ in range(sentence_count))

    def _sentence(self) -> str:
        self.number += 1
        subject, verb, thing = (self.random.choice(words) for words in (SUBJECTS, VERBS, OBJECTS))
        return f"{subject} {verb} {self.number + 1000} {thing} in hall {self.number}."

    def _draft(self) -> ArticleDraft:
        topic = self.random.choice(TOPICS)
        if self.has_merged and topic == MERGED:
            topic = STANDING
        days_ago = self.random.choice((0, 0, 0, 1, 2))
        is_paper = self.random.random() < 0.1
        return ArticleDraft(
            title=f"Title {self.number}: {self._sentence()}",
            text=self._text(),
            source=self.random.choice(SOURCES),
            published=self.random.choice((self._on(days_ago), self._on(days_ago), None)),
            topics=(topic,),
            first_seen_at=self.found_at,
            doc_type=DocType.WHITE_PAPER if is_paper else DocType.NEWS,
        )

    def _on(self, days_ago: int) -> str:
        return (self.now.date() - dt.timedelta(days=days_ago)).isoformat()

    def _any(self, *conditions: sa.ColumnElement[bool]) -> Article | None:
        """Choose an article that has a current version."""
        found = self.session.scalars(
            sa.select(Article).where(Article.current_version_id.is_not(None), *conditions).order_by(Article.id)
        ).all()
        return self.random.choice(found) if found else None

    def _any_story(self) -> Story | None:
        found = self.session.scalars(sa.select(Story).order_by(Story.id)).all()
        return self.random.choice(found) if found else None

    def _arrive(self) -> None:
        in_story = self.random.random() < 0.5
        story = a_story(self.session, f"Story {self.number}", headline_language="en") if in_story else None
        self._summarise(an_article(self.session, replace(self._draft(), story=story)))

    def _arrive_off_topic(self) -> None:
        an_article(self.session, replace(self._draft(), relevance=self.random.choice((Relevance.SPACE, Relevance.OFF))))

    def _arrive_late(self, days_ago: int) -> None:
        an_article(self.session, replace(self._draft(), published=self._on(days_ago)))

    def _redate(self) -> None:
        days_ago = self.random.choice((-3, 0, 6, 20, 60))
        self._store_again(lambda draft: replace(draft, published=self._on(days_ago)))

    def _reword(self) -> None:
        sentence = self._sentence()
        self._store_again(lambda draft: replace(draft, text=f"{draft.text}\n\n{sentence}"))

    def _store_same_words(self) -> None:
        self._store_again(lambda draft: replace(draft, text=draft.text.replace(" in hall", "  in hall")))

    def _store_again(self, change: Callable[[ArticleDraft], ArticleDraft]) -> None:
        article = self._any()
        if article is None:
            return
        a_version(self.session, article, change(_draft_of(article, self.found_at)))

    def _copy(self) -> None:
        original = self._any(Article.copy_of_id.is_(None))
        if original is not None:
            draft = _draft_of(original, self.found_at)
            an_article(self.session, replace(draft, source="us_wire", is_copy_of=original, story=None))

    def _find_original_of_copy(self) -> None:
        copy = self._any(Article.copy_of_id.is_(None))
        if copy is not None:
            draft = _draft_of(copy, self.found_at)
            original = an_article(self.session, replace(draft, source="cn_cnsa"))
            for each in self.session.scalars(sa.select(Article).where(Article.copy_of_id == copy.id)):
                each.copy_of_id = original.id
            copy.copy_of_id = original.id

    def _move_story_on(self) -> None:
        story = self._any_story()
        if story is not None:
            article = an_article(self.session, replace(self._draft(), story=story))
            self._summarise(article)
            start = self._on(self.random.randint(-40, 3))
            columns: dict[str, object] = {
                "kind": FactKind.AGREEMENT,
                "name": f"Accord {self.number}",
                "start_on": PartialDate.parse(start),
            }
            add_fact(self.session, article, **columns)

    def _summarise(self, article: Article) -> None:
        """Let an article's first sentence stand in its story's summary."""
        if article.story_id is None:
            return
        assert article.current_version
        ordinals = sa.select(sa.func.max(SummarySentence.ordinal)).where(SummarySentence.story_id == article.story_id)
        last = self.session.scalar(ordinals)
        text = article.current_version.passages[0].text
        sentence = SummarySentence(story_id=article.story_id, ordinal=(last or 0) + 1, text=text, language="en")
        place = {"version_id": article.current_version_id, "passage_ordinal": 0, "start": 0, "end": len(text)}
        sentence.evidence = [Evidence(ordinal=0, **place)]
        self.session.add(sentence)
        self.session.flush()

    def _repeat_story(self) -> None:
        told = self._any(Article.story_id.is_not(None), Article.copy_of_id.is_(None))
        if told is not None:
            story = self.session.get(Story, told.story_id)
            an_article(self.session, replace(_draft_of(told, self.found_at), source="gb_uksa", story=story))

    def _merge_stories(self) -> None:
        one, other = self._any_story(), self._any_story()
        if one is not None and other is not None and one is not other:
            for article in self.session.scalars(sa.select(Article).where(Article.story_id == other.id)):
                article.story_id = one.id
            self.session.flush()
            drop_sentences_of_others(self.session, [other.id])
            self.session.delete(other)
            self.session.flush()

    def _split_story(self) -> None:
        member = self._any(Article.story_id.is_not(None))
        if member is not None:
            self._leave_story(member)
            member.story_id = a_story(self.session, f"Split {self.number}", headline_language="en").id

    def _leave_story(self, article: Article) -> None:
        left, article.story_id = article.story_id, None
        self.session.flush()
        drop_sentences_of_others(self.session, [left] if left else [])
        if left and not self.session.scalar(sa.select(Article.id).where(Article.story_id == left).limit(1)):
            self.session.delete(self.session.get_one(Story, left))
            self.session.flush()

    def _arrive_not_understood(self) -> None:
        article = an_article(self.session, self._draft())
        assert article.current_version
        article.current_version.relevance = None

    def _understand(self) -> None:
        self._judge(Version.relevance.is_(None), Relevance.CORE)

    def _correct_to_off(self) -> None:
        self._judge(Version.relevance == Relevance.CORE, Relevance.OFF)

    def _correct_back(self) -> None:
        self._judge(Version.relevance == Relevance.OFF, Relevance.CORE)

    def _judge(self, which: sa.ColumnElement[bool], relevance: Relevance) -> None:
        article = self._any(Article.current_version_id.in_(sa.select(Version.id).where(which)))
        if article is not None:
            assert article.current_version
            article.current_version.relevance = relevance

    def _withdraw_version(self) -> None:
        """Let an article show its version before the last again."""
        several = sa.select(Version.article_id).group_by(Version.article_id).having(sa.func.count() > 1)
        article = self._any(Article.id.in_(several))
        if article is not None:
            self.session.expire(article)
            article.current_version_id = article.versions[-2].id

    def _withdraw(self) -> None:
        article = self._any(~sa.exists().where(sa.orm.aliased(Article).copy_of_id == Article.id))
        if article is not None:
            article.current_version_id, article.copy_of_id = None, None
            self._leave_story(article)

    def _return(self) -> None:
        """Let a withdrawn article come back."""
        gone = self.session.scalars(sa.select(Article).where(Article.current_version_id.is_(None))).first()
        if gone is not None:
            gone.current_version_id = gone.versions[-1].id

    def _backfill(self, source: str) -> None:
        days_ago = self.random.choice((3, 40, 400, 900, 2000))
        an_article(self.session, replace(self._draft(), published=self._on(days_ago), source=source, is_backfill=True))

    def _merge_topics(self) -> None:
        self.has_merged = True
        self.session.add(Topic(slug=STANDING, name="Launch vehicles", description=""))
        self.session.flush()
        merged = self.session.get_one(Topic, MERGED)
        merged.is_active, merged.merged_into = False, STANDING
        self.session.execute(
            sa.update(TopicAssignment).where(TopicAssignment.topic_slug == MERGED).values(topic_slug=STANDING)
        )


def _draft_of(article: Article, found_at: dt.datetime) -> ArticleDraft:
    """Write down what an article shows, to be stored once more."""
    version = article.current_version
    assert version is not None
    return ArticleDraft(
        title=version.title,
        text="\n\n".join(each.text for each in version.passages if each.kind == PassageKind.PARAGRAPH),
        source=article.source.slug,
        published=str(version.published) if version.published else None,
        relevance=Relevance(version.relevance or Relevance.CORE),
        topics=tuple(each.topic_slug for each in version.topics),
        doc_type=DocType(version.doc_type or DocType.NEWS),
        first_seen_at=found_at,
    )
