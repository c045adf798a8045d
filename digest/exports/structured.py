"""An issue as JSON for programs: its content as it was frozen, and how addresses are made of the keys in it."""

from __future__ import annotations

import datetime as dt

from pydantic import Field

from digest.content import Frozen, IssueContent
from digest.links import Links
from digest.render import subject_of


class IssueLinks(Frozen):
    """Addresses in the archive; those in braces are fields of the content, to be put in."""

    issue: str = Field(description="The issue's permanent address.")
    article: str = Field(description="Of an article: put in `article_key`.")
    passage: str = Field(description="Of a passage: put in `article_key`, `version` and `passage`.")
    story: str = Field(description="Of a story: put in `story_key`.")


class IssueDocument(Frozen):
    """An issue as a JSON file."""

    subject: str = Field(description="The subject line of its mail.")
    composed_at: dt.datetime = Field(description="When it was composed.")
    links: IssueLinks
    content: IssueContent


def json_of(content: IssueContent, links: Links, composed_at: dt.datetime) -> bytes:
    """Write an issue as JSON."""
    document = IssueDocument(
        subject=subject_of(content), composed_at=composed_at.astimezone(dt.UTC), links=_links(links), content=content
    )
    return (document.model_dump_json(indent=2) + "\n").encode()


def _links(links: Links) -> IssueLinks:
    article = links.article("").removesuffix("/")
    story = links.story("").removesuffix("/")
    return IssueLinks(
        issue=links.issue,
        article=f"{article}/{{article_key}}",
        passage=f"{article}/{{article_key}}/v{{version}}#p{{passage}}",
        story=f"{story}/{{story_key}}",
    )
