"""What a client asks and changes of saved searches: what they found, their alerts, feeds, webhooks and sections."""

from __future__ import annotations

from typing import Unpack

from perilune.client.transport import Transport, Window, at
from web.api_models import DoneAnswer
from web.api_search_models import (
    FindsAnswer,
    NewSearch,
    NewWebhook,
    SavedAnswer,
    SavedListAnswer,
    SearchChange,
    WebhookAnswer,
    WebhooksAnswer,
)


class Searches:
    """Reads and changes the searches that somebody keeps."""

    _transport: Transport

    def searches(self) -> SavedListAnswer:
        """List one's saved searches."""
        return self._transport.read(SavedListAnswer, at("searches"))

    def saved_search(self, key: str) -> SavedAnswer:
        """Read one saved search."""
        return self._transport.read(SavedAnswer, at("searches", key))

    def finds(self, key: str, **window: Unpack[Window]) -> FindsAnswer:
        """Read what a search found, the newest first."""
        return self._transport.read(FindsAnswer, at("searches", key, "finds"), window)

    def keep_search(self, wanted: NewSearch) -> SavedAnswer:
        """Keep a search."""
        return self._transport.say(SavedAnswer, at("searches"), wanted)

    def change_search(self, key: str, change: SearchChange) -> DoneAnswer:
        """Change a saved search."""
        return self._transport.say(DoneAnswer, at("searches", key), change, method="PATCH")

    def delete_search(self, key: str) -> DoneAnswer:
        """Delete a saved search with what it found."""
        return self._transport.say(DoneAnswer, at("searches", key), method="DELETE")

    def renew_feed(self, key: str) -> DoneAnswer:
        """Give a search's feed another address."""
        return self._transport.say(DoneAnswer, at("searches", key, "feed"))

    def webhooks(self, key: str) -> WebhooksAnswer:
        """List a search's webhooks with their secrets."""
        return self._transport.read(WebhooksAnswer, at("searches", key, "webhooks"))

    def add_webhook(self, key: str, url: str) -> WebhookAnswer:
        """Let finds be posted to an address."""
        return self._transport.say(WebhookAnswer, at("searches", key, "webhooks"), NewWebhook(url=url))

    def try_webhook(self, key: str, hook_key: str) -> DoneAnswer:
        """Post a test to a webhook at once, and say what it answered."""
        return self._transport.say(DoneAnswer, at("searches", key, "webhooks", hook_key, "test"))

    def restart_webhook(self, key: str, hook_key: str) -> DoneAnswer:
        """Call a webhook again that was given up."""
        return self._transport.say(DoneAnswer, at("searches", key, "webhooks", hook_key, "restart"))

    def remove_webhook(self, key: str, hook_key: str) -> DoneAnswer:
        """Post to a webhook no more."""
        return self._transport.say(DoneAnswer, at("searches", key, "webhooks", hook_key), method="DELETE")

    def add_section(self, key: str, edition: str) -> DoneAnswer:
        """Let an edition's issues have a section of what a search finds."""
        return self._transport.say(DoneAnswer, at("searches", key, "sections", edition), method="PUT")

    def remove_section(self, key: str, edition: str) -> DoneAnswer:
        """Take a search's section out of an edition."""
        return self._transport.say(DoneAnswer, at("searches", key, "sections", edition), method="DELETE")
