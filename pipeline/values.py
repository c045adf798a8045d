"""Plain values that the stages pass on: what a page says, and what is understood of it. No session, no clock."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from models.vocabulary import DocType, FactKind, PassageKind, Relevance
from perilune.dates import UNKNOWN_DATE, PartialDate, PublicationDate

PASSAGE_SEPARATOR = "\n\n"
STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Passage:
    """A paragraph (or a slide's or PDF page's paragraph) and its place in the article's text.

    `start` and `end` are code points in the text, end exclusive; `page` is the 1-based PDF page or slide, `label` what
    the document prints on it (`iv`), where that differs. `language` is set where it is not the article's.
    """

    kind: PassageKind
    text: str
    start: int
    end: int
    page: int | None = None
    label: str | None = None
    language: str | None = None


@dataclass(frozen=True)
class Block:
    """A passage that has no place yet: what an extractor yields in reading order, footnotes and notes last."""

    kind: PassageKind
    text: str
    page: int | None = None
    label: str | None = None


def legible(text: str) -> str:
    """Leave out signs that show nothing, and steer whatever prints them: of a terminal, or of the line's direction.

    Marks and joiners, which Arabic, Persian or Indian texts are written with, stay.
    """
    return STEERING.sub("", text)


def passages_from_blocks(blocks: Sequence[Block]) -> tuple[Passage, ...]:
    """Give every block its place in the text that joins them with `PASSAGE_SEPARATOR`."""
    passages = []
    start = 0
    for block in blocks:
        text = legible(block.text)
        end = start + len(text)
        passages.append(Passage(block.kind, text, start, end, block.page, block.label))
        start = end + len(PASSAGE_SEPARATOR)
    return tuple(passages)


@dataclass(frozen=True)
class Extracted:
    """A page as an article: what `extract` decides. Its text is the passages joined by blank lines."""

    title: str
    passages: tuple[Passage, ...]
    language: str | None = None
    doc_type: DocType | None = None
    published: PublicationDate = UNKNOWN_DATE
    authors: tuple[str, ...] = ()
    site_name: str | None = None
    issuer: str | None = None
    """Who a document says that it is by: an organisation, as its first page or its metadata names it."""
    section: str | None = None
    keywords: tuple[str, ...] = ()
    image_url: str | None = None
    stated_update: str | None = None
    """When the page says that it was updated, in its own words."""
    canonical_url: str | None = None
    remark: str | None = None
    """What the page holds that was not read, such as `scanned in part`; it becomes the reason of the page's fate."""

    @property
    def text(self) -> str:
        """The whole text; passages' offsets are places in it."""
        return PASSAGE_SEPARATOR.join(passage.text for passage in self.passages)


@dataclass(frozen=True)
class Rejected:
    """A page that is no article, with the reason as the archive shows it, such as `challenge page`.

    `may_change`: whether its site may show the article at another time.
    """

    reason: str
    may_change: bool = False


@dataclass(frozen=True)
class Span:
    """Code points in an article's text, end exclusive."""

    start: int
    end: int


@dataclass(frozen=True)
class Document:
    """What the later stages read of an article: title, text and date, in one language."""

    id: str
    title: str
    text: str
    language: str | None = None
    published: PartialDate | None = None
    url: str | None = None
    doc_type: DocType | None = None
    source_country: str | None = None


@dataclass(frozen=True)
class Likeness:
    """A labelled text that an article reads like: its id (an article's key where `is_held`) and its title."""

    id: str
    title: str
    is_held: bool = False


@dataclass(frozen=True)
class TopicScore:
    """A topic with its probability in 0..1, the words that speak for it, and the labelled texts that it reads like."""

    slug: str
    score: float
    because: tuple[str, ...] = ()
    reads_like: tuple[Likeness, ...] = ()


@dataclass(frozen=True)
class ActorMention:
    """An actor of the gazetteer, how often it is named, and where first."""

    slug: str
    count: int
    first: Span


@dataclass(frozen=True)
class FoundName:
    """What looks like an organisation's name and is no actor's: as written, folded to a key, and where it stands."""

    name: str
    key: str
    span: Span


@dataclass(frozen=True)
class Fact:
    """A dated event or an agreement, with the span of text that says so.

    For events `status` is an EventStatus and `subkind` a kind such as `workshop`; for agreements `status` is an
    AgreementStatus and `subkind` a kind such as `MoU`. `parties` are actor slugs or ISO 3166 codes: hosts of an
    event, parties of an agreement. Dates may be partial; `end` is None for a single day.
    """

    kind: FactKind
    name: str
    span: Span
    status: str
    subkind: str | None = None
    start: PartialDate | None = None
    end: PartialDate | None = None
    place: str | None = None
    parties: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()


@dataclass(frozen=True)
class NamedDocument:
    """A document that an article reports, such as a white paper, with the span of text that names it.

    `issuer` is the actor who issued it, where the article says so.
    """

    title: str
    doc_type: DocType
    issuer: str | None
    span: Span


@dataclass(frozen=True)
class Understanding:
    """What `understand` decides of one article."""

    relevance: Relevance
    relevance_score: float
    relevance_because: tuple[str, ...]
    topics: tuple[TopicScore, ...]
    doc_type: DocType
    countries: tuple[str, ...]
    actors: tuple[ActorMention, ...]
    facts: tuple[Fact, ...] = ()
    documents: tuple[NamedDocument, ...] = ()
    doc_type_because: tuple[str, ...] = ()
    reads_like: tuple[Likeness, ...] = ()
    unknown_names: tuple[FoundName, ...] = ()
    country_spans: Mapping[str, Span] = field(default_factory=dict)
    """Where the text says best that a country takes part; none for one that only the title names."""


@dataclass(frozen=True)
class Topic:
    """A topic of the taxonomy as the stage uses it: patterns are regular expressions per language, with weights.

    `examples` are short texts that are about it, in any language.
    """

    slug: str
    name: str
    description: str
    patterns: Mapping[str, Sequence[tuple[str, float]]] = field(default_factory=dict)
    examples: tuple[str, ...] = ()


@dataclass(frozen=True)
class Actor:
    """An actor of the gazetteer: every name in every language; `ambiguous` names count only beside a context word.

    A context word with a hyphen before it speaks against the name. `cited` is the address of a page that gives them.
    """

    slug: str
    name: str
    kind: str
    country: str | None
    names: Mapping[str, Sequence[str]]
    ambiguous: Mapping[str, Sequence[str]] = field(default_factory=dict)
    wikidata: str | None = None
    cited: str | None = None


@dataclass(frozen=True)
class EvidenceSpan:
    """Where a sentence stands: article, and code points in its text."""

    document_id: str
    start: int
    end: int


@dataclass(frozen=True)
class SummarySentence:
    """One sentence of a summary, with the places that say so; `maker` is the model that wrote it, if one did."""

    text: str
    language: str | None
    evidence: tuple[EvidenceSpan, ...]
    maker: str | None = None


@dataclass(frozen=True)
class SectionSummary:
    """What a section of a long document says: its heading, the PDF pages it spans, sentences as spans of the text.

    The overview of the whole document has no heading.
    """

    heading: str
    first_page: int | None
    last_page: int | None
    sentences: tuple[Span, ...]


@dataclass(frozen=True)
class Grounding:
    """Whether sources support a claim; `problems` says in words what they do not."""

    supported: bool
    score: float
    problems: tuple[str, ...] = ()
