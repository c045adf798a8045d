"""What programs may say to the JSON API: pydantic models that refuse what they do not know; the client sends them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from models.source import LONGEST_INTERVAL_MINUTES
from models.vocabulary import DocType, FactKind, Frequency, Length, Relevance
from models.word_list import WordEntry

Text = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$")]
"""Anything but U+0000, which PostgreSQL takes in no text."""
Line = Annotated[str, StringConstraints(pattern=r"^[^\x00\r\n]*$")]
Short = Annotated[Line, Field(max_length=200)]
By = Annotated[Line | None, Field(max_length=80, description="Who says so; needed where nobody signs in.")]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]


class Body(BaseModel):
    """The form of all bodies."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Saying(Body):
    """What a person says of an article; anything that is left out is not spoken of."""

    article: str = Field(max_length=40, description="The article's key; `story/KEY` for what is said of a story.")
    by: By = None
    note: str | None = Field(default=None, description="Why.")
    relevance: Relevance | None = None
    topics: str | None = Field(default=None, description="All its topics, separated by commas.")
    add_topic: str | None = None
    remove_topic: str | None = None
    doc_type: DocType | None = None
    countries: str | None = Field(default=None, description="Who takes part: codes separated by commas.")
    story: str | None = Field(default=None, description="Key of an article or story that it belongs with; or alone.")
    one_story_with: str | None = Field(default=None, description="Key of an article or story: both stories are one.")
    split: str | None = Field(default=None, description="Keys of articles, by commas: with it, a story of their own.")
    headline: str | None = Field(default=None, description="What its story is called.")
    pin: Literal["yes", "no"] | None = Field(default=None, description="Whether its story is pinned.")
    remove_fact: str | None = Field(default=None, description="Number of a fact that the article does not state.")
    change_fact: str | None = Field(default=None, description="Number of a fact that says the fields below.")
    add_fact: FactKind | None = Field(default=None, description="A fact that is missing; needs `quote`.")
    same_fact: str | None = Field(default=None, description="Number of a fact that is one with `other`.")
    apart_fact: str | None = Field(default=None, description="Number of a fact that is another than `other`.")
    quote: str | None = Field(default=None, description="The words of the article that state the fact.")
    other: str | None = Field(default=None, description="Another fact, as KEY:NUMBER.")
    name: str | None = None
    start: str | None = Field(default=None, description="YYYY, YYYY-MM or YYYY-MM-DD; empty for none.")
    end: str | None = Field(default=None, description="Likewise.")
    place: str | None = None
    status: str | None = None
    parties: str | None = Field(default=None, description="Actors and country codes, separated by commas.")
    subkind: str | None = None


class Address(Body):
    """An address whose news is looked for."""

    url: str = Field(max_length=2000, pattern=r"^[^\x00]*$")
    render: bool = Field(default=False, description="Whether a browser reads it.")


class NewSource(Address):
    """A source to be added."""

    slug: Short | None = Field(default=None, description="Letters a-z, digits, _; else made from the address.")
    name: Short | None = None
    owner: Short | None = Field(default=None, description="The mail address that is told when it is not well.")
    backfill_months: int = Field(default=0, ge=0, le=240, description="How much of its past is fetched.")


class SourceSaid(Body):
    """What is said of a source; what is left out stays as it is, and null or an empty text is none."""

    name: Short | None = None
    home: Annotated[Line | None, Field(max_length=2000, description="The page a person would open.")] = None
    addresses: tuple[Annotated[Line, Field(max_length=2000)], ...] | None = Field(
        default=None, max_length=50, description="All addresses that are polled."
    )
    language: Annotated[Line | None, Field(max_length=8, description="ISO 639 code.")] = None
    country: Annotated[Line | None, Field(max_length=8, description="ISO 3166 code, EU-ESA or UN.")] = None
    authority: int | None = Field(default=None, ge=1, le=9, description="9 issues the act itself, 1 copies others.")
    interval_minutes: int | None = Field(
        default=None,
        ge=5,
        le=LONGEST_INTERVAL_MINUTES,
        description="Between two visits, until they show how often it publishes.",
    )
    expects: Literal["core", "mixed", "mostly-off"] | None = None
    least_links: int | None = Field(default=None, ge=1, le=100_000, description="Fewer are an incident.")
    longest_silence_days: int | None = Field(default=None, ge=1, le=10_000, description="More are an incident.")
    owner: Annotated[Line | None, Field(max_length=254, description="Who is told when it is not well.")] = None
    note: Annotated[Line | None, Field(max_length=2000)] = None

    @property
    def said(self) -> dict[str, str]:
        """The same as the form of a source says it."""
        plain = self.model_dump(mode="json", exclude_unset=True, exclude={"addresses"})
        addresses = {} if self.addresses is None else {"addresses": "\n".join(self.addresses)}
        return {name: "" if value is None else str(value) for name, value in plain.items()} | addresses


