"""Whether every mail goes out once whatever happens: a mail server with faults, and a sender that is killed.

`python -m benchmarks.mail_soak` sends one issue to 1,000 readers through a real mail server in a process of its own. It
refuses, waits and hangs up at random, before and after the final dot; the sender is killed (SIGKILL) at random moments.
Beside it, the same with two loops over smtplib that write down afterwards, or before, that a mail was sent.
"""

from __future__ import annotations

import argparse
import datetime as dt
import multiprocessing
import random
import smtplib
import sqlite3
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from multiprocessing.context import ForkProcess
from pathlib import Path

import sqlalchemy as sa

from benchmarks.mail_soak_server import FAULTS, FOR_GOOD, TAKEN, serve
from digest.deliver import Post, deliver_due
from digest.issue import compose_issue
from digest.mail import SmtpMailer
from models.claimant import this_process
from models.database import open_database
from models.edition import Delivery, Edition, Reader, Subscription
from models.vocabulary import DeliveryState
from perilune.logs import configure_logging

NOW = dt.datetime(2022, 3, 14, 7, 0, tzinfo=dt.UTC)
POST = Post("digest@perilune.example", "https://archive.example.org", bounce_address="bounces@perilune.example")
TIMEOUT_SECONDS = 1.0
FORK = multiprocessing.get_context("fork")
Send = Callable[[Path, int], None]


@dataclass(frozen=True)
class Trial:
    """How much is sent, and how much goes wrong: the share of messages with a fault, and how often the sender dies."""

    reader_count: int = 1000
    share: float = 0.4
    kill_count: int = 60
    longest_life_seconds: float = 0.7
    seed: int = 7


@dataclass(frozen=True)
class Verdict:
    """What became of the mails, by what the server took and what the sender says of them."""

    faults: Counter[str]
    killed: int
    outcomes: Counter[str]
    seconds: float

    @property
    def fault_count(self) -> int:
        """Count the faults of the server, and the deaths of the sender."""
        return sum(self.faults.values()) + self.killed


def address_of(number: int) -> str:
    """Name a reader."""
    return f"reader{number}@example.org"


def lay_out(folder: Path, reader_count: int) -> None:
    """Store an issue that waits for its readers."""
    sessions = open_database(f"sqlite:///{folder}/perilune.db")
    with sessions.begin() as session:
        edition = Edition(slug="weekly", name="Weekly digest", created_at=NOW)
        readers = [Reader(address=address_of(number), created_at=NOW) for number in range(reader_count)]
        session.add_all([edition, *readers])
        session.flush()
        session.add_all(Subscription(edition_id=edition.id, reader_id=each.id, confirmed_at=NOW) for each in readers)
        session.flush()
        compose_issue(session, edition, NOW, NOW)
    sessions.kw["bind"].dispose()


def send_all(folder: Path, port: int) -> None:
    """Send as the scheduler does, over and over, with a clock that goes on to the next mail that is due."""
    configure_logging("error")
    sessions = open_database(f"sqlite:///{folder}/perilune.db")
    mailer = SmtpMailer("127.0.0.1", port, timeout_seconds=TIMEOUT_SECONDS, answer_seconds=TIMEOUT_SECONDS)
    now = NOW
    while True:
        deliver_due(sessions, mailer, post=POST, now=now, claimant=this_process())
        with sessions() as session:
            waits = sa.select(sa.func.min(Delivery.due_at)).where(Delivery.state == DeliveryState.WAITING)
            due_at = session.scalar(waits)
        if due_at is None:
            return
        now = max(now, due_at)


def states_of(folder: Path) -> dict[str, str]:
    """Read what the outbox says of each reader's mail."""
    sessions = open_database(f"sqlite:///{folder}/perilune.db")
    with sessions() as session:
        rows = session.execute(sa.select(Reader.address, Delivery.state).join(Delivery)).all()
    sessions.kw["bind"].dispose()
    return {address: str(state) for address, state in rows}


def lay_out_naively(folder: Path, reader_count: int) -> None:
    """Store a list of readers with a flag."""
    with closing(sqlite3.connect(folder / "naive.db")) as database, database:
        database.execute("create table mail (address text primary key, state text not null default 'waiting')")
        database.executemany("insert into mail (address) values (?)", [(address_of(n),) for n in range(reader_count)])


def send_naively(folder: Path, port: int, *, is_marked_before: bool = False) -> None:
    """Send with a loop over smtplib, and mark each mail as sent after it was, or before."""
    with closing(sqlite3.connect(folder / "naive.db", isolation_level=None)) as database:

        def mark(address: str, state: str) -> None:
            database.execute("update mail set state = ? where address = ?", (state, address))

        while waiting := database.execute("select address from mail where state = 'waiting'").fetchall():
            for (address,) in waiting:
                if is_marked_before:
                    mark(address, "sent")
                try:
                    with smtplib.SMTP("127.0.0.1", port, timeout=TIMEOUT_SECONDS) as server:
                        server.sendmail("digest@perilune.example", address, "Subject: Digest\n\nText\n")
                except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError) as error:
                    mark(address, "failed" if b"5." in str(error).encode() else "waiting")
                except (smtplib.SMTPException, OSError):
                    mark(address, "waiting")
                else:
                    mark(address, "sent")


def send_marked_before(folder: Path, port: int) -> None:
    """Send with a loop that marks each mail before it is sent."""
    send_naively(folder, port, is_marked_before=True)


