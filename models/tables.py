"""All tables in one place to import, so that metadata is complete wherever a database is opened."""

from models.account import Account, ApiToken, FailedSignIn, SignIn
from models.article import (
    Article,
    ArticleEvent,
    CopyBand,
    Passage,
    PassageVectors,
    TermCount,
    TopicAssignment,
    Vector,
    Version,
    VersionActor,
    VersionCountry,
)
from models.backup_made import BackupMade
from models.base import Base
from models.claimant import Claimant
from models.edition import Bounce, Delivery, Edition, Issue, IssueEdit, LedgerRow, Reader, Subscription
from models.fact import Fact, FactMark, FactParty, FactWitness, NamedDocument
from models.fate import Fate
from models.index_change import IndexChange
from models.index_rules import IndexRules
from models.knowledge import Actor, Correction, NameDecision, Topic, TrainedModel, UnknownName
from models.notebook import Collection, CollectionItem, Note, Star
from models.saved_search import EditionSection, SavedSearch, SearchHit, Webhook, WebhookCall
from models.signing import Secret
from models.source import CrawlRun, Link, Page, Source
from models.story import DocumentSentence, Evidence, Story, StoryChange, SummarySentence, Translation
from models.takedown import Takedown
from models.watch import Incident, Notice

__all__ = [
    "Account",
    "Actor",
    "ApiToken",
    "Article",
    "ArticleEvent",
    "BackupMade",
    "Base",
    "Bounce",
    "Claimant",
    "Collection",
    "CollectionItem",
    "CopyBand",
    "Correction",
    "CrawlRun",
    "Delivery",
    "DocumentSentence",
    "Edition",
    "EditionSection",
    "Evidence",
    "Fact",
    "FactMark",
    "FactParty",
    "FactWitness",
    "FailedSignIn",
    "Fate",
    "Incident",
    "IndexChange",
    "IndexRules",
    "Issue",
    "IssueEdit",
    "LedgerRow",
    "Link",
    "NameDecision",
    "NamedDocument",
    "Note",
    "Notice",
    "Page",
    "Passage",
    "PassageVectors",
    "Reader",
    "SavedSearch",
    "SearchHit",
    "Secret",
    "SignIn",
    "Source",
    "Star",
    "Story",
    "StoryChange",
    "Subscription",
    "SummarySentence",
    "Takedown",
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
    "Webhook",
    "WebhookCall",
]
