"""All tables in one place to import, so that metadata is complete wherever a database is opened."""

from models.article import (
    Article,
    ArticleEvent,
    CopyBand,
    Fact,
    LanguageMean,
    Passage,
    TermCount,
    TopicAssignment,
    Vector,
    Version,
    VersionActor,
    VersionCountry,
)
from models.base import Base
from models.edition import Delivery, Edition, Issue, LedgerRow, Reader, Subscription
from models.fate import Fate
from models.knowledge import Actor, Correction, Topic
from models.source import CrawlRun, Link, Page, Source
from models.story import Evidence, Story, SummarySentence
from models.watch import Incident, Notice

__all__ = [
    "Actor",
    "Article",
    "ArticleEvent",
    "Base",
    "CopyBand",
    "Correction",
    "CrawlRun",
    "Delivery",
    "Edition",
    "Evidence",
    "Fact",
    "Fate",
    "Incident",
    "Issue",
    "LanguageMean",
    "LedgerRow",
    "Link",
    "Notice",
    "Page",
    "Passage",
    "Reader",
    "Source",
    "Story",
    "Subscription",
    "SummarySentence",
    "TermCount",
    "Topic",
    "TopicAssignment",
    "Vector",
    "Version",
    "VersionActor",
    "VersionCountry",
]
