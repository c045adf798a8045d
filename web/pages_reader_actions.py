"""What a reader does from their mail: follow, mute, and say what is wrong; each asks first and does it by a button."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException
from fastapi.responses import HTMLResponse

from models.readers import UNDO
from models.vocabulary import Relevance
from web.access import SessionHere, WholeAccess
from web.forms import BodyHere, form_of, given, values_in
from web.mailed import MAILED, Mailed, MailedHere
from web.names import active_topic_names
from web.pages_corrections import INSTEAD as CORRECT_INSTEAD
from web.pages_subscribe import INSTEAD
from web.reader_view import Subject, choices_of, subject_of, topics_of
from web.rendering import rendered
from web.rights import needs

TASTES = ("follow", "mute")
WRONG_TOPIC, NOT_RELEVANT = "wrong-topic", "not-relevant"

pages = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Asked:
    """What a link of the mail asks to do, of which story or article."""

    mailed: Mailed
    action: str
    what: str
    key: str


def _asked(mailed: MailedHere, action: str, what: str, key: str) -> Asked:
    if action not in {*TASTES, WRONG_TOPIC, NOT_RELEVANT}:
        raise HTTPException(404, "There is no such button.")
    return Asked(mailed, action, what, key)


AskedHere = Annotated[Asked, Depends(_asked)]


@pages.post(f"{MAILED}/undo", dependencies=[needs(None)])
def take_back(access: WholeAccess, mailed: MailedHere, body: BodyHere) -> HTMLResponse:
    """Take back what the reader just corrected; the numbers bear our signature."""
    corrections = given(access.powers.corrections, CORRECT_INSTEAD)
    form = form_of(body)
    ids = form.get("ids", "")
    if not mailed.signer.has_signed(form.get("proof", ""), UNDO, mailed.reader.key, ids):
        raise HTTPException(403, "These are not corrections that this page made.")
    words = [corrections.undo(int(number), by=mailed.name).words for number in ids.split(",")]
    return _done(mailed, words)


@pages.get(f"{MAILED}/{{action}}/{{what}}/{{key}}", dependencies=[needs(None)])
def ask_page(session: SessionHere, access: WholeAccess, asked: AskedHere) -> HTMLResponse:
    """Ask what exactly is to be followed, muted or corrected."""
    mailed, action, subject = asked.mailed, asked.action, subject_of(session, asked.what, asked.key)
    if action in TASTES:
        given(access.powers.readership, INSTEAD)
        chosen = mailed.reader.follows if action == "follow" else mailed.reader.mutes
        choices = choices_of(session, subject, chosen)
        return rendered("reader_taste.html", mailed=mailed, action=action, subject=subject, choices=choices)
    given(access.powers.corrections, CORRECT_INSTEAD)
    topics = topics_of(session, subject)
    others = {slug: name for slug, name in active_topic_names(session).items() if slug not in topics}
    return rendered(
        "reader_correct.html",
        mailed=mailed,
        action=action,
        subject=subject,
        topics=topics,
        other_topics=others,
        mute=f"{mailed.root}/mute/{asked.what}/{asked.key}",
    )


@pages.post(f"{MAILED}/{{action}}/{{what}}/{{key}}", dependencies=[needs(None)])
def act(session: SessionHere, access: WholeAccess, asked: AskedHere, body: BodyHere) -> HTMLResponse:
    """Do what was chosen, and offer to take a correction back."""
    mailed = asked.mailed
    if asked.action in TASTES:
        readership = given(access.powers.readership, INSTEAD)
        tokens = values_in(body, "token")
        _require(tokens)
        return _done(mailed, [readership.change(mailed.reader.key, asked.action, tokens)])
    corrections = given(access.powers.corrections, CORRECT_INSTEAD)
    sayings = list(_sayings(subject_of(session, asked.what, asked.key), asked.action, body))
    _require(sayings)
    obeyed = [corrections.correct(key, said, by=mailed.name) for key, said in sayings]
    ids = ",".join(dict.fromkeys(str(number) for each in obeyed for number in each.ids))
    return _done(mailed, list(dict.fromkeys(each.words for each in obeyed)), ids)


def _sayings(subject: Subject, action: str, body: bytes) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Read what a form says of each article that it ticks, by the article's key."""
    ticked, removed, added = (values_in(body, name) for name in ("article", "remove", "add"))
    for article in subject.articles:
        if article.key not in ticked or article.current_version is None:
            continue
        if action == NOT_RELEVANT:
            yield article.key, {"relevance": str(Relevance.OFF)}
            continue
        topics = {row.topic_slug for row in article.current_version.topics}
        for slug in removed:
            if slug in topics:
                yield article.key, {"remove_topic": slug}
        for slug in added:
            yield article.key, {"add_topic": slug}


def _require(chosen: Sequence[object]) -> None:
    if not chosen:
        raise HTTPException(422, "Nothing was chosen; go back and tick what you mean.")


def _done(mailed: Mailed, words: Sequence[str], ids: str = "") -> HTMLResponse:
    proof = mailed.signer.sign(UNDO, mailed.reader.key, ids) if ids else ""
    return rendered("reader_done.html", mailed=mailed, words=words, ids=ids, proof=proof)
