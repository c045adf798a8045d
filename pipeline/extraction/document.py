"""What a document that is no web page shows (PDF, slides, office file): one value for all their readers."""

from __future__ import annotations

from dataclasses import dataclass

from perilune.dates import Witness
from pipeline.values import Block


@dataclass(frozen=True)
class DocumentArticle:
    """What a document shows: nothing is decided yet about its date."""

    title: str
    blocks: tuple[Block, ...]
    witnesses: tuple[Witness, ...]
    page_count: int
    authors: tuple[str, ...] = ()
    issuer: str | None = None
    is_slide_deck: bool = False
