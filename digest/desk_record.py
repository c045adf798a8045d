"""The record of machine against editor: each edit, and the composed issue beside what went out or will."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.orm import Session

from digest.content import Entry, IssueContent, content_from
from digest.desk import Told, key_of_entry, title_of
from digest.render import subject_of
from models.edition import Issue, IssueEdit
from models.redaction import Redacted
from models.takedown import shown_content, shown_subject

Line = dict[str, object]
WITHDRAWN = "[withdrawn]"


def record_of(session: Session, issue: Issue) -> dict[str, object]:
    """Read what editors did to an issue, and both versions side by side; `is_same` marks what nobody changed."""
    edits = session.scalars(sa.select(IssueEdit).where(IssueEdit.issue_id == issue.id).order_by(IssueEdit.id))
    shown = shown_content(session, issue.content)
    first = shown_content(session, issue.composed_content) if issue.composed_content else shown
    content, composed = content_from(shown.content), content_from(first.content)
    title = shown_subject(issue.subject, subject_of(content), shown)
    subject = _beside("subject", subject_of(composed), title)
    hidden = Redacted({}, shown.hidden | first.hidden)
    return {
        "issue": issue.key,
        "subject": title,
        "state": str(issue.state),
        "released_by": issue.released_by,
        "edits": [
            {
                "made_at": edit.made_at,
                "made_by": edit.made_by,
                "action": edit.action,
                **{
                    name: WITHDRAWN if hidden.hides(words := getattr(edit, name)) else words
                    for name in ("target", "before", "after")
                },
            }
            for edit in edits
        ],
        "beside": [subject, *_lines(composed, content)],
    }


def _lines(composed: IssueContent, content: IssueContent) -> Iterator[Line]:
    """Pair what both versions print: the editor's in its order, with what was dropped where it stood."""
    intro = (composed.introduction, content.introduction)
    yield _beside("introduction", *(each.text if each else None for each in intro))
    machine, editor = _told(composed), _told(content)
    keys = list(editor)
    for place, key in enumerate(machine):
        if key not in editor and (_other(key[0]), key[1]) not in editor:
            earlier = list(machine)[:place]
            at = max((number for number, other in enumerate(keys, 1) if other in earlier), default=0)
            keys.insert(at, key)
    for section, named in keys:
        was = section if (section, named) in machine else _other(section)
        line = _beside(section, machine.get((was, named)), editor.get((section, named)))
        yield line | {"section": section if section == was else f"{section}, was {was}"} if line["machine"] else line
    for name in ("agreements", "events"):
        theirs, ours = ([fact.name for fact in getattr(one, name)] for one in (composed, content))
        if theirs != ours:
            yield _beside(name, "\n".join(theirs) or None, "\n".join(ours) or None)


def _other(section: str) -> str:
    return {"story": "also noted", "also noted": "story"}.get(section, section)


def _told(content: IssueContent) -> dict[tuple[str, str], str]:
    """Map section and key of what an issue prints to the words."""
    sections = (("story", content.stories), ("also noted", content.also_noted))
    found = {(name, key_of_entry(one)): _words(one) for name, entries in sections for one in entries}
    found |= {("document", one.article_key): _words(one) for one in content.documents}
    found |= {("change", one.item.article_key): one.item.title for one in content.changes}
    return found | {("older", one.article_key): one.title for one in content.older}


def _words(told: Told) -> str:
    titles = [f"· {item.title}" for item in told.items[1:]] if isinstance(told, Entry) else []
    return "\n".join([title_of(told), *(sentence.text for sentence in told.sentences), *titles])


def _beside(section: str, machine: str | None, editor: str | None) -> Line:
    return {"section": section, "machine": machine, "editor": editor, "is_same": machine == editor}
