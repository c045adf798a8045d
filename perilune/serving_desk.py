"""The editor's desk and the editions, for the web app and the command line: who says what, checked and stored."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from digest import desk
from digest.columns import one_line
from digest.content import Evidence, IssueContent, content_from
from digest.deliver import Post, links_of
from digest.desk_record import record_of
from digest.desk_store import (
    Hand,
    add_named,
    approve,
    edit,
    hold_longer,
    restore_named,
    write_subject,
)
from digest.readers import taste_of
from digest.render import NO_TASTE, render_html
from digest.schedule import next_due_moment
from models.article import texts_at
from models.edition import Reader
from models.signing import signer_of
from models.takedown import shown_content
from models.vocabulary import FactKind
from perilune.archive import Archive
from perilune.correcting.said import name_of_person
from perilune.edition_settings import change_edition, new_edition
from perilune.editions import edition_named
from perilune.issues import issue_named
from perilune.problems import Problem
from perilune.understanding import EncoderOnDemand
from pipeline.grounding.ground import NOBODY, Judges, ground
from pipeline.grounding.names import Names
from pipeline.grounding.words import language_by_words
from pipeline.understanding.gazetteer import Gazetteer
from pipeline.understanding.knowledge import gazetteer_from_rows, state_of_rows

MAX_SENTENCE_CHARS = 2000
MAX_HEADLINE_CHARS = 300
MAX_INTRODUCTION_CHARS = 4000
MAX_DIGITS = 6
Said = Mapping[str, str]
Choice = TypeVar("Choice", bound=StrEnum)


class ArchiveEditions:
    """Makes and changes editions, for the web app."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def next_due(self, slug: str) -> dt.datetime:
        """Say when an edition is due next."""
        with self._archive.sessions() as session:
            return next_due_moment(edition_named(session, slug), dt.datetime.now(dt.UTC))

    def make(self, slug: str, said: Said) -> str:
        """Make an edition as a form says it."""
        new_edition(self._archive, slug, said, now=dt.datetime.now(dt.UTC))
        return f"{said.get('name', slug)} is made; it has no readers yet."

    def change(self, slug: str, said: Said) -> str:
        """Change what a form says of an edition."""
        return change_edition(self._archive, slug, said, now=dt.datetime.now(dt.UTC))


class ArchiveDesk:
    """Does what editors say to held issues, for the web app and the command line."""

    def __init__(self, archive: Archive, *, now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)) -> None:
        self._archive = archive
        self._now = now
        self._encoder = EncoderOnDemand(archive.settings)
        self._gazetteer: tuple[str, Gazetteer] | None = None

    def change(self, key: str, action: str, said: Said, *, by: str, revision: int | None = None) -> str:
        """Do one thing to a held issue and say in a sentence what was done; Problem where it cannot be."""
        act = self._actions().get(action)
        if act is None:
            raise Problem(f"{action!r} is nothing that can be done at the desk.")
        hand = Hand(name_of_person(by), self._now(), revision)
        with self._archive.sessions.begin() as session:
            return act(session, key, hand, said)

    def _actions(self) -> Mapping[str, Callable[[Session, str, Hand, Said], str]]:
        return {
            "drop": _drop,
            "drop-fact": _drop_fact,
            "add": _add,
            "move": _move,
            "reword": self._reword,
            "retitle": _retitle,
            "introduce": _introduce,
            "subject": _write_subject,
            "restore": _restore,
            "hold": _hold,
            "approve": _approve,
        }

    def check(self, key: str, said: Said) -> Sequence[str]:
        """Name what of a sentence its cited passages do not say; nothing where they support it."""
        with self._archive.sessions() as session:
            content = content_from(issue_named(session, key).content)
            return self._unsaid(session, content, said)

    def mail(self, key: str, reader_key: str) -> str:
        """Render an issue's mail as one reader gets it, or as everybody does; a reader's own links are left out."""
        settings = self._archive.settings
        with self._archive.sessions.begin() as session:
            issue = issue_named(session, key)
            reader = session.scalar(sa.select(Reader).where(Reader.key == reader_key)) if reader_key else None
            post = Post(settings.mail_from, settings.archive_url, correct_url=settings.correct_url)
            taste = taste_of(session, reader) if reader else NO_TASTE
            content = content_from(shown_content(session, issue.content).content)
            return render_html(content, links_of(issue, signer_of(session), post), taste)

    def record(self, key: str) -> Mapping[str, object]:
        """Read what editors changed, and the issue of the machine beside theirs."""
        with self._archive.sessions() as session:
            return record_of(session, issue_named(session, key))

    def _reword(self, session: Session, key: str, hand: Hand, said: Said) -> str:
        text, named, number = _text(said, MAX_SENTENCE_CHARS), said.get("key", ""), _number(said, "number")
        # Checked before the issue is held, for a model may be loaded: whoever changes it meanwhile is another revision.
        unsaid = self.check(key, said)

        def change(content: IssueContent) -> desk.Edited:
            _, before = desk.sentence_of(content, named, number)
            changed = desk.edited_sentence(before, text, by=hand.by, unsaid=unsaid)
            return desk.reword(content, named, number, changed)

        edited = edit(session, key, hand, change)
        done = "as it was" if edited.after == edited.before else "changed" if text else "taken out"
        return f"The sentence of “{edited.target}” is {done}."

    def _unsaid(self, session: Session, content: IssueContent, said: Said) -> tuple[str, ...]:
        """Check by words, which is quick; a sentence in another language than its passages by meaning too."""
        told, sentence = desk.sentence_of(content, said.get("key", ""), _number(said, "number"))
        text = _text(said, MAX_SENTENCE_CHARS)
        if not text:
            return ()
        source = "\n\n".join(_cited(session, desk.cited_by(told, sentence)))
        if not source:
            return ("no passage is cited for it",)
        is_across = language_by_words(text, "en") != language_by_words(source, "en")
        judges = Judges(self._encoder().encode, self._encoder().in_context) if is_across else NOBODY
        return ground(source, text, names=self._names_in(session), judges=judges).problems

    def _names_in(self, session: Session) -> Names:
        """Give the gazetteer of the actors that there are, read again when somebody changed one."""
        state = state_of_rows(session)
        if self._gazetteer is None or self._gazetteer[0] != state:
            self._gazetteer = (state, gazetteer_from_rows(session))
        return self._gazetteer[1].spans


