"""Measures a thousand personal mails of one issue, from composing to the last answer of a mail server on loopback.

Beside it in the same run: composing anew for each reader, on a sample, and what that would come to for all.
`python -m benchmarks.mail_speed --profile` prints where the time goes.
"""

from __future__ import annotations

import argparse
import cProfile
import datetime as dt
import gc
import pstats
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass

import psutil
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from benchmarks.mail_speed_archive import a_mail_server, lay_readers, lay_week
from digest.deliver import Post, deliver_due, links_of
from digest.issue import compose_due_issues, preview_issue
from digest.mail import SmtpMailer
from digest.readers import taste_of
from digest.render import render_mail
from digest.schedule import due_moment
from models.claimant import this_process
from models.database import open_database
from models.edition import Delivery, Edition, Issue, Reader
from models.signing import signer_of
from perilune.logs import configure_logging
from tests.conftest import NOW

READERS = 1_000
SHARES = (0.1, 0.5, 1)
"""After which share of the mails memory is read."""
NAIVE_SAMPLE = 20
AIM_SECONDS = 60
SEED = 7
POST = Post("Digest <digest@example.org>", "https://archive.example.org", "https://archive.example.org/correct")


@dataclass
class Run:
    """What one run took."""

    compose_seconds: float = 0
    send_seconds: float = 0
    processor_seconds: float = 0
    megabytes: tuple[float, ...] = ()


def naive_seconds(sessions: sessionmaker[Session]) -> float:
    """Compose and render anew for each of a few readers; returns seconds a reader."""
    with sessions() as session:
        edition = session.scalars(sa.select(Edition)).one()
        readers = session.scalars(sa.select(Reader).order_by(Reader.id).limit(NAIVE_SAMPLE)).all()
        issue = Issue(key="c" * 12, access_number=1)
        started = time.perf_counter()
        for reader in readers:
            content = preview_issue(session, edition, due_moment(edition, NOW))
            render_mail(content, links_of(issue, signer_of(session), POST, reader), taste_of(session, reader))
        return (time.perf_counter() - started) / len(readers)


def measured(sessions: sessionmaker[Session], port: int, stops: Sequence[int]) -> Run:
    """Compose once and send to all, in three parts so that memory can be read between them."""
    run, started, used = Run(), time.perf_counter(), time.process_time()
    compose_due_issues(sessions, NOW)
    run.compose_seconds = time.perf_counter() - started
    moments = [NOW + dt.timedelta(minutes=number) for number in range(len(stops))]
    with sessions.begin() as session:
        for number, delivery in enumerate(session.scalars(sa.select(Delivery).order_by(Delivery.id)), 1):
            delivery.due_at = next(moment for moment, stop in zip(moments, stops, strict=True) if number <= stop)
    mailer = SmtpMailer("127.0.0.1", port)
    for moment in moments:
        started = time.perf_counter()
        deliver_due(sessions, mailer, post=POST, now=moment, claimant=this_process())
        run.send_seconds += time.perf_counter() - started
        gc.collect()
        run.megabytes += (psutil.Process().memory_info().rss / 1e6,)
    run.processor_seconds = time.process_time() - used
    return run


def main() -> None:
    """Print the time, the memory and the comparison."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readers", type=int, default=READERS)
    parser.add_argument("--profile", action="store_true", help="print where the time goes; times are longer then")
    given = parser.parse_args()
    configure_logging("warning")
    counted: list[int] = []
    stops = [int(share * given.readers) for share in SHARES]
    with tempfile.TemporaryDirectory() as folder, a_mail_server(counted) as port:
        sessions = open_database(f"sqlite:///{folder}/perilune.db")
        with sessions.begin() as session:
            lot = random.Random(SEED)
            lay_readers(session, lay_week(session, lot), lot, given.readers)
        naive = naive_seconds(sessions)
        profile = cProfile.Profile()
        run = profile.runcall(measured, sessions, port, stops) if given.profile else measured(sessions, port, stops)
    if given.profile:
        pstats.Stats(profile).sort_stats("cumtime").print_stats(60)
    total = run.compose_seconds + run.send_seconds
    recipients, byte_count = counted
    print(f"{given.readers:,} readers, {recipients:,} got a mail of {byte_count / recipients / 1000:,.0f} kB each")
    print(f"composed once in {run.compose_seconds:.1f} s, rendered and sent in {run.send_seconds:.1f} s:", end=" ")
    print(f"{total:.1f} s in all, {given.readers / total:.0f} mails a second (aim: under {AIM_SECONDS} s)")
    print(f"of these {run.processor_seconds:.1f} s of one processor, without the mail server's")
    every = naive * given.readers
    print(f"composed anew for each reader, without sending: {1000 * naive:.0f} ms a reader,", end=" ")
    print(f"{every:.0f} s for all (from {NAIVE_SAMPLE} readers), {every / total:.1f} times as long")
    at = ", ".join(f"{megabytes:.0f} MB after {stop}" for stop, megabytes in zip(stops, run.megabytes, strict=True))
    slope = 1000 * (run.megabytes[-1] - run.megabytes[0]) / (stops[-1] - stops[0])
    print(f"memory: {at}: {slope:.1f} kB a mail")
    sys.exit(recipients != given.readers or total > AIM_SECONDS)


if __name__ == "__main__":
    main()
