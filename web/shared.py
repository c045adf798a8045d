"""What a signed address opens of the archive: an issue and what it cites, to read and nothing else.

The pages are those of the archive. Whatever on them leads to what the address does not open is no link there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hmac import compare_digest
from typing import Annotated

import sqlalchemy as sa
from fastapi import Depends, HTTPException
from fastapi.responses import HTMLResponse
from sqlalchemy.orm import Session

from models.article import Article, find_article
from models.edition import Issue
from models.signing import mail_key_of, signer_of, was_revoked
from models.story import Story, find_story
from models.takedown import shown_content
from web.access import SessionHere
from web.problems import KEY, NotInArchive
from web.rendering import html_of

UNKNOWN = "This address opens nothing here; was it cut off on its way to you? Ask whoever sent you."
REVOKED = "This address opened an issue once and was revoked since. Ask whoever sent you for the present one."
OUTSIDE = "This address opens an issue and what it cites; it does not cite this {what}."
LOCAL_LINK = re.compile(r' href="(/(?!static/)[^"]*)"')
OPENING_PATH = re.compile(rf"/(article|story)/({KEY.pattern})(?:/v\d{{1,9}})?(?:[?#].*)?")


@dataclass(frozen=True)
class Shared:
    """What a page without navigation says of itself: the issue that it belongs to, where there is one."""

    root: str | None = None
    title: str = ""


@dataclass(frozen=True)
class OpenedIssue:
    """An issue that a signed address opens, and the keys of what it cites.

    Cited are the articles and stories that its content names, and what each story holds now, which its summary links.
    """

    key: str
    root: str
    """What the addresses of its pages begin with, as a path."""
    mail_key: str
    title: str
    content: Mapping[str, object]
    keys: frozenset[tuple[str, str]]

    def opens(self, what: str, key: str) -> bool:
        """Tell whether an `article` or a `story` is cited."""
        return (what, key) in self.keys


def shared_link(session: Session, issue_key: str) -> str:
    """Make the address of an issue that opens without an account."""
    issue = session.scalars(sa.select(Issue).where(Issue.key == issue_key)).one()
    return f"/m/{issue.key}/{mail_key_of(signer_of(session), issue)}"


def opened_issue(session: SessionHere, issue_key: str, mail_key: str) -> OpenedIssue:
    """Open an issue by its signed key; NotInArchive for a key that is none, HTTP 410 for one that was revoked."""
    known = KEY.fullmatch(issue_key) and session.scalar(sa.select(Issue).where(Issue.key == issue_key))
    if not known:
        raise NotInArchive(UNKNOWN)
    signer = signer_of(session)
    if was_revoked(signer, known, mail_key):
        raise HTTPException(410, REVOKED)
    if not compare_digest(mail_key.encode(), mail_key_of(signer, known).encode()):
        raise NotInArchive(UNKNOWN)
    return OpenedIssue(
        key=known.key,
        root=f"/m/{known.key}/{mail_key}",
        mail_key=mail_key,
        title=f"{known.edition.name}, issue {known.number}",
        content=shown_content(session, known.content).content,
        keys=frozenset(_cited(session, known.content)),
    )


OpenedHere = Annotated[OpenedIssue, Depends(opened_issue)]


def _cited(session: Session, content: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Yield what an issue names, what of it moved on and where to, and the articles of its stories."""
    named = set(_named(content))
    yield from named
    articles = {key for what, key in named if what == "article"}
    in_place = sa.select(Article.key).where(Article.key.in_(articles), Article.moved_to_id.is_(None))
    for key in articles - set(session.scalars(in_place)):
        if article := find_article(session, key):
            yield "article", article.key
    yield from _of_stories(session, {key for what, key in named if what == "story"})


def _of_stories(session: Session, keys: set[str]) -> Iterator[tuple[str, str]]:
    standing = {story.key: story for story in session.scalars(sa.select(Story).where(Story.key.in_(keys)))}
    for key in keys - set(standing):
        if story := find_story(session, key):
            standing[story.key] = story
            yield "story", story.key
        else:
            # A story is named after its founding article, which is what is left of one that is gone.
            yield "article", key
    held = sa.select(Article.key).where(Article.story_id.in_([story.id for story in standing.values()]))
    yield from (("article", key) for key in session.scalars(held))


def _named(part: object) -> Iterator[tuple[str, str]]:
    if isinstance(part, Mapping):
        for what in ("article", "story"):
            if isinstance(key := part.get(f"{what}_key"), str):
                yield what, key
        part = list(part.values())
    if isinstance(part, list):
        for each in part:
            yield from _named(each)


def rendered_for(issue: OpenedIssue, template: str, values: Mapping[str, object]) -> HTMLResponse:
    """Render a page of the archive without navigation; its links stay where the signed address opens them."""
    html = html_of(template, {**values, "shared": Shared(issue.root, issue.title)})
    return HTMLResponse(LOCAL_LINK.sub(lambda found: _opening(issue, found[1]), html))


def _opening(issue: OpenedIssue, path: str) -> str:
    if path in {"/", issue.root}:
        return f' href="{path}"'
    found = OPENING_PATH.fullmatch(path)
    return f' href="{issue.root}{path}"' if found and issue.opens(found[1], found[2]) else ""