def _drop(session: Session, key: str, hand: Hand, said: Said) -> str:
    edited = edit(session, key, hand, lambda content: desk.drop(content, said.get("key", "")))
    return f"“{edited.target}” is dropped."


def _drop_fact(session: Session, key: str, hand: Hand, said: Said) -> str:
    kind, number = _choice(said, "kind", FactKind), _number(said, "number")
    edited = edit(session, key, hand, lambda content: desk.drop_fact(content, kind, number))
    return f"“{edited.target}” is dropped."


def _add(session: Session, key: str, hand: Hand, said: Said) -> str:
    edited = add_named(session, key, hand, said.get("key", ""), is_lead=said.get("where") != "noted")
    return f"“{edited.target}” is added."


def _move(session: Session, key: str, hand: Hand, said: Said) -> str:
    step = _choice(said, "step", desk.Step)
    edited = edit(session, key, hand, lambda content: desk.move(content, said.get("key", ""), step))
    return f"“{edited.target}” is now {edited.after}."


def _retitle(session: Session, key: str, hand: Hand, said: Said) -> str:
    headline = _text(said, MAX_HEADLINE_CHARS)
    edit(session, key, hand, lambda content: desk.retitle(content, said.get("key", ""), headline))
    return f"Its headline is now “{headline}”."


def _introduce(session: Session, key: str, hand: Hand, said: Said) -> str:
    text = _text(said, MAX_INTRODUCTION_CHARS, has_lines=True)
    edit(session, key, hand, lambda content: desk.introduce(content, text, by=hand.by))
    return "The introduction stands." if text else "The issue has no introduction."


def _write_subject(session: Session, key: str, hand: Hand, said: Said) -> str:
    after = write_subject(session, key, hand, _text(said, MAX_HEADLINE_CHARS)).after
    return f"The subject line is now “{after}”." if after else "The subject line is the machine's again."


def _restore(session: Session, key: str, hand: Hand, said: Said) -> str:
    edited = restore_named(session, key, hand, said.get("key") or None)
    return f"{edited.target[:1].upper()}{edited.target[1:]} is as the machine composed it."


def _hold(session: Session, key: str, hand: Hand, said: Said) -> str:
    until = hold_longer(session, key, hand, _number(said, "hours"))
    return f"It is held until {until.astimezone(dt.UTC):%d %B %Y, %H:%M} UTC."


def _approve(session: Session, key: str, hand: Hand, _said: Said) -> str:
    issue = approve(session, key, hand)
    return f"Approved by {issue.released_by}; its mails are sent next."


def _cited(session: Session, places: Sequence[Evidence]) -> list[str]:
    """Read the passages of some evidence."""
    wanted = [(place.article_key, place.version, place.passage) for place in places]
    texts = texts_at(session, wanted)
    return [texts[place] for place in dict.fromkeys(wanted) if place in texts]


def _text(said: Said, most: int, *, has_lines: bool = False) -> str:
    """Read what an editor wrote: on one line, unless it may have several."""
    lines = [one_line(line) for line in said.get("text", "").splitlines()]
    text = "\n".join(lines).strip() if has_lines else " ".join(filter(None, lines))
    if len(text) > most:
        raise Problem(f"this has {len(text)} characters; at most {most} can be.")
    return text


def _number(said: Said, name: str) -> int:
    text = said.get(name, "")
    if not text.isascii() or not text.isdigit() or len(text) > MAX_DIGITS:
        raise Problem(f"{name} is a number, not {text[:20]!r}.")
    return int(text)


def _choice(said: Said, name: str, choices: type[Choice]) -> Choice:
    text = said.get(name, "")
    if text not in list(choices):
        raise Problem(f"{name} is one of {', '.join(choices)}, not {text[:20]!r}.")
    return choices(text)
