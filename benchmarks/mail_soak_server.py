"""A mail server for the soak, in a process of its own: it takes mail, and at random refuses, waits or hangs up.

What it took and what it did to whom stands in a journal, written before the sender hears of it: the truth that the
sender's own records are held against.
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope
from aiosmtpd.smtp import Session as SmtpSession

DROP = "drop"
HELD_SECONDS, DELAY_SECONDS = 1.4, 0.05
FAULTS: dict[str, tuple[str, str, int]] = {
    # kind: (step, what is done, how often among the others)
    "421 at MAIL": ("MAIL", "421 4.3.2 closing", 4),
    "451 at MAIL": ("MAIL", "451 4.3.0 later", 4),
    "550 at MAIL": ("MAIL", "550 5.7.1 not from you today", 3),
    "450 at RCPT": ("RCPT", "450 4.2.1 later", 4),
    "550 at RCPT, for good": ("RCPT", "550 5.1.1 no such user", 2),
    "451 at DATA": ("DATA", "451 4.3.0 later", 4),
    "452 after the dot": ("DOT", "452 4.3.1 no room", 4),
    "554 after the dot, for good": ("DOT", "554 5.6.0 not wanted", 2),
    "slow": ("DOT", "slow", 4),
    "silent after the dot, taken": ("DOT", "silent", 1),
    "drop at MAIL": ("MAIL", DROP, 4),
    "drop at RCPT": ("RCPT", DROP, 4),
    "drop before the dot": ("DATA", DROP, 5),
    "drop after the dot, taken": ("DOT", "drop, taken", 3),
    "drop after the dot, not taken": ("DOT", DROP, 3),
}
FOR_GOOD = tuple(kind for kind in FAULTS if kind.endswith("for good"))
TAKEN = "taken"


@dataclass
class Faulty:
    """Draws at most one fault for each message, and notes it when it happens."""

    journal: Path
    share: float
    chance: random.Random
    drawn: dict[int, str] = field(default_factory=dict)

    def note(self, what: str, recipient: str) -> None:
        """Write a line of the journal."""
        with self.journal.open("a", encoding="utf-8") as lines:
            lines.write(f"{what}\t{recipient}\n")

    def draw(self, server: SMTP) -> None:
        """Draw the fault of a message, or none."""
        weights = [weight for _, _, weight in FAULTS.values()]
        kind = self.chance.choices(list(FAULTS), weights)[0] if self.chance.random() < self.share else ""
        self.drawn[id(server)] = kind

    def done(self, server: SMTP, step: str, recipient: str = "") -> str | None:
        """Return what is done at a step, if anything; hanging up is done here."""
        kind = self.drawn.get(id(server), "")
        if not kind or FAULTS[kind][0] != step:
            return None
        self.note(kind, recipient)
        if FAULTS[kind][1] == DROP:
            assert server.transport is not None
            server.transport.abort()
            return "451 gone"
        return FAULTS[kind][1]

    async def handle_MAIL(  # noqa: N802 - the server library's name
        self, server: SMTP, session: SmtpSession, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Answer the sender."""
        del session, options
        self.draw(server)
        envelope.mail_from = address
        return self.done(server, "MAIL") or "250 OK"

    async def handle_RCPT(  # noqa: N802 - the server library's name
        self, server: SMTP, session: SmtpSession, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Answer the recipient."""
        del session, options
        answer = self.done(server, "RCPT", address)
        if answer is None:
            envelope.rcpt_tos.append(address)
        return answer or "250 OK"

    async def handle_DATA(self, server: SMTP, session: SmtpSession, envelope: Envelope) -> str:  # noqa: N802
        """Answer the message: take it, refuse it, or hang up having taken it or not."""
        del session
        recipient = envelope.rcpt_tos[0]
        answer = self.done(server, "DOT", recipient)
        if answer is None or answer in {"slow", "silent", "drop, taken"}:
            self.note(TAKEN, recipient)
        if answer in {"slow", "silent"}:
            await asyncio.sleep(HELD_SECONDS if answer == "silent" else DELAY_SECONDS)
        elif answer == "drop, taken":
            assert server.transport is not None
            server.transport.abort()
        return answer if answer and answer[0].isdigit() else "250 OK"


class FaultySMTP(SMTP):  # type: ignore[misc]  # the library has no types
    """Has faults between DATA and the final dot as well."""

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 - the server library's name
        """Refuse the command, or hang up in the middle of the message."""
        handler: Faulty = self.event_handler
        recipients = self.envelope.rcpt_tos if self.envelope else []
        kind = handler.drawn.get(id(self), "")
        if recipients and kind == "drop before the dot":
            await self.push("354 go on")
            await self._reader.read(64)
        answer = handler.done(self, "DATA", recipients[0]) if recipients else None
        if answer is None:
            await super().smtp_DATA(arg)
        else:
            await self.push(answer)


def serve(journal: Path, share: float, seed: int, tell: Connection) -> None:
    """Serve until killed; tells the port once it listens."""

    async def listen() -> None:
        handler = Faulty(journal, share, random.Random(seed))
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: FaultySMTP(handler, enable_SMTPUTF8=True, hostname="127.0.0.1"), "127.0.0.1", 0
        )
        tell.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(listen())
