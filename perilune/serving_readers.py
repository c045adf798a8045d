"""Changes who gets which mail, for the web app; apart from the other powers because readers come from outside."""

from __future__ import annotations

import datetime as dt
import ipaddress
import threading
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from perilune.archive import Archive
from perilune.problems import Problem
from perilune.reader_data import erase_reader, exported_reader
from perilune.readers import (
    add_reader,
    ask,
    asks_too_many,
    confirm,
    invite,
    join,
    leave,
    pause,
    reader_named,
    remove_reader,
    resume,
    send_own_link,
)
from perilune.tastes import Wish, add_wishes, drop_wishes, move_wish

MAX_ASKED_BY_VISITOR = 20
AN_HOUR = dt.timedelta(hours=1)
ADDED = {"follow": Wish.FOLLOWS, "mute": Wish.MUTES, "add_topic": Wish.TOPICS, "add_country": Wish.COUNTRIES}
DROPPED = {"unfollow": Wish.FOLLOWS, "unmute": Wish.MUTES, "drop_topic": Wish.TOPICS, "drop_country": Wish.COUNTRIES}
MOVED = {
    "raise_topic": (Wish.TOPICS, -1),
    "lower_topic": (Wish.TOPICS, 1),
    "raise_country": (Wish.COUNTRIES, -1),
    "lower_country": (Wish.COUNTRIES, 1),
}


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@dataclass
class Visitors:
    """How often visitors asked within the hour; kept in memory alone, for it concerns nobody later."""

    most: int = MAX_ASKED_BY_VISITOR
    asked: defaultdict[str, deque[dt.datetime]] = field(default_factory=lambda: defaultdict(deque))
    lock: threading.Lock = field(default_factory=threading.Lock)

    def may_ask(self, visitor: str, times: int, *, now: dt.datetime) -> bool:
        """Tell whether a visitor may ask so many times more, and count it if so."""
        name = _network_of(visitor)
        with self.lock:
            for known in list(self.asked):
                while self.asked[known] and self.asked[known][0] <= now - AN_HOUR:
                    self.asked[known].popleft()
                if not self.asked[known]:
                    del self.asked[known]
            if len(self.asked[name]) + times > self.most:
                return False
            self.asked[name].extend([now] * times)
            return True


def _network_of(visitor: str) -> str:
    """Name where a visitor comes from: of IPv6 the network, in which one machine has addresses without end."""
    try:
        address = ipaddress.ip_address(visitor)
    except ValueError:
        return visitor
    return str(ipaddress.ip_network((address, 64), strict=False)) if address.version == 6 else visitor  # noqa: PLR2004 - IPv6


class ArchiveReadership:
    """Changes who gets which mail, for the web app."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._visitors = Visitors()

    def ask(self, editions: Sequence[str], address: str, name: str, *, visitor: str) -> bool:
        """Ask an address by mail whether it wants editions."""
        now = _now()
        with self._archive.sessions() as session:
            is_flood = asks_too_many(session, now=now)
        if is_flood or not self._visitors.may_ask(visitor, len(editions), now=now):
            return False
        for edition in editions:
            ask(self._archive, edition, address, name=name, now=now)
        return True

    def confirm(self, reader_key: str, edition: str) -> None:
        """Let an edition be sent to a reader who said yes."""
        confirm(self._archive, reader_key, edition, now=_now())

    def change(self, reader_key: str, action: str, values: Sequence[str]) -> str:
        """Do what a button of a reader's page says."""
        archive = self._archive
        if wish := ADDED.get(action):
            add_wishes(archive, reader_key, wish, values)
        elif wish := DROPPED.get(action):
            drop_wishes(archive, reader_key, wish, values)
        elif move := MOVED.get(action):
            wish, steps = move
            move_wish(archive, reader_key, wish, values[0], steps=steps)
        else:
            return self._change_mail(reader_key, action, values[0])
        return "Kept; it holds from the next issue on."

    def _change_mail(self, reader_key: str, action: str, edition: str) -> str:
        with self._archive.sessions.begin() as session:
            reader = reader_named(session, reader_key)
            if action == "join":
                return f"You get “{join(session, reader, edition, now=_now())}” from the next issue on."
            if action == "leave":
                return f"You get “{leave(session, reader, edition)}” no more."
            if action == "pause":
                pause(reader)
                return "Nothing is sent to you until you say so."
            if action == "resume":
                resume(reader)
                return "Your editions are sent to you again from the next issue on."
        raise Problem(f"there is nothing that {action!r} does.")

    def send_own_link(self, reader_key: str) -> str:
        """Mail a reader the link to their data."""
        if send_own_link(self._archive, reader_key, now=_now()):
            return "The link is on its way to your address; it works for an hour."
        return "A link was sent to your address within the last hour, and still works."

    def exported(self, reader_key: str) -> Mapping[str, object]:
        """Read everything that is kept about a reader."""
        return exported_reader(self._archive, reader_key)

    def erase(self, reader_key: str) -> None:
        """Delete everything that is kept about a reader."""
        erase_reader(self._archive, reader_key)

    def enrol(self, edition: str, address: str, name: str, *, is_asked: bool) -> str:
        """Add a reader to an edition, at once or once they said yes."""
        (invite if is_asked else add_reader)(self._archive, edition, address, name=name, now=_now())
        return f"{address} is asked by mail." if is_asked else f"{address} gets {edition} from the next issue on."

    def remove(self, edition: str, address: str) -> str:
        """Take a reader off an edition."""
        remove_reader(self._archive, edition, address)
        return f"{address} gets {edition} no more."
