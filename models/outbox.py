"""What every mail in the outbox has: a message id, a claim, and its fate with the mail server."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.vocabulary import DeliveryState


class OutboxRow:
    """The columns of a row that is one mail to one address."""

    id: Mapped[int]
    message_id: Mapped[str] = mapped_column(unique=True)
    state: Mapped[DeliveryState] = mapped_column(sa.String(12), default=DeliveryState.WAITING, index=True)
    attempt_count: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[dt.datetime]
    """When it may be tried; while it is being sent, until when its claim lasts."""
    claimed_by: Mapped[str | None] = mapped_column(sa.String(120))
    handed_over_at: Mapped[dt.datetime | None]
    """When, in the attempt at hand, the mail server had all but the end: until then the mail certainly is not out."""
    sent_at: Mapped[dt.datetime | None]
    problem: Mapped[str | None]
