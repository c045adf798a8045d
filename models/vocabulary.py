"""The closed vocabularies of the data model, stored by value; apart so that pure code needs no mapping."""

from enum import StrEnum


class SourceKind(StrEnum):
    """How a source is watched."""

    FEED = "feed"
    SITEMAP = "sitemap"
    LISTING = "listing"
    STANDING = "standing"
    DOCUMENTS = "documents"


class Stage(StrEnum):
    """The stages that work is claimed for, in their order."""

    CRAWL = "crawl"
    FETCH = "fetch"
    EXTRACT = "extract"
    IDENTIFY = "identify"
    EMBED = "embed"
    UNDERSTAND = "understand"
    GROUP = "group"
    MATCH = "match"
    """Which saved searches an article answers."""
    SUMMARISE = "summarise"
    TRANSLATE = "translate"
    """The reading aid of a story; nothing waits for it where no translator is named."""
    PASSAGES = "passages"
    """The vectors of a version's passages, for search by meaning."""
    JUDGE = "judge"
    """The health of a source."""


class FateState(StrEnum):
    """Where an item stands in a stage; `done`, `skipped` and `failed` are the fates proper."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"


class HealthState(StrEnum):
    """How a source fares; whether it is retired is a person's decision and stands elsewhere."""

    NEW = "new"
    HEALTHY = "healthy"
    QUIET = "quiet"
    DEGRADED = "degraded"
    BROKEN = "broken"


class Repair(StrEnum):
    """What to do about a source that does not fare well."""

    NOTHING = "nothing"
    WAIT = "wait"
    SLOW_DOWN = "slow-down"
    LOOK_ANEW = "look-anew"
    RELEARN = "relearn"
    FOLLOW = "follow"
    ASK_PUBLISHER = "ask-publisher"
    TELL_HUMAN = "tell-human"
    RETIRE = "retire"


class Relevance(StrEnum):
    """Whether an article is about international space cooperation, national space activity, or neither."""

    CORE = "core"
    SPACE = "space"
    OFF = "off"


class DocType(StrEnum):
    """What kind of document an article is."""

    NEWS = "news"
    PRESS_RELEASE = "press-release"
    WHITE_PAPER = "white-paper"
    REPORT = "report"
    EVENT_NOTICE = "event-notice"
    SPEECH = "speech"
    AGREEMENT = "agreement"
    OPPORTUNITY = "opportunity"
    REFERENCE = "reference"
    OPINION = "opinion"


class PassageKind(StrEnum):
    """What a passage is on its page."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list-item"
    TABLE = "table"
    QUOTE = "quote"
    FOOTNOTE = "footnote"
    NOTE = "note"
    """A speaker's note to a slide."""


APART = frozenset({PassageKind.FOOTNOTE, PassageKind.NOTE})
"""What stands beside an article's text: it follows all the rest, and no summary or fact is drawn from it."""


class HistoryKind(StrEnum):
    """What happened to an article after it was first seen."""

    UPDATED = "updated"
    """Its text changed, and the page says that it was updated."""
    SILENTLY_EDITED = "silently-edited"
    """Its text changed, and the page does not say so."""
    VANISHED = "vanished"
    """Its address answered twice, a day apart, that there is no such page."""
    RETURNED = "returned"
    """Its address shows it again."""


class FactKind(StrEnum):
    """The two kinds of fact that Perilune records."""

    EVENT = "event"
    AGREEMENT = "agreement"


class EventStatus(StrEnum):
    """Whether an event is still to come or has been held."""

    ANNOUNCED = "announced"
    HELD = "held"
    POSTPONED = "postponed"
    CANCELLED = "cancelled"


class AgreementStatus(StrEnum):
    """How far an agreement has come."""

    PROPOSED = "proposed"
    SIGNED = "signed"
    IN_FORCE = "in-force"
    SUSPENDED = "suspended"
    ENDED = "ended"


class CorrectionField(StrEnum):
    """What of an article a person may correct."""

    RELEVANCE = "relevance"
    TOPICS = "topics"
    DOC_TYPE = "doc_type"
    COUNTRIES = "countries"
    STORY = "story"
    FACT = "fact"
    HEADLINE = "headline"
    """Of its story."""
    PIN = "pin"
    """Whether its story is pinned."""


NAMINGS = (CorrectionField.HEADLINE, CorrectionField.PIN)
"""What is said of a story as a whole, by way of one of its articles."""


ORGANISATIONS = frozenset({"agency", "un", "organisation", "association", "institute", "company"})
"""The kinds of actors that can agree, issue and cooperate; missions, programmes and instruments of law cannot."""


class NameVerdict(StrEnum):
    """What a person says of a name that was proposed as an actor's."""

    ACTOR = "actor"
    DISMISSED = "dismissed"


class StoryChangeKind(StrEnum):
    """What may happen to a story after it was founded, besides that articles join it."""

    MERGED = "merged"
    """Another story became part of it."""
    SPLIT = "split"
    """Articles left it for a story of their own."""
    MOVED = "moved"
    """An article left it for another story."""
    RENAMED = "renamed"
    PINNED = "pinned"
    UNPINNED = "unpinned"


class Frequency(StrEnum):
    """How often an edition comes out."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


class Length(StrEnum):
    """How much of an issue its mail prints; the whole of it is on screen."""

    SHORT = "short"
    MEDIUM = "medium"
    LONG = "long"


class IssueState(StrEnum):
    """Whether an issue still waits for an editor."""

    HELD = "held"
    RELEASED = "released"


class BounceKind(StrEnum):
    """Whether a mail that came back will never arrive, may at another time, or was reported as unwanted."""

    HARD = "hard"
    SOFT = "soft"
    ABUSE = "abuse"


class LedgerFate(StrEnum):
    """What became of a relevant article in an edition."""

    INCLUDED = "included"
    FOLDED = "folded"
    LEFT_OUT = "left-out"


class DeliveryState(StrEnum):
    """Where the mail of one issue to one reader stands."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNCERTAIN = "uncertain"


LOCAL = "local"
"""The login of whoever uses an archive that has no accounts, alone on their machine."""


class Role(StrEnum):
    """What an account may do; each may do what those before it may."""

    READER = "reader"
    """Reads, and keeps searches, stars, notes and collections."""
    ANALYST = "analyst"
    """Corrects, adds sources, shares notes and collections."""
    EDITOR = "editor"
    """Works on issues, editions and readers."""
    ADMINISTRATOR = "administrator"
    """Gives accounts, takes articles down."""


class AlertPace(StrEnum):
    """How often a saved search tells by mail."""

    NEVER = "never"
    INSTANT = "instant"
    DAILY = "daily"
    WEEKLY = "weekly"
