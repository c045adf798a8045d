"""Calls of webhooks: their secrets, their bodies, and the rows that wait for delivery (Standard Webhooks 1.0)."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import secrets
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.base import insert_into, key_of
from models.saved_search import Webhook, WebhookCall
from models.vocabulary import DeliveryState

SECRET_PREFIX = "whsec_"  # noqa: S105 - how every such secret begins
SECRET_BYTES = 32
FOUND, TEST = "search.found", "search.test"
MAX_START_CHARS = 400


@dataclass(frozen=True)
class Find:
    """An article as a call tells of it."""

    key: str
    title: str
    url: str
    source: str
    language: str | None
    published: str | None
    relevance: str | None
    topics: tuple[str, ...]
    countries: tuple[str, ...]
    text: str


def new_secret() -> str:
    """Draw the secret that a webhook's calls are signed with."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode("ascii")


def signature_of(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """Sign a call as Standard Webhooks does: HMAC-SHA256 of id, time and body, after `v1,`."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = b".".join((message_id.encode(), str(timestamp).encode(), body))
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode("ascii")


@dataclass(frozen=True)
class Asked:
    """A saved search as a call names it."""

    key: str
    name: str
    archive_url: str

    @property
    def value(self) -> dict[str, str]:
        """What a call says of it."""
        return {"key": self.key, "name": self.name, "url": f"{self.archive_url}/searches/{self.key}"}


def call_of(hook: Webhook, asked: Asked, find: Find, *, now: dt.datetime) -> WebhookCall:
    """Make the call that tells of one article; made twice, it has the same id."""
    body: dict[str, object] = {
        "type": FOUND,
        "timestamp": now.isoformat(),
        "data": {
            "search": asked.value,
            "article": {
                "key": find.key,
                "title": find.title,
                "url": find.url,
                "archive_url": f"{asked.archive_url}/article/{find.key}",
                "source": find.source,
                "language": find.language,
                "published": find.published,
                "relevance": find.relevance,
                "topics": list(find.topics),
                "countries": list(find.countries),
                "start": find.text[:MAX_START_CHARS],
            },
        },
    }
    return _call(hook, f"{hook.key} {find.key}", body, now)


def trial_call_of(hook: Webhook, asked: Asked, *, now: dt.datetime) -> WebhookCall:
    """Make a call that only shows that an address answers."""
    body: dict[str, object] = {"type": TEST, "timestamp": now.isoformat(), "data": {"search": asked.value}}
    return _call(hook, f"{hook.key} test {now.isoformat()}", body, now)


def _call(hook: Webhook, of: str, body: dict[str, object], now: dt.datetime) -> WebhookCall:
    return WebhookCall(
        webhook_id=hook.id,
        message_id=f"msg_{key_of(of)}",
        body=body,
        written_at=now,
        due_at=now,
        state=DeliveryState.WAITING,
        attempt_count=0,
    )


def store_call(session: Session, call: WebhookCall) -> None:
    """Let a call wait for delivery; one with its id that is there already stays as it is."""
    columns = ("webhook_id", "message_id", "body", "written_at", "due_at", "state", "attempt_count")
    values = {name: getattr(call, name) for name in columns}
    session.execute(insert_into(session, WebhookCall).values(values).on_conflict_do_nothing())


def calls_due(session: Session, *, now: dt.datetime) -> bool:
    """Tell whether any call may be made now."""
    is_due = (WebhookCall.state == DeliveryState.WAITING) & (WebhookCall.due_at <= now)
    is_due |= WebhookCall.state == DeliveryState.SENDING
    return session.scalar(sa.select(sa.exists().where(is_due))) or False
