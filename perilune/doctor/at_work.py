"""Checks of the work: whether somebody does it, what is stuck or failed and why, how sources fare, odd clocks."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping

from models import work
from models.health import ILL
from models.vocabulary import DeliveryState, FateState, Stage
from perilune.doctor.findings import Finding, Installation, ok, problem, warning
from perilune.output import duration_in_words
from perilune.status import workers_of

PATIENCE = dt.timedelta(minutes=15)
A_DAY = dt.timedelta(days=1)
AHEAD = dt.timedelta(minutes=2)
REASONS_SHOWN = 5
OF_THE_WEB = frozenset({Stage.CRAWL, Stage.FETCH})
USUAL_SHARE, USUAL_COUNT = 0.1, 20
"""Pages fail all the time on the web: below both, it is as usual."""
REMEDIES = (
    (r"page store", "Make room where the pages lie, or mend PERILUNE_PAGES; they are fetched again by themselves."),
    (r"challenge|guard", "A guard keeps programs out: ask the publisher, or try `render = true` in its source file."),
    (r"robots", "The publisher forbids it: ask them, or leave these pages."),
    (
        r"not found|\b(?:404|410)\b",
        "These pages are gone; nothing is to be done where the source still brings new ones.",
    ),
    (r"\b(?:401|403|429)\b", "The server refuses us: visit it less often (its interval), or ask the publisher."),
    (
        r"\b5\d\d\b|time[ds]? ?out|refused|DNS|reach",
        "A trouble of their server or of the network; it is tried again by itself.",
    ),
    (r"encoder|Encoder", "The encoder cannot be used; see its line above."),
    (r"memory|seconds", "A document asks for more than PERILUNE_EXTRACT_TIMEOUT or PERILUNE_EXTRACT_MEMORY_MB allow."),
    (
        r"^[A-Za-z_.]*(?:Error|Exception|Problem): ",
        "The log has the traceback; please report it, and after an upgrade do it again.",
    ),
)
"""What to do about a failure, by what its reason says; the first that fits."""


def somebody(installation: Installation) -> Iterator[Finding]:
    """Check that somebody does what is due."""
    now = installation.now
    with installation.archive.sessions() as session:
        workers = workers_of(session)
        late = [queue for queue in work.queues(session, now=now) if queue.oldest_due_at is not None]
    silent = dt.timedelta(seconds=installation.settings.silence)
    at_work = [line for line in workers if line.is_alive and (line.seen_at is None or now - line.seen_at < silent)]
    if at_work:
        roles = ", ".join(sorted({line.role or ", ".join(line.claimed) for line in at_work}))
        yield ok("work", f"{len(at_work)} processes are at work: {roles}.")
        return
    oldest = min((queue.oldest_due_at for queue in late if queue.oldest_due_at), default=None)
    if oldest is None or now - oldest < PATIENCE:
        yield ok("work", "Nobody works at the moment, and nothing has waited for long.")
        return
    count = sum(queue.due_count for queue in late)
    sentence = f"Nobody works, and {count:,} items wait, the oldest for {duration_in_words(now - oldest)}."
    yield warning("work", sentence, "Start `perilune run`, and have the system start it again when the machine does.")


def stuck_claims(installation: Installation) -> Iterator[Finding]:
    """Check for claims of processes that are gone, and for claims that have expired."""
    now = installation.now
    with installation.archive.sessions() as session:
        claims = work.claims(session)
        gone = {line.name for line in workers_of(session) if not line.is_alive}
    stuck = [claim for claim in claims if claim.claimant in gone or claim.has_expired(now)]
    if stuck:
        count, stages = sum(claim.count for claim in stuck), ", ".join(sorted({claim.stage for claim in stuck}))
        sentence = f"{count:,} items are claimed by processes that are gone ({stages})."
        yield warning("claims", sentence, "Whatever works next frees them: `perilune run`, or `perilune process`.")
    else:
        yield ok(
            "claims", f"{sum(claim.count for claim in claims):,} items are claimed, none by a process that is gone."
        )


def failed(installation: Installation) -> Iterator[Finding]:
    """Say what failed, why, and what to do; what fails on the web as usual is no trouble."""
    with installation.archive.sessions() as session:
        reasons = work.failures(session, limit=100)
        counts = work.fate_counts(session)
    shown = [each for each in reasons if each.stage not in OF_THE_WEB or _is_unusual(each, counts)]
    for each in shown[:REASONS_SHOWN]:
        sentence = f"{each.count:,} items failed at {each.stage}: {each.reason or 'no reason was given'}."
        yield warning("failures", sentence, remedy_for(each))
    if not shown:
        total = sum(each.count for each in reasons)
        yield ok(
            "failures", f"{total:,} pages or visits failed, as happens on the web." if total else "Nothing failed."
        )


def _is_unusual(failure: work.Failure, counts: Mapping[tuple[Stage, FateState], int]) -> bool:
    total = sum(count for (stage, _), count in counts.items() if stage == failure.stage)
    return failure.count > max(USUAL_COUNT, total * USUAL_SHARE)


def remedy_for(failure: work.Failure) -> str:
    """Say what to do about a failure."""
    reason = failure.reason or ""
    known = next((remedy for words, remedy in REMEDIES if re.search(words, reason)), "")
    if failure.stage in OF_THE_WEB or not reason:
        return known or "It is tried again by itself; `perilune sources check SLUG` shows what a source answers now."
    again = f'`perilune process --again "{reason}"` does them again.'
    return f"{known} {again}".strip()


def sources(installation: Installation) -> Iterator[Finding]:
    """Check how the sources fare, and whether some were never visited."""
    with installation.archive.sessions() as session:
        states = work.sources_by_state(session)
        unvisited = work.never_visited_count(session, since=installation.now - A_DAY)
    if not states:
        yield warning("sources", "There are no sources yet.", "`perilune crawl` reads the shipped source files.")
        return
    ill = {state: states[state] for state in sorted(ILL) if state in states}
    if ill:
        said = ", ".join(f"{count:,} {state}" for state, count in ill.items())
        remedy = "`perilune sources list` says what ails each; its page proposes a repair that one click does."
        yield warning("sources", f"Some sources are not well: {said}.", remedy)
    if unvisited:
        sentence = f"{unvisited:,} sources are known for more than a day and were never visited."
        yield warning(
            "sources", sentence, "Start `perilune run`; where it runs, more workers or a longer interval help."
        )
    if not ill and not unvisited:
        yield ok("sources", f"{sum(states.values()):,} sources, none of them ill.")


def mail(installation: Installation) -> Iterator[Finding]:
    """Check for mail that did not go out."""
    with installation.archive.sessions() as session:
        states = work.mail_by_state(session)
    bad = {state: states[state] for state in (DeliveryState.UNCERTAIN, DeliveryState.FAILED) if state in states}
    if bad:
        said = ", ".join(f"{count:,} {state}" for state, count in bad.items())
        remedy = "`perilune mail list` says why and to whom; `perilune mail resend` sends them again."
        yield warning("outbox", f"Mail did not go out: {said}.", remedy)
    else:
        yield ok("outbox", f"{states.get(DeliveryState.WAITING, 0):,} mails wait, none failed.")


def clock_jumps(installation: Installation) -> Iterator[Finding]:
    """Look for rows from the future, which a clock that was wrong for a while leaves behind."""
    with installation.archive.sessions() as session:
        latest = work.latest_moments(session)
    ahead = {what: moment for what, moment in latest.items() if moment and moment > installation.now + AHEAD}
    if not ahead:
        yield ok("time", "Nothing is stamped with a time to come.")
        return
    said = ", ".join(f"a {what} at {moment:%Y-%m-%d %H:%M} UTC" for what, moment in ahead.items())
    remedy = "Set the clock by NTP. What is stamped so counts as new until then; nothing is lost."
    yield problem("time", f"Rows come from the future ({said}): this machine's clock is wrong, or was.", remedy)
