"""Checks of the work: whether somebody does it, what is stuck or failed and why, how sources fare, odd clocks."""

from __future__ import annotations

import datetime as dt
import re
import shlex
from collections.abc import Iterator, Mapping

from models import work
from models.health import ILL
from models.vocabulary import DeliveryState, FateState, Stage
from perilune.doctor.findings import Finding, Installation, ok, problem, warning
from perilune.output import duration_in_words
from perilune.reasons import short_reason
from perilune.status import WorkerLine, workers_of

PATIENCE = dt.timedelta(minutes=15)
A_DAY = dt.timedelta(days=1)
AHEAD = dt.timedelta(minutes=2)
REASONS_SHOWN, REASONS_READ = 5, 100
SCHEDULER = "scheduler"
"""The role of a process that works at nothing itself."""
OF_THE_WEB = frozenset({Stage.CRAWL, Stage.FETCH})
USUAL_SHARE, USUAL_COUNT, FEW_SHARE = 0.1, 20, 0.5
"""Pages fail all the time on the web: up to a tenth, to twenty, or to a half of fewer, it is as usual."""
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
        workers, claims = workers_of(session), work.claims(session)
        late = [queue for queue in work.queues(session, now=now) if queue.oldest_due_at is not None]
    claiming = {claim.claimant for claim in claims if not claim.has_expired(now)}
    living = [line for line in workers if not _is_gone(line, installation)]
    at_work = [
        line for line in living if line.role != SCHEDULER and (line.seen_at is not None or line.name in claiming)
    ]
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
    has_scheduler = any(line.role == SCHEDULER for line in living)
    start = "`perilune worker`, since a scheduler works at nothing itself" if has_scheduler else "`perilune run`"
    yield warning("work", sentence, f"Start {start}, and have the system start it again when the machine does.")


def _is_gone(line: WorkerLine, installation: Installation) -> bool:
    """Tell whether a process has ended, or has said nothing for longer than it may."""
    silence = dt.timedelta(seconds=installation.settings.silence)
    return not line.is_alive or (line.seen_at is not None and installation.now - line.seen_at >= silence)


def stuck_claims(installation: Installation) -> Iterator[Finding]:
    """Check for claims of processes that are gone or silent, and for claims of others that have expired."""
    with installation.archive.sessions() as session:
        claims = work.claims(session)
        gone = {line.name: line for line in workers_of(session) if _is_gone(line, installation)}
    ended = [claim for claim in claims if claim.claimant in gone and not gone[claim.claimant].is_alive]
    silent = [claim for claim in claims if claim.claimant in gone and gone[claim.claimant].is_alive]
    expired = [claim for claim in claims if claim.claimant not in gone and claim.has_expired(installation.now)]
    for stuck, said, remedy in (
        (ended, "are claimed by processes that are gone", "Whatever works next frees them: `perilune run`."),
        (silent, "are claimed by processes that have fallen silent", "`perilune run` frees them after a while."),
        (expired, "are in claims that have expired", "Whatever works next takes them over; is a process hanging?"),
    ):
        if stuck:
            count, stages = sum(claim.count for claim in stuck), ", ".join(sorted({claim.stage for claim in stuck}))
            yield warning("claims", f"{count:,} items {said} ({stages}).", remedy)
    if not ended + silent + expired:
        yield ok(
            "claims", f"{sum(claim.count for claim in claims):,} items are claimed, none by a process that is gone."
        )


def failed(installation: Installation) -> Iterator[Finding]:
    """Say what failed, why, and what to do; what fails on the web as usual is no trouble."""
    with installation.archive.sessions() as session:
        reasons = work.failures(session, limit=REASONS_READ)
        counts = work.fate_counts(session)
    shown = [each for each in reasons if each.stage not in OF_THE_WEB or _fails_unusually(each.stage, counts)]
    for each in shown[:REASONS_SHOWN]:
        sentence = f"{each.count:,} items failed at {each.stage}: {each.reason or 'no reason was given'}."
        yield warning("failures", sentence, remedy_for(each))
    if further := shown[REASONS_SHOWN:]:
        count = f"{len(further)}{' or more' if len(reasons) == REASONS_READ else ''}"
        sentence = f"{sum(each.count for each in further):,} items failed for {count} other reasons."
        yield warning("failures", sentence, "`perilune status --stages` shows all of them.")
    if not shown:
        total = sum(count for (_, state), count in counts.items() if state == FateState.FAILED)
        yield ok(
            "failures", f"{total:,} pages or visits failed, as happens on the web." if total else "Nothing failed."
        )


def _fails_unusually(stage: Stage, counts: Mapping[tuple[Stage, FateState], int]) -> bool:
    total = sum(count for (of, _), count in counts.items() if of == stage)
    return counts.get((stage, FateState.FAILED), 0) > max(min(USUAL_COUNT, total * FEW_SHARE), total * USUAL_SHARE)


def remedy_for(failure: work.Failure) -> str:
    """Say what to do about a failure."""
    reason = failure.reason or ""
    known = next((remedy for words, remedy in REMEDIES if re.search(words, reason)), "")
    if failure.stage in OF_THE_WEB or not reason:
        return known or "It is tried again by itself; `perilune sources check SLUG` shows what a source answers now."
    words = short_reason(reason)
    if not words:
        return known or "The log has the traceback."
    return f"{known} `perilune process --again {shlex.quote(words)}` does them again.".strip()


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
        remedy = (
            "`perilune mail list` says why and to whom; `perilune mail resend KEY ...` sends them again, and"
            " `--uncertain ISSUE` all uncertain ones of an issue."
        )
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