def naive_states_of(folder: Path) -> dict[str, str]:
    """Read the flags."""
    with closing(sqlite3.connect(folder / "naive.db")) as database:
        return dict(database.execute("select address, state from mail").fetchall())


@contextmanager
def mail_server(journal: Path, trial: Trial) -> Iterator[int]:
    """Run the mail server in a process of its own; yields its port."""
    hear, tell = FORK.Pipe(duplex=False)
    server = FORK.Process(target=serve, args=(journal, trial.share, trial.seed, tell))
    server.start()
    try:
        yield hear.recv()
    finally:
        server.kill()
        server.join()


def run(folder: Path, trial: Trial, send: Send) -> tuple[Path, int, float]:
    """Send with a sender that dies so many times, and then with one that lives; returns journal, deaths, seconds."""
    journal = folder / "journal"
    journal.touch()
    chance = random.Random(trial.seed)
    killed, began = 0, time.perf_counter()
    with mail_server(journal, trial) as port:
        while True:
            sender: ForkProcess = FORK.Process(target=send, args=(folder, port))
            sender.start()
            life = chance.uniform(0.02, trial.longest_life_seconds)
            sender.join(life if killed < trial.kill_count else None)
            if sender.exitcode is not None:
                if sender.exitcode:
                    raise RuntimeError(f"the sender ended with {sender.exitcode}")
                break
            sender.kill()
            sender.join()
            killed += 1
    return journal, killed, time.perf_counter() - began


def judged(journal: Path, killed: int, states: dict[str, str], seconds: float) -> Verdict:
    """Hold what the sender says of each mail against what the server took."""
    taken: Counter[str] = Counter()
    faults: Counter[str] = Counter()
    refused: set[str] = set()
    for line in journal.read_text(encoding="utf-8").splitlines():
        kind, _, address = line.partition("\t")
        if kind == TAKEN:
            taken[address] += 1
        else:
            faults[kind] += 1
        if kind in FOR_GOOD:
            refused.add(address)
    outcomes = Counter(
        outcome_of(state, taken[address], is_refused=address in refused) for address, state in states.items()
    )
    return Verdict(faults, killed, outcomes, seconds)


def outcome_of(state: str, taken: int, *, is_refused: bool) -> str:
    """Say in words what became of one mail."""
    if taken > 1:
        return "repeated"
    if state == DeliveryState.UNCERTAIN:
        return "uncertain, taken" if taken else "uncertain, not taken"
    if state == DeliveryState.SENT:
        return "sent once" if taken else "lost"
    if state == DeliveryState.FAILED:
        return "refused for good" if is_refused and not taken else "failed wrongly"
    return "never settled"


def soak(folder: Path, trial: Trial) -> Verdict:
    """Put our own sender through it."""
    lay_out(folder, trial.reader_count)
    journal, killed, seconds = run(folder, trial, send_all)
    return judged(journal, killed, states_of(folder), seconds)


def soak_naively(folder: Path, trial: Trial, send: Send) -> Verdict:
    """Put a loop over smtplib through it."""
    lay_out_naively(folder, trial.reader_count)
    journal, killed, seconds = run(folder, trial, send)
    return judged(journal, killed, naive_states_of(folder), seconds)


OUTCOMES = (
    *("sent once", "refused for good", "uncertain, taken", "uncertain, not taken", "lost", "repeated"),
    *("failed wrongly", "never settled"),
)


def print_tables(verdicts: dict[str, Verdict]) -> None:
    """Print faults and outcomes of each sender beside one another."""
    print("| faults | " + " | ".join(verdicts) + " |\n| --- |" + " ---: |" * len(verdicts))
    for kind in FAULTS:
        print(f"| {kind} | " + " | ".join(str(verdict.faults[kind]) for verdict in verdicts.values()) + " |")
    print("| sender killed | " + " | ".join(str(verdict.killed) for verdict in verdicts.values()) + " |")
    print("| all faults | " + " | ".join(str(verdict.fault_count) for verdict in verdicts.values()) + " |")
    print("\n| mails | " + " | ".join(verdicts) + " |\n| --- |" + " ---: |" * len(verdicts))
    for outcome in OUTCOMES:
        print(f"| {outcome} | " + " | ".join(str(verdict.outcomes[outcome]) for verdict in verdicts.values()) + " |")
    print("| seconds | " + " | ".join(f"{verdict.seconds:.0f}" for verdict in verdicts.values()) + " |")


def main() -> None:
    """Run the soak and print its tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readers", type=int, default=Trial.reader_count)
    parser.add_argument("--kills", type=int, default=Trial.kill_count)
    parser.add_argument("--seed", type=int, default=Trial.seed)
    said = parser.parse_args()
    trial = Trial(said.readers, kill_count=said.kills, seed=said.seed)
    verdicts = {}
    with tempfile.TemporaryDirectory() as root:
        folders = [Path(root) / name for name in ("ours", "after", "before")]
        for folder in folders:
            folder.mkdir()
        verdicts["Perilune"] = soak(folders[0], trial)
        verdicts["smtplib, marked after"] = soak_naively(folders[1], trial, send_naively)
        verdicts["smtplib, marked before"] = soak_naively(folders[2], trial, send_marked_before)
    print_tables(verdicts)


if __name__ == "__main__":
    main()
