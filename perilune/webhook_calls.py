"""Calling webhooks: signed POSTs of JSON (Standard Webhooks 1.0), tried for three days, never led elsewhere.

They wait in an outbox as mails do. A receiver may get a call twice, with the same id: whoever dies after the answer and
before it is recorded leaves a call that is made again.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import ssl
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx
import sqlalchemy as sa
from sqlalchemy.orm import Session, object_session

from digest.mail import DeliveryProblem, Envelope
from digest.outbox import Claim, Outbox, Unwanted
from models.claimant import this_process
from models.saved_search import SavedSearch, Webhook, WebhookCall
from models.takedown import takedown_of
from models.vocabulary import DeliveryState
from models.webhooks import Asked, signature_of, trial_call_of
from perilune.addresses import AddressProblem, Reached, networks_allowed, reach
from perilune.archive import Archive
from perilune.problems import Problem

TIMEOUT_SECONDS = 10.0
GONE = 410
USER_AGENT = "Perilune-Webhook/1.0"
LOCKED = "its owner's account is locked"
WITHDRAWN = "the article is withdrawn"
VAIN_AFTER = 2
"""Calls in a row that came to nothing, after which a run asks this address no more."""


@dataclass(frozen=True)
class Call(Envelope):
    """A call on its way."""

    secret: str = field(default="", repr=False)


@dataclass
class Caller:
    """Makes calls, one after the other."""

    allowed: frozenset[tuple[str, int]] = frozenset()
    clock: Callable[[], float] = time.time
    vain: Counter[str] = field(default_factory=Counter)

    def wait(self) -> None:
        """Never wait."""

    def send(self, envelope: Envelope, before_the_end: Callable[[], None]) -> None:
        """Make one call; DeliveryProblem where the answer is no success.

        That it may have arrived is never noted, so that a call whose outcome is unknown is made again.
        """
        del before_the_end
        assert isinstance(envelope, Call)
        if self.vain[envelope.recipient] >= VAIN_AFTER:
            raise DeliveryProblem(envelope.recipient, "it did not answer just now", permanent=False)
        self.vain[envelope.recipient] += 1
        status = self.status_of(envelope)
        self.vain[envelope.recipient] = 0
        if status // 100 != 2:  # noqa: PLR2004 - success
            raise DeliveryProblem(
                envelope.recipient, f"it answered {status}", permanent=status == GONE, status=str(status)
            )

    def status_of(self, call: Call) -> int:
        """Make a call and return the status of its answer; DeliveryProblem where there is none."""
        timestamp = int(self.clock())
        headers = {
            "content-type": "application/json",
            "user-agent": USER_AGENT,
            "webhook-id": call.message_id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signature_of(call.secret, call.message_id, timestamp, call.content),
        }
        try:
            return asyncio.run(_posted(reach(call.recipient, self.allowed), call.content, headers))
        except TimeoutError as error:
            reason = f"it did not answer within {TIMEOUT_SECONDS:.0f} seconds"
            raise DeliveryProblem(call.recipient, reason, permanent=False) from error
        except (AddressProblem, httpx.HTTPError, httpx.InvalidURL, ssl.SSLError) as error:
            reason = str(error).rstrip(".") or type(error).__name__
            raise DeliveryProblem(call.recipient, reason, permanent=False) from error


async def _posted(reached: Reached, content: bytes, headers: dict[str, str]) -> int:
    """Post to the machine that was checked, within a time that holds for the whole of it; returns the status."""
    url = httpx.URL(reached.url).copy_with(host=reached.ip, port=reached.port)
    extensions = {"sni_hostname": reached.host}
    headers = headers | {"host": reached.host_header}
    async with (
        asyncio.timeout(TIMEOUT_SECONDS),
        httpx.AsyncClient(trust_env=False, follow_redirects=False, timeout=TIMEOUT_SECONDS) as client,
        client.stream("POST", url, content=content, headers=headers, extensions=extensions) as answer,
    ):
        return answer.status_code


def _call_of(row: WebhookCall) -> Call:
    hook, session = row.webhook, object_session(row)
    assert session is not None
    if hook.stopped_because is not None:
        raise Unwanted(hook.stopped_because)
    if not session.get_one(SavedSearch, hook.saved_search_id).account.is_active:
        raise Unwanted(LOCKED)
    if row.article_key is not None and takedown_of(session, row.article_key) is not None:
        raise Unwanted(WITHDRAWN)
    content = json.dumps(row.body, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
    return Call(row.message_id, "", hook.url, content, hook.secret)


def call_due(archive: Archive, *, now: dt.datetime) -> dict[str, int]:
    """Make every call that is due, once, and stop the webhooks that were given up; returns how many came to what."""
    caller = Caller(networks_allowed(archive.settings.allow_networks))
    outcomes = Outbox(WebhookCall, _call_of).send_due(archive.sessions, caller, Claim(this_process(), now))
    with archive.sessions.begin() as session:
        _stop_those_given_up(session)
    return {str(state): count for state, count in outcomes.items()}


def _stop_those_given_up(session: Session) -> None:
    failed = (
        sa.select(WebhookCall.webhook_id, sa.func.max(WebhookCall.problem))
        .join(Webhook, Webhook.id == WebhookCall.webhook_id)
        .where(WebhookCall.state == DeliveryState.FAILED, Webhook.stopped_because.is_(None))
        .where(WebhookCall.problem.not_in((LOCKED, WITHDRAWN)))  # which say nothing of the address
        .group_by(WebhookCall.webhook_id)
    )
    for hook_id, problem in session.execute(failed).all():
        session.execute(sa.update(Webhook).where(Webhook.id == hook_id).values(stopped_because=problem))


def try_call(archive: Archive, hook_key: str, *, now: dt.datetime) -> str:
    """Call a webhook with a test, at once, and say what it answered."""
    with archive.sessions() as session:
        hook = session.scalar(sa.select(Webhook).where(Webhook.key == hook_key))
        if hook is None:
            raise Problem(f"there is no webhook {hook_key!r}.")
        search = session.get_one(SavedSearch, hook.saved_search_id)
        row = trial_call_of(hook, Asked(search.key, search.name, archive.settings.archive_url), now=now)
        content = json.dumps(row.body, ensure_ascii=False).encode()
        call = Call(row.message_id, "", hook.url, content, hook.secret)
    host = urlsplit(call.recipient).hostname
    try:
        status = Caller(networks_allowed(archive.settings.allow_networks)).status_of(call)
    except DeliveryProblem as problem:
        return f"{host} could not be called: {problem}."
    return f"{host} answered {status}{'' if status // 100 == 2 else ', which is no success'}."  # noqa: PLR2004
