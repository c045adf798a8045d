"""Keeps searches for the web app: what its buttons and its API do to them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

from perilune.archive import Archive
from perilune.problems import Problem
from perilune.saved_searches import (
    add_section,
    add_webhook,
    change_search,
    delete_search,
    owned_webhook,
    remove_section,
    remove_webhook,
    renew_feed,
    restart_webhook,
    save_search,
    stop_alert,
)
from perilune.webhook_calls import try_call


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class ArchiveSearches:
    """Keeps searches, for the web app."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def save(self, login: str, said: Mapping[str, str]) -> tuple[str, str]:
        """Keep a search, and return its key and how it tells."""
        return save_search(self._archive, login, said, now=_now())

    def change(self, login: str, key: str, said: Mapping[str, str]) -> str:
        """Change name, query, pace or address."""
        return change_search(self._archive, login, key, said, now=_now())

    def act(self, login: str, key: str, action: str, value: str = "") -> str:
        """Do one thing to a search."""
        archive = self._archive
        actions: Mapping[str, Callable[[], str]] = {
            "delete": lambda: delete_search(archive, login, key),
            "renew_feed": lambda: renew_feed(archive, login, key),
            "remove_webhook": lambda: remove_webhook(archive, login, key, value),
            "restart_webhook": lambda: restart_webhook(archive, login, key, value, now=_now()),
            "try_webhook": lambda: self._tried(login, key, value),
            "add_section": lambda: add_section(archive, login, key, value, now=_now()),
            "remove_section": lambda: remove_section(archive, login, key, value),
        }
        if action not in actions:
            raise Problem(f"there is nothing that {action!r} does.")
        return actions[action]()

    def add_webhook(self, login: str, key: str, url: str) -> str:
        """Let finds be posted to an address, and return the webhook's key."""
        return add_webhook(self._archive, login, key, url, now=_now())

    def stop(self, key: str) -> str:
        """End a search's mail."""
        return stop_alert(self._archive, key)

    def _tried(self, login: str, key: str, hook_key: str) -> str:
        with self._archive.sessions() as session:
            owned_webhook(session, login, key, hook_key)
        return try_call(self._archive, hook_key, now=_now())
