"""What the JSON API answers on saved searches and on a line that is typed, and what it is told, as pydantic models."""

from __future__ import annotations

import datetime as dt

from pydantic import Field

from models.search.words import MAX_LINE_CHARS
from models.vocabulary import AlertPace
from web.api_bodies import Body
from web.api_models import Answer, HitAnswer, PageAnswer


class SuggestionAnswer(Answer):
    """What to put in place of the word that is typed, and what it means."""

    text: str
    label: str


class SuggestionsAnswer(Answer):
    """Suggestions, best first, for the stretch of the line from `start` to `end` (code points)."""

    start: int
    end: int
    found: tuple[SuggestionAnswer, ...]


class SavedAnswer(Answer):
    """A search that the visitor keeps."""

    key: str
    name: str
    query: str
    pace: AlertPace = Field(description="How often its finds are mailed.")
    found: int = Field(description="How many articles it found.")
    found_this_week: int
    problem: str | None = Field(description="Why it cannot be asked any more.")
    asked_at: dt.datetime = Field(description="Since when it finds what comes.")
    atom: str
    json_feed: str
    words: str = Field(default="", description="How it tells, said once: whether an address must still be confirmed.")


class SavedListAnswer(Answer):
    """The searches that the visitor keeps, by name."""

    searches: tuple[SavedAnswer, ...]


class FindAnswer(HitAnswer):
    """An article that a saved search found."""

    found_at: dt.datetime
    is_backfill: bool = Field(description="Whether its page came from a source's past, of which no mail tells.")


class FindsAnswer(PageAnswer):
    """One page of what a search found, the newest first."""

    finds: tuple[FindAnswer, ...]


class WebhookAnswer(Answer):
    """An address that finds are posted to."""

    key: str
    url: str
    secret: str = Field(description="What each call is signed with, as Standard Webhooks says.")
    stopped_because: str | None
    waiting_count: int = Field(description="How many calls are still to be made.")
    last_problem: str | None = Field(description="What came of the last of them that was tried in vain.")


class WebhooksAnswer(Answer):
    """The webhooks of a search."""

    webhooks: tuple[WebhookAnswer, ...]


class NewSearch(Body):
    """A search to keep."""

    query: str = Field(max_length=MAX_LINE_CHARS)
    name: str = Field(default="", max_length=120)
    pace: AlertPace | None = None
    address: str | None = Field(default=None, max_length=254, description="Where the visitor's alerts are mailed to.")


class SearchChange(Body):
    """What to change of a search; what is left out stays."""

    query: str | None = Field(default=None, max_length=MAX_LINE_CHARS)
    name: str | None = Field(default=None, max_length=120)
    pace: AlertPace | None = None
    address: str | None = Field(default=None, max_length=254)


class NewWebhook(Body):
    """An address to post finds to."""

    url: str = Field(max_length=2000)
