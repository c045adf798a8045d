"""A rebuilt archive is the archive that it was: the same keys, texts, stories, facts and corrections."""

import pytest
import sqlalchemy as sa

from models.claimant import this_process
from models.fate import release_claims_of_the_dead
from models.search.query import parse_query
from models.search.results import search
from models.tables import Article, Correction, Fact, Fate, IndexRules, Passage, Story, TermCount, Version
from models.vocabulary import FateState, Stage
from perilune.archive import Archive
from perilune.correcting import correct
from perilune.processing import process_due
from perilune.storing.rebuilding import TO_BE_MADE_ANEW, forget_what_is_derived
from tests.bench import LAUNCH, SIGNING, Bench, page_of
from tests.conftest import NOW

READ = (
    sa.select(
        Article.key, Article.url, Version.number, Version.title, Version.text, Version.relevance, Version.doc_type
    )
    .join(Version, Version.id == Article.current_version_id)
    .order_by(Article.key),
    sa.select(Article.key, Story.key, Story.headline).join(Story, Story.id == Article.story_id).order_by(Article.key),
    sa.select(Fact.key, Fact.name, Fact.status).order_by(Fact.key),
    sa.select(Correction.article_key, Correction.field, Correction.made_at),
    sa.select(TermCount.term, TermCount.document_count).order_by(TermCount.term),
    sa.select(sa.func.count()).select_from(Passage),
)


class Stopped(Exception):
    """It was stopped."""


def _stop_at_grouping(stage: Stage, _done: int, _all: int) -> None:
    if stage is Stage.GROUP:
        raise Stopped


def _told(archive: Archive) -> list[object]:
    with archive.sessions() as session:
        found = [hit.key for hit in search(session, parse_query("memorandum")).hits]
        return [found, *([tuple(row) for row in session.execute(select)] for select in READ)]


@pytest.mark.databases("sqlite", long=("postgresql",))
def test_a_rebuilt_archive_is_the_one_that_it_was(bench: Bench) -> None:
    bench.lay("https://a.example/signing", page_of("Agencies sign a memorandum", SIGNING))
    bench.lay("https://b.example/signing", page_of("Memorandum on the station signed", SIGNING[:2]), source="bb_news")
    bench.lay("https://a.example/launch", page_of("Mission to Mercury to be launched", LAUNCH))
    process_due(bench.archive, now=NOW, encoder=bench.encoder)
    with bench.archive.sessions.begin() as session:
        keys = session.scalars(sa.select(Article.key).order_by(Article.key)).all()
    correct(bench.archive, keys[0], {"add_topic": "launch"}, by="ada", now=NOW)
    process_due(bench.archive, now=NOW, encoder=bench.encoder)
    before = _told(bench.archive)
    assert forget_what_is_derived(bench.archive) > 10
    with pytest.raises(Stopped):
        process_due(bench.archive, now=NOW, encoder=bench.encoder, progress=_stop_at_grouping)
    with bench.archive.sessions.begin() as session:
        assert release_claims_of_the_dead(session, {this_process()})
    process_due(bench.archive, now=NOW, encoder=bench.encoder)
    assert _told(bench.archive) == before
    with bench.archive.sessions() as session:
        assert session.scalar(sa.select(Fate.stage).where(Fate.version == TO_BE_MADE_ANEW)) is None
        assert (
            session.scalar(sa.select(Fate.stage).where(Fate.state == FateState.WAITING, Fate.stage == "extract"))
            is None
        )
        assert session.scalars(sa.select(IndexRules)).one().through_id is None
