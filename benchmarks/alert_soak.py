"""Whether every find is told once whatever happens: who matches, mails and calls is killed at random moments (SIGKILL).

`python -m benchmarks.alert_soak` lets 20 people's searches find 300 articles, each told by an instant mail and a signed
webhook, through a real mail server and a real web server in a process of their own. What these took stands in their own
journal, against which the finds are held.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import json
import multiprocessing
import random
import re
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from threading import Thread

import sqlalchemy as sa
from aiosmtpd.smtp import SMTP, Envelope
from aiosmtpd.smtp import Session as SmtpSession

from benchmarks.saved_searches import NOW, TOPICS, lay
from digest.alerts import AlertPost, write_alerts
from digest.deliver import Post, deliver_due
from digest.mail import SmtpMailer
from models.claimant import this_process
from models.fate import release_claims_of_the_dead
from models.saved_search import SavedSearch, SearchHit, Webhook, WebhookCall
from models.tables import Account, Article, Fate, Source, Topic
from models.vocabulary import AlertPace, DeliveryState, FateState, Role, SourceKind, Stage
from models.watch import Notice
from models.webhooks import new_secret
from perilune.archive import Archive, open_archive
from perilune.config import settings_from
from perilune.logs import configure_logging
from perilune.webhook_calls import call_due
from pipeline.runners.match import MatchRunner
from pipeline.runners.runner import Worker, drain

ARCHIVE = "https://archive.example.org"
FORK = multiprocessing.get_context("fork")
A_TURN = dt.timedelta(minutes=10)
"""How far the clock goes on from turn to turn, so that what came meanwhile is told."""
ARTICLES_A_TURN = 4
KEY = re.compile(r"/article/([0-9a-f]{12})")


@dataclass(frozen=True)
class Trial:
    """How much is found, and how often who tells of it dies."""

    search_count: int = 20
    article_count: int = 300
    kill_count: int = 150
    longest_life_seconds: float = 2.0
    seed: int = 7


@dataclass(frozen=True)
class Verdict:
    """What became of the finds by mail and by webhook, each a find of one search."""

    killed: int
    mailed: Counter[str]
    called: Counter[str]
    seconds: float


def lay_out(folder: Path, trial: Trial, web_port: int) -> None:
    """Store articles that come four a turn, and searches with alert and webhook, each somebody else's."""
    archive = _archive(folder, web_port)
    with archive.sessions.begin() as session:
        source = Source(slug="bench", name="Bench", home="http://bench.example/", kind=SourceKind.LISTING, addresses=[])
        source.created_at = NOW
        session.add_all([source, *(Topic(slug=slug, name=slug, description="") for slug in TOPICS)])
        session.flush()
        texts = {"en": ["Agencies signed a memorandum on the lunar station."]}
        lay(session, texts, range(1, trial.article_count + 1), source.id)
        turn = A_TURN / ARTICLES_A_TURN
        for number in range(1, trial.article_count + 1):
            is_its = (Fate.stage == Stage.MATCH) & (Fate.item_id == number)
            session.execute(sa.update(Fate).where(is_its).values(due_at=NOW + number * turn))
        for number in range(1, trial.search_count + 1):
            session.add(_search(number))
            session.flush()
            hook = Webhook(saved_search_id=number, url=f"http://127.0.0.1:{web_port}/{number}", secret=new_secret())
            hook.created_at = NOW
            session.add(hook)
    archive.sessions.kw["bind"].dispose()


def _search(number: int) -> SavedSearch:
    name = f"reader{number}"
    account = Account(login=name, name=name, role=Role.READER, address=f"{name}@example.org", created_at=NOW)
    times = {"asked_at": NOW, "created_at": NOW}
    return SavedSearch(id=number, account=account, name=name, query="lunar", pace=AlertPace.INSTANT, **times)


def _archive(folder: Path, web_port: int) -> Archive:
    allowed = f"127.0.0.1:{web_port}"
    return open_archive(settings_from({"PERILUNE_HOME": str(folder), "PERILUNE_ALLOW_NETWORKS": allowed}))


def tell_all(folder: Path, ports: tuple[int, int], clock: Synchronized[float]) -> None:
    """Match, write alerts, mail and call as the scheduler does, turn after turn, until nothing is left."""
    configure_logging("error")
    archive = _archive(folder, ports[1])
    mailer = SmtpMailer("127.0.0.1", ports[0])
    post = Post("digest@perilune.example", ARCHIVE)
    while _is_work_left(archive):
        clock.value += A_TURN.total_seconds()
        now = dt.datetime.fromtimestamp(clock.value, dt.UTC)
        with archive.sessions.begin() as session:
            release_claims_of_the_dead(session)
        drain(MatchRunner(ARCHIVE), Worker(archive.sessions, this_process(), now))
        write_alerts(archive.sessions, AlertPost(ARCHIVE), now=now)
        deliver_due(archive.sessions, mailer, post=post, now=now, claimant=this_process())
        call_due(archive, now=now)


def _is_work_left(archive: Archive) -> bool:
    unsettled = (DeliveryState.WAITING, DeliveryState.SENDING)
    left = (
        sa.exists().where(Fate.stage == Stage.MATCH, Fate.state.in_((FateState.WAITING, FateState.CLAIMED))),
        sa.exists().where(SearchHit.told_at.is_(None)),
        sa.exists().where(Notice.state.in_(unsettled)),
        sa.exists().where(WebhookCall.state.in_(unsettled)),
    )
    with archive.sessions() as session:
        return bool(session.scalar(sa.select(sa.or_(*left))))


