"""Runs the reading aid: what a story shows in a language that an edition does not read is translated beside it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, selectinload, sessionmaker

from models.article import Article, Version
from models.fate import Fate, Outcome, await_stage
from models.story import Story, Translation, hash_of, sections_of_version, summary_in, translations_of
from models.vocabulary import FateState, Stage
from perilune.languages import language_of
from pipeline.generating.answers import GenerationProblem, UnusableAnswer
from pipeline.generating.translating import Translated, Translator, translated
from pipeline.runners.runner import skipped
from pipeline.runners.summarise import version_of
from pipeline.understanding.gazetteer import Gazetteer
from pipeline.understanding.knowledge import gazetteer_from_rows

RETRY_AFTER = dt.timedelta(hours=2)

Text = tuple[str, str, str]
"""A text, its language, and the one it is wanted in."""


@dataclass(frozen=True)
class ReadingAid:
    """The new translations of a story, why some are missing, and whether asking again may bring them."""

    made: tuple[tuple[Text, Translated], ...]
    problem: str | None = None
    may_come: bool = False


class TranslateRunner:
    """Translates what stories and documents in brief show, and quotations; what is there is not asked for again."""

    stage = Stage.TRANSLATE
    batch_size = 10

    def __init__(self, translator: Translator, languages: Sequence[str]) -> None:
        self.version = version_of("2", "+".join(languages), translator.name)
        self._translator = translator
        self._languages = tuple(languages)
        self._gazetteer: Gazetteer | None = None

    def compute(
        self, sessions: sessionmaker[Session], item_ids: Sequence[int]
    ) -> Iterator[tuple[int, ReadingAid | None]]:
        """Translate what has no translation by this model yet, with no session open meanwhile."""
        with sessions() as session:
            self._gazetteer = self._gazetteer or gazetteer_from_rows(session)
            found = session.scalars(sa.select(Story).where(Story.id.in_(item_ids)).options(_WITH_QUOTATIONS))
            texts = {story.id: self._untranslated(session, story) for story in found}
        for story_id in item_ids:
            yield story_id, self._reading_aid(texts[story_id]) if story_id in texts else None

    def _untranslated(self, session: Session, story: Story) -> list[Text]:
        missing: list[Text] = []
        for target in self._languages:
            shown = dict.fromkeys(_foreign_texts(session, story, target))
            done = translations_of(session, [text for text, _ in shown], target, model=self._translator.name)
            missing.extend((text, language, target) for text, language in shown if text not in done)
        return missing

    def _reading_aid(self, texts: Sequence[Text]) -> ReadingAid:
        made: list[tuple[Text, Translated]] = []
        problem: str | None = None
        names = self._gazetteer.spans if self._gazetteer else None
        for text in texts:
            try:
                made.append((text, translated(*text, self._translator, names=names)))
            except UnusableAnswer as unusable:
                problem = problem or f"some texts have no translation: {unusable}"
            except GenerationProblem as missing:
                return ReadingAid(tuple(made), str(missing), may_come=True)
        return ReadingAid(tuple(made), problem)

    def store(self, session: Session, item_id: int, result: ReadingAid | None, *, now: dt.datetime) -> Outcome:
        """Store the translations; where the model gave none, the story comes round again."""
        del item_id
        if result is None:
            return skipped("the story is gone")
        for (text, _, target), translation in result.made:
            session.merge(
                Translation(
                    text_hash=hash_of(text),
                    language=target,
                    model=self._translator.name,
                    text=translation.text,
                    problems=list(translation.problems),
                    made_at=now,
                )
            )
        if result.may_come:
            return Outcome(FateState.FAILED, result.problem, due_at=now + RETRY_AFTER)
        return Outcome(FateState.DONE, result.problem)


_WITH_QUOTATIONS = selectinload(Story.articles).selectinload(Article.current_version).selectinload(Version.witnesses)


def _foreign_texts(session: Session, story: Story, target: str) -> Iterator[tuple[str, str]]:
    """List what is shown of a story to readers of a language and is not in it, with the language it is in."""
    shown = [(story.headline, story.headline_language)]
    shown += [(sentence.text, sentence.language) for sentence in summary_in(story.sentences, target)]
    for article in story.articles:
        version = article.current_version
        if version is not None and article.copy_of_id is None:
            shown += [(version.text[fact.start : fact.end], version.language) for fact in version.witnesses]
            shown += [(text, version.language) for text in _in_brief(session, version)]
    for text, stated in shown:
        language = stated or language_of(text)
        if text.strip() and language is not None and language != target:
            yield text, language


def _in_brief(session: Session, version: Version) -> Iterator[str]:
    """List what the summary of a long document says, and the headings of its sections."""
    for rows in sections_of_version(session, version.id):
        yield from (rows[0].heading, *(row.text_in(version) for row in rows))


def await_untranslated(session: Session, *, now: dt.datetime) -> None:
    """Let stories wait for the reading aid that were summarised after they had it last."""
    told, aided = aliased(Fate), aliased(Fate)
    is_settled = aided.state.in_((FateState.WAITING, FateState.CLAIMED)) | (aided.finished_at >= told.finished_at)
    has_it = sa.exists().where(aided.stage == Stage.TRANSLATE, aided.item_id == told.item_id, is_settled)
    select = sa.select(told.item_id).where(told.stage == Stage.SUMMARISE, told.state == FateState.DONE, ~has_it)
    await_stage(session, Stage.TRANSLATE, session.scalars(select).all(), due_at=now)


def await_no_translation(session: Session) -> None:
    """Forget who waits for the reading aid while no model is named: nothing would ever be done about it."""
    session.execute(sa.delete(Fate).where(Fate.stage == Stage.TRANSLATE))
