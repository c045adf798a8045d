"""All tables in one place to import, so that metadata is complete wherever a database is opened."""

from models.article import (
    Article,
    ArticleEvent,
    CopyBand,
    Passage,
    TermCount,
    TopicAssignment,
    Vector,
    Version,
    VersionActor,
    VersionCountry,
)
from models.base import Base
from models.edition import Bounce, Delivery, Edition, Issue, IssueEdit, LedgerRow, Reader, Subscription
from models.fact import Fact, FactMark, FactParty, FactWitness, NamedDocument
from models.fate import Fate
from models.knowledge import Actor, Correction, NameDecision, Topic, TrainedModel, UnknownName
from models.signing import Secret
from models.source import CrawlRun, Link, Page, Source
from models.story import DocumentSentence, Evidence, Story, StoryChange, SummarySentence, Translation
from models.watch import Incident, Notice

__all__ = [
    "Actor",
    "Article",
    "ArticleEvent",
    "Base",
    "Bounce",
    "CopyBand",
    "Correction",
    "CrawlRun",
    "Delivery",
    "DocumentSentence",
    "Edition",
    "Evidence",
    "Fact",
    "FactMark",
    "FactParty",
    "FactWitness",
    "Fate",
    "Incident",
    "Issue",
    "IssueEdit",
    "LedgerRow",
    "Link",
    "NameDecision",
    "NamedDocument",
    "Notice",
    "Page",
    "Passage",
    "Reader",
    "Secret",
    "Source",
    "Story",
    "StoryChange",
    "Subscription",
    "SummarySentence",
    "TermCount",
    "Topic",
    "TopicAssignment",
    "TrainedModel",
    "Translation",
    "UnknownName",
    "Vector",
    "Version",
    "VersionActor",
    "VersionCountry",
]
