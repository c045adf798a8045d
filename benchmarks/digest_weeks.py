"""Proves over twelve simulated weeks that the digest repeats nothing and misses nothing, beside what most tools do.

Articles come late, again, dated anew, as copies before their originals; stories merge and part; searches and hours
change; for two weeks nothing runs; each composition is interrupted and begun again. Two common digests are counted in
the same run: what was published, and what was found, in the last seven days.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from benchmarks.digest_weeks_archive import MERGE_OF_TOPICS_WEEK, STANDING, Life
from benchmarks.digest_weeks_proof import Proof, Shown, Wanted, shown_articles
from digest.issue import compose_due_issues
from digest.release import release_due
from models.article import Article
from models.database import open_database
from models.edition import Delivery, Edition, Issue, LedgerRow
from models.vocabulary import LedgerFate
from perilune.logs import configure_logging
from tests.builders import a_reader, an_edition

WEEKS = 12
FIRST_DAY = dt.datetime(2022, 3, 7, tzinfo=dt.UTC)
HOURS = (15,)
OUTAGE = range(33, 47)
"""Days on which nothing runs; articles wait on their sites and are all found after."""
MAX_STATEMENTS = 40
A_WEEK = dt.timedelta(days=7)
GENERAL = Wanted()
SPECIAL = Wanted(topics=("launch", "lunar-exploration"))
SPECIAL_LATER = Wanted(topics=("launch-vehicles", "sustainability"), relevance=("core", "space"))
NEW_SEARCH_DAY, NEW_HOURS_DAY = 58, 67
SEED = 20220307
LIVES = 3
BUSYNESS = 24


class Killed(BaseException):
    """The process dies in the middle of composing."""


@dataclass
class SevenDays:
    """The digest that most tools make: what was published, or found, in the last seven days."""

    listed: Counter[str] = field(default_factory=Counter)
    """How often each article was listed."""

    def compose(self, shown: list[Shown], due_on: dt.date, *, is_by_finding: bool) -> None:
        """List what is not older than seven days."""
        for each in shown:
            day = each.first_seen_at.date() if is_by_finding else each.published_on
            if day is not None and due_on - A_WEEK < day <= due_on:
                self.listed[each.key] += 1


@dataclass
class Weeks:
    """The simulation: an archive that lives, two editions, and the proof of each."""

    sessions: sessionmaker[Session]
    seed: int
    busyness: int
    proofs: dict[int, Proof] = field(default_factory=dict)
    wanted: dict[int, Wanted] = field(default_factory=dict)
    kill_count: int = 0
    published: SevenDays = field(default_factory=SevenDays)
    found: SevenDays = field(default_factory=SevenDays)
    half_done_count: int = 0
    """How many interrupted compositions left something behind."""

    def run(self) -> None:
        """Let twelve weeks pass, and prove each edition's issues."""
        lot = random.Random(self.seed)
        life = Life(lot, self.busyness)
        with self.sessions.begin() as session:
            self._make_editions(session)
        for day in range(WEEKS * 7):
            morning = FIRST_DAY + dt.timedelta(days=day)
            found_at = FIRST_DAY + dt.timedelta(days=OUTAGE.stop) if day in OUTAGE else morning
            with self.sessions.begin() as session:
                self._change_editions(session, day)
                life.day(session, morning, found_at, day // 7)
            for hour in () if day in OUTAGE else HOURS:
                self._tick(morning + dt.timedelta(hours=hour), lot)
        with self.sessions() as session:
            for proof in self.proofs.values():
                proof.prove(session)

    def _make_editions(self, session: Session) -> None:
        general = an_edition(session, "general", query=GENERAL.query, timezone="Europe/Vienna")
        special = an_edition(
            session, "special", query=SPECIAL.query, weekday=3, hour=9, timezone="America/New_York", hold_hours=30
        )
        for number, (edition, wanted) in enumerate(((general, GENERAL), (special, SPECIAL))):
            edition.created_at = FIRST_DAY - A_WEEK
            self.proofs[edition.id], self.wanted[edition.id] = Proof(edition.id), wanted
            for name in ("ada", "ben"):
                a_reader(session, edition, f"{name}.{number}@example.org")

    def _change_editions(self, session: Session, day: int) -> None:
        """Let the special edition follow the merged topic, then have another search, then other hours."""
        special = session.scalars(sa.select(Edition).where(Edition.slug == "special")).one()
        if day == MERGE_OF_TOPICS_WEEK * 7:
            # Its search line keeps the old name, which finds what stands for it.
            self.wanted[special.id] = Wanted(topics=(STANDING, "lunar-exploration"))
        if day == NEW_SEARCH_DAY:
            special.query, self.wanted[special.id] = SPECIAL_LATER.query, SPECIAL_LATER
        if day == NEW_HOURS_DAY:
            special.weekday, special.hour, special.timezone = 1, 8, "Asia/Shanghai"

    def _tick(self, now: dt.datetime, lot: random.Random) -> None:
        """Compose what is due, interrupted once at a statement drawn by lot, and note what it owed."""
        with self.sessions() as session:
            before = _counts(session)
        with contextlib.suppress(Killed), _killed_at(self.sessions, lot.randint(1, MAX_STATEMENTS)) as kill:
            compose_due_issues(self.sessions, now)
        if kill.has_struck:
            self.kill_count += 1
            with self.sessions() as session:
                self.half_done_count += _counts(session) != before
        compose_due_issues(self.sessions, now)
        with self.sessions() as session:
            for issue in session.scalars(sa.select(Issue).where(Issue.composed_at == now).order_by(Issue.id)):
                self._note(session, issue)
        release_due(self.sessions, now)

    def _note(self, session: Session, issue: Issue) -> None:
        shown = shown_articles(session, self.wanted[issue.edition_id])
        self.proofs[issue.edition_id].note(session, issue.id, shown)
        if issue.edition.slug == "general":
            self.published.compose(shown, issue.due_at.date(), is_by_finding=False)
            self.found.compose(shown, issue.due_at.date(), is_by_finding=True)


@dataclass
class _Kill:
    """An interruption that strikes in the midst of an issue, unless the issue has fewer statements."""

    has_struck: bool = False


@contextlib.contextmanager
def _killed_at(sessions: sessionmaker[Session], number: int) -> Iterator[_Kill]:
    """Raise Killed at the statement of this number after an issue was begun."""
    kill, since_begun = _Kill(), 0

    def count(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        nonlocal since_begun
        if since_begun or statement.startswith("INSERT INTO issue "):
            since_begun += 1
        if since_begun == number:
            kill.has_struck = True
            raise Killed

    def end(_connection: object) -> None:
        nonlocal since_begun
        since_begun = 0

    engine = sessions.kw["bind"]
    sa.event.listen(engine, "before_cursor_execute", count)
    sa.event.listen(engine, "commit", end)
    try:
        yield kill
    finally:
        sa.event.remove(engine, "before_cursor_execute", count)
        sa.event.remove(engine, "commit", end)


def _counts(session: Session) -> list[int]:
    """Count what composing stores."""
    return [
        session.scalar(sa.select(sa.func.count()).select_from(table)) or 0 for table in (Issue, LedgerRow, Delivery)
    ]


def _fates(session: Session, edition_id: int) -> dict[str, list[tuple[LedgerFate, str]]]:
    rows = session.execute(
        sa.select(Article.key, LedgerRow.fate, LedgerRow.reason)
        .join(Article, Article.id == LedgerRow.article_id)
        .where(LedgerRow.edition_id == edition_id)
        .order_by(LedgerRow.version_id)
    )
    found: dict[str, list[tuple[LedgerFate, str]]] = {}
    for key, fate, reason in rows:
        found.setdefault(key, []).append((fate, reason))
    return found


def _measured(seed: int) -> Counter[str]:
    """Simulate one life of an archive, and count."""
    with tempfile.TemporaryDirectory() as folder:
        weeks = Weeks(open_database(f"sqlite:///{folder}/perilune.db"), seed, BUSYNESS)
        weeks.run()
        counts = Counter({"interrupted compositions": weeks.kill_count, "left something behind": weeks.half_done_count})
        for proof in weeks.proofs.values():
            counts += Counter({f"check: {name}": count for name, count in proof.counts.items()})
            counts["faults"] += len(proof.faults)
            for fault in proof.faults:
                print(f"FAULT (seed {seed}) {fault}")
        with weeks.sessions() as session:
            counts["issues"] += session.scalar(sa.select(sa.func.count()).select_from(Issue)) or 0
            general = session.scalars(sa.select(Edition).where(Edition.slug == "general")).one()
            fates = _fates(session, general.id)
            for fate, count in session.execute(sa.select(LedgerRow.fate, sa.func.count()).group_by(LedgerRow.fate)):
                counts[f"ledger: {fate}"] += count
    printed = {key for key, rows in fates.items() if any(fate == LedgerFate.INCLUDED for fate, _ in rows)}
    copies = {key for key, rows in fates.items() if all(reason.startswith("copy of ") for _, reason in rows)}
    counts["articles"] += len(printed)
    for name, digest in (("published", weeks.published), ("found", weeks.found)):
        counts[f"{name}: missed"] += len(printed - digest.listed.keys())
        counts[f"{name}: again"] += sum(count - 1 for key, count in digest.listed.items() if key in printed)
        counts[f"{name}: copies"] += sum(count for key, count in digest.listed.items() if key in copies)
    return counts


def main() -> None:
    """Print what was proved, and what two common digests miss and repeat."""
    configure_logging("warning")
    counts: Counter[str] = Counter()
    for seed in range(SEED, SEED + LIVES):
        counts.update(_measured(seed))
    print(f"{LIVES} archives lived {WEEKS} weeks, with two editions each: {counts['issues']} issues")
    print(f"{counts['interrupted compositions']} compositions were interrupted and begun again;", end=" ")
    print(f"{counts['left something behind']} left something behind")
    for name in ("included", "folded", "left-out"):
        print(f"{counts[f'ledger: {name}']:7,} versions {name}")
    for name, count in sorted(counts.items()):
        if name.startswith("check: "):
            print(f"{count:7,} times: {name.removeprefix('check: ')}")
    print(f"\nthe general editions printed {counts['articles']:,} articles")
    print(f"{'digest':36}{'missed':>8}{'share':>8}{'again':>8}{'copies':>8}")
    print(f"{'Perilune':36}{0:8}{'0.0%':>8}{0:8}{0:8}" if not counts["faults"] else "Perilune: see the faults above")
    for name in ("published", "found"):
        missed, again, copies = (counts[f"{name}: {what}"] for what in ("missed", "again", "copies"))
        share = f"{100 * missed / counts['articles']:.1f}%"
        print(f"{name + ' in the last seven days':36}{missed:8,}{share:>8}{again:8,}{copies:8,}")
    print(f"\n{counts['faults']} faults: {'PROVED' if not counts['faults'] else 'NOT PROVED'}")
    sys.exit(bool(counts["faults"] or counts["left something behind"]))


if __name__ == "__main__":
    main()