def _serve(journal: Path, tell: Connection) -> None:
    """Take mails and calls until killed, each noted in the journal before the sender hears of it."""

    def note(*words: str) -> None:
        with journal.open("a", encoding="utf-8") as lines:
            lines.write("\t".join(words) + "\n")

    class Mails:
        async def handle_DATA(self, _server: SMTP, _session: SmtpSession, envelope: Envelope) -> str:  # noqa: N802 - the server library's name
            body = message_from_bytes(envelope.content, policy=policy.default).get_body(("plain",))
            for key in sorted(set(KEY.findall(body.get_content() if body else ""))):
                note("mail", envelope.rcpt_tos[0].partition("@")[0].removeprefix("reader"), key)
            return "250 OK"

    class Calls(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told = json.loads(self.rfile.read(int(self.headers["content-length"])))
            note("call", self.path.strip("/"), told["data"]["article"]["key"], self.headers["webhook-id"])
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    web = ThreadingHTTPServer(("127.0.0.1", 0), Calls)
    Thread(target=web.serve_forever, daemon=True).start()

    async def listen() -> None:
        loop = asyncio.get_running_loop()
        mail = await loop.create_server(lambda: SMTP(Mails(), enable_SMTPUTF8=True, hostname="a"), "127.0.0.1", 0)
        tell.send((mail.sockets[0].getsockname()[1], web.server_port))
        await mail.serve_forever()

    asyncio.run(listen())


@contextmanager
def _servers(journal: Path) -> Iterator[tuple[int, int]]:
    """Run both servers in a process of their own; yields their ports."""
    hear, tell = FORK.Pipe(duplex=False)
    server = FORK.Process(target=_serve, args=(journal, tell))
    server.start()
    try:
        yield hear.recv()
    finally:
        server.kill()
        server.join()


def soak(folder: Path, trial: Trial) -> Verdict:
    """Tell of everything with a teller that dies so many times, and then with one that lives."""
    journal = folder / "journal"
    journal.touch()
    chance, began, killed = random.Random(trial.seed), time.perf_counter(), 0
    clock = FORK.Value("d", NOW.timestamp())
    with _servers(journal) as ports:
        lay_out(folder, trial, ports[1])
        while True:
            teller = FORK.Process(target=tell_all, args=(folder, ports, clock))
            teller.start()
            teller.join(chance.uniform(0.05, trial.longest_life_seconds) if killed < trial.kill_count else None)
            if teller.exitcode is not None:
                break
            teller.kill()
            teller.join()
            killed += 1
        if teller.exitcode:
            raise RuntimeError(f"the teller ended with {teller.exitcode}")
        return _judged(_archive(folder, ports[1]), trial, killed, journal, time.perf_counter() - began)


def _judged(archive: Archive, trial: Trial, killed: int, journal: Path, seconds: float) -> Verdict:
    """Hold what the servers took against what was to be told: every article, of every search."""
    mails: Counter[tuple[str, str]] = Counter()
    calls: dict[tuple[str, str], list[str]] = {}
    for line in journal.read_text(encoding="utf-8").splitlines():
        kind, number, key, *message_id = line.split("\t")
        if kind == "mail":
            mails[number, key] += 1
        else:
            calls.setdefault((number, key), []).extend(message_id)
    with archive.sessions() as session:
        keys = session.scalars(sa.select(Article.key)).all()
        doubted = sa.select(Notice.address, Notice.text).where(Notice.state == DeliveryState.UNCERTAIN)
        uncertain = {(address, key) for address, text in session.execute(doubted) for key in KEY.findall(text)}
    archive.sessions.kw["bind"].dispose()
    finds = [(str(number), key) for number in range(1, trial.search_count + 1) for key in keys]
    mailed = Counter(
        _fate_of_mail(mails[find], is_uncertain=(f"reader{find[0]}@example.org", find[1]) in uncertain)
        for find in finds
    )
    return Verdict(killed, mailed, Counter(_fate_of_calls(calls.get(find, [])) for find in finds), seconds)


def _fate_of_mail(taken: int, *, is_uncertain: bool) -> str:
    if taken > 1:
        return "repeated"
    if is_uncertain:
        return "uncertain, taken" if taken else "uncertain, not taken"
    return "once" if taken else "lost"


def _fate_of_calls(message_ids: list[str]) -> str:
    if len(set(message_ids)) != 1:
        return "repeated" if message_ids else "lost"
    return "once" if len(message_ids) == 1 else "again, with the same id"


FATES = ("once", "uncertain, taken", "uncertain, not taken", "again, with the same id", "lost", "repeated")


def main() -> None:
    """Run the soak and print its table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--searches", type=int, default=Trial.search_count)
    parser.add_argument("--articles", type=int, default=Trial.article_count)
    parser.add_argument("--kills", type=int, default=Trial.kill_count)
    parser.add_argument("--seed", type=int, default=Trial.seed)
    said = parser.parse_args()
    configure_logging("error")
    with tempfile.TemporaryDirectory() as folder:
        verdict = soak(Path(folder), Trial(said.searches, said.articles, said.kills, seed=said.seed))
    print(f"killed {verdict.killed} times, {verdict.seconds:.0f} s\n")
    print("| finds | by mail | by webhook |\n| --- | ---: | ---: |")
    for fate in FATES:
        print(f"| {fate} | {verdict.mailed[fate]:,} | {verdict.called[fate]:,} |")


if __name__ == "__main__":
    main()
