"""How far a server's validators are believed: conditional GET (RFC 9110) while it proves honest, checked now and then.

Pure rules of plain values. What the answers taught is a `Trust`, kept as JSON on the row of the index's link.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, NonNegativeInt, PositiveInt, ValidationError

ETAG, LAST_MODIFIED = "etag", "last-modified"
FIRST_CHECK_AFTER = 4
RARELY_CHECK_AFTER = 64
MISSES_OF_A_LIAR = 3
CHURN_LIMIT = 3
PROBATION, LONGEST_PROBATION = 48, 768


class Use(StrEnum):
    """Which validators are sent: both, or the date alone where the server's ETag names a moment, not content."""

    BOTH = "both"
    DATE = "date"


@dataclass(frozen=True)
class Reply:
    """How an index answered; contents are compared by the links they give, for pages that count their visitors."""

    was_conditional: bool
    is_not_modified: bool
    has_new_content: bool = False
    has_new_validators: bool = False


class Trust(BaseModel):
    """What the replies of one address taught about its validators; the link's row keeps `model_dump(mode="json")`."""

    model_config = ConfigDict(frozen=True)

    use: Use = Use.BOTH
    unchecked_count: NonNegativeInt = 0
    """Replies of "not modified" in a row since the content was last seen whole."""
    check_after: PositiveInt = FIRST_CHECK_AFTER
    missed_count: NonNegativeInt = 0
    """Times that a whole fetch showed something new, since a conditional one last did."""
    churn_count: NonNegativeInt = 0
    """Conditional requests in a row that were answered in full with nothing new."""
    probation_left: NonNegativeInt = 0
    probation: PositiveInt = PROBATION
    """Whole fetches after the next lie; a server that lies again waits twice as long."""


def trust_from(kept: Mapping[str, object] | None) -> Trust:
    """Read a trust as the row keeps it; what is missing, or was written by other rules, begins anew."""
    try:
        return Trust.model_validate(kept or {})
    except ValidationError:
        return Trust()


def trusts_validators(trust: Trust) -> bool:
    """Tell whether the next request may be conditional: the server is believed, and no check is due."""
    return trust.probation_left == 0 and trust.unchecked_count < trust.check_after


def validators_to_send(trust: Trust, stored: Mapping[str, str | None]) -> dict[str, str]:
    """Choose the request headers of the next fetch from the stored `etag` and `last-modified`."""
    if not trusts_validators(trust):
        return {}
    etag, date = stored.get(ETAG), stored.get(LAST_MODIFIED)
    headers = {"If-None-Match": etag if trust.use is Use.BOTH else None, "If-Modified-Since": date}
    return {name: value for name, value in headers.items() if value}


def reply_from(
    sent: Mapping[str, str],
    stored: Mapping[str, str | None],
    headers: Mapping[str, str],
    *,
    is_not_modified: bool,
    has_new_content: bool,
) -> Reply:
    """Compare an answer with what was sent and stored; `headers` have lower-case names.

    A server without validators cannot lie with them: its answers count as having new ones.
    """
    held = {name: stored.get(name) for name in (ETAG, LAST_MODIFIED) if stored.get(name)}
    has_new_validators = not held or any(headers.get(name) != value for name, value in held.items())
    return Reply(bool(sent), is_not_modified, has_new_content, has_new_validators)


def trust_after(trust: Trust, reply: Reply) -> Trust:
    """Learn from one reply.

    Only news in answer to a conditional request proves a server honest. It lies when its content changes under the
    same validators, or when news come up three times in whole fetches alone. Then it is fetched whole for a while,
    and tried again. An ETag that changes while the content does not is left out, then the date as well.
    """
    if reply.is_not_modified:
        return trust.model_copy(update={"unchecked_count": trust.unchecked_count + 1, "churn_count": 0})
    if reply.was_conditional:
        return _after_full_answer(trust, reply)
    if trust.probation_left:
        return trust.model_copy(update={"probation_left": trust.probation_left - 1})
    return _after_check(trust, reply)


def _after_full_answer(trust: Trust, reply: Reply) -> Trust:
    if reply.has_new_content:
        proven = {"missed_count": 0, "churn_count": 0, "check_after": min(2 * trust.check_after, RARELY_CHECK_AFTER)}
        return trust.model_copy(update=proven | {"unchecked_count": 0})
    churned = trust.model_copy(update={"unchecked_count": 0, "churn_count": trust.churn_count + 1})
    if churned.churn_count < CHURN_LIMIT:
        return churned
    if trust.use is Use.BOTH:
        return churned.model_copy(update={"use": Use.DATE, "churn_count": 0})
    return _distrusted(trust)


def _after_check(trust: Trust, reply: Reply) -> Trust:
    if not reply.has_new_content:
        return trust.model_copy(update={"unchecked_count": 0})
    missed_count = trust.missed_count + (trust.unchecked_count > 0)
    if not reply.has_new_validators or missed_count >= MISSES_OF_A_LIAR:
        return _distrusted(trust)
    return trust.model_copy(update={"unchecked_count": 0, "missed_count": missed_count})


def _distrusted(trust: Trust) -> Trust:
    longer = min(2 * trust.probation, LONGEST_PROBATION)
    return Trust(use=trust.use, probation_left=trust.probation, probation=longer)