class WordEntryBody(Body):
    """Words that speak for a topic, or a regular expression, with their weight."""

    text: Annotated[Line, Field(min_length=1, max_length=500)]
    weight: float = Field(default=1.0, allow_inf_nan=False)
    is_pattern: bool = False

    @property
    def line(self) -> str:
        """What an analyst would write."""
        return WordEntry(self.text, self.weight, self.is_pattern).line


class TopicSaid(Body):
    """What is said of a topic; what is left out stays as it is."""

    name: Short | None = None
    description: Annotated[Line | None, Field(max_length=2000)] = None
    examples: tuple[Annotated[Line, Field(max_length=2000)], ...] | None = Field(default=None, max_length=200)
    words: Mapping[Language, tuple[WordEntryBody, ...]] | None = Field(default=None, description="All, by language.")

    @property
    def said(self) -> dict[str, str]:
        """The same as the form of a topic says it."""
        said = {
            name: text for name, text in (("name", self.name), ("description", self.description)) if text is not None
        }
        if self.examples is not None:
            said["examples"] = "\n".join(self.examples)
        for language, entries in (self.words or {}).items():
            said[f"words-{language}"] = "\n".join(entry.line for entry in entries)
        return said


class NewTopic(TopicSaid):
    """A topic to be added."""

    slug: Short
    name: Short
    description: Annotated[Line, Field(max_length=2000)]


class TopicMerge(Body):
    """The topic that another one becomes part of."""

    into: Short


class TopicSwitch(Body):
    """Whether a topic is on."""

    is_on: bool


class AcceptedName(Body):
    """A proposed name that is an actor's."""

    name: Short
    kind: Short = Field(description="Such as agency, company or programme.")
    country: Short | None = Field(default=None, description="ISO 3166 code, EU-ESA or UN.")
    slug: Short | None = Field(default=None, description="In Latin letters; else made from the name.")
    by: By = None


class DismissedName(Body):
    """A proposed name that is no actor's."""

    name: Short
    by: By = None


class EditionSaid(Body):
    """What is said of an edition; what is left out stays as it is, or is as usual."""

    name: Annotated[Line | None, Field(max_length=120)] = None
    query: Annotated[Line | None, Field(max_length=1000)] = Field(default=None, description="A search line.")
    frequency: Frequency | None = None
    weekday: int | None = Field(default=None, ge=0, le=6, description="0 is Monday.")
    month_day: int | None = Field(default=None, ge=1, le=31)
    hour: int | None = Field(default=None, ge=0, le=23)
    timezone: Short | None = None
    language: Language | None = None
    length: Length | None = None
    hold_hours: int | None = Field(default=None, ge=0, le=168, description="How long issues wait at the desk.")
    note: Annotated[Line | None, Field(max_length=500)] = None
    topic_weights: Mapping[Short, float] | None = Field(default=None, description="How much topics count; 1 is usual.")
    is_active: bool | None = None

    @property
    def said(self) -> dict[str, str]:
        """The same as the form of an edition says it."""
        plain = self.model_dump(mode="json", exclude_none=True, exclude={"slug", "topic_weights", "is_active"})
        said = {name: str(value) for name, value in plain.items()}
        if self.topic_weights is not None:
            said["topic_weights"] = " ".join(f"{slug}={weight:g}" for slug, weight in self.topic_weights.items())
        if self.is_active is not None:
            said["is_active"] = "on" if self.is_active else "off"
        return said


class NewEdition(EditionSaid):
    """An edition to be made."""

    slug: Short
    name: Annotated[Line, Field(max_length=120)]


class ReaderOfEdition(Body):
    """A reader of an edition."""

    edition: Short
    address: Annotated[Line, Field(max_length=254)]


class NewReader(ReaderOfEdition):
    """A reader to be added or asked."""

    name: Short = ""


class Wanted(Body):
    """Editions that an address is to be asked about by mail."""

    editions: tuple[Short, ...] = Field(min_length=1, max_length=50)
    address: Annotated[Line, Field(max_length=254)]
    name: Short = ""
