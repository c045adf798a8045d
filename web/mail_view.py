"""Mail that did not go out, or may not have, as plain values: of which issue, why, and how many; never to whom."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.edition import Delivery, Edition, Issue
from models.vocabulary import DeliveryState
from models.watch import Notice
from web.links import issue_link

ADDRESS = re.compile(r"<?[^\s<>@]+@[^\s<>@]+>?")
LINE_COUNT = 50
ORDER = (DeliveryState.UNCERTAIN, DeliveryState.FAILED, DeliveryState.SENDING, DeliveryState.WAITING)


@dataclass(frozen=True)
class MailLine:
    """Mails of one issue, or notices, that are in one state for one reason."""

    of: str
    link: str | None
    state: DeliveryState
    reason: str | None
    count: int


@dataclass(frozen=True)
class MailState:
    """All mail that is not known to have gone out: the newest lines, and counts of all."""

    counts: dict[DeliveryState, int]
    lines: tuple[MailLine, ...]
    line_count: int


def mail_of(session: Session) -> MailState:
    """Count the mails that wait, failed or are uncertain; uncertain ones first, and the newest issues."""
    deliveries = (
        sa.select(Edition.name, Issue.number, Issue.key, Delivery.state, Delivery.problem, sa.func.count())
        .select_from(Delivery)
        .join(Issue, Issue.id == Delivery.issue_id)
        .join(Edition, Edition.id == Issue.edition_id)
        .where(Delivery.state.in_(ORDER))
        .group_by(Edition.name, Issue.number, Issue.key, Issue.due_at, Delivery.state, Delivery.problem)
        .order_by(Issue.due_at.desc(), Issue.key)
    )
    notices = (
        sa.select(Notice.list_name, Notice.state, Notice.problem, sa.func.count())
        .where(Notice.state.in_(ORDER))
        .group_by(Notice.list_name, Notice.state, Notice.problem)
        .order_by(Notice.list_name)
    )
    found: Counter[tuple[str, str | None, DeliveryState, str | None]] = Counter()
    for name, number, key, state, problem, count in session.execute(deliveries):
        found[f"{name} {number}", issue_link(key), DeliveryState(state), _without_addresses(problem)] += count
    for name, state, problem, count in session.execute(notices):
        found[name, None, DeliveryState(state), _without_addresses(problem)] += count
    lines = sorted((MailLine(*what, count) for what, count in found.items()), key=lambda line: ORDER.index(line.state))
    counts = {state: sum(line.count for line in lines if line.state is state) for state in ORDER}
    return MailState(
        counts={state: count for state, count in counts.items() if count},
        lines=tuple(lines[:LINE_COUNT]),
        line_count=len(lines),
    )


def _without_addresses(problem: str | None) -> str | None:
    """Take addresses out of a mail server's words: the page may be open to all."""
    return problem and ADDRESS.sub("(address)", problem)
