"""Changing what a source's row says at a person's word: checked as source files are, and then no file's any more."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import sqlalchemy as sa
from pydantic import ValidationError
from sqlalchemy.orm import Session

from crawler.mending import take_way
from crawler.pace import Pace
from crawler.source_file import SourceFile
from models.fate import await_stage
from models.search.filters import country_names, language_names
from models.source import EDITABLE, Source
from models.vocabulary import Stage
from models.way import way_of
from perilune.problems import Faults
from perilune.urls import is_web_address

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

ADDRESSES = "addresses"
NEEDED = frozenset({"name", "home", "authority", "interval_minutes", "expects"})
MAX_CHARS = {"name": 200, "note": 2000, "home": 2000, "owner": 254}
MAX_ADDRESSES = 50
WORDS = {
    "int_parsing": "write a whole number",
    "greater_than_equal": "write {ge} or more",
    "less_than_equal": "write {le} or less",
    "literal_error": "write core, mixed or mostly-off",
}
Said = Mapping[str, str]


def edit_source(session: Session, source: Source, said: Said, now: dt.datetime) -> str:
    """Store what a form says of a source by its EDITABLE columns and `addresses` (one a line); say what changed.

    What is left out stays, what is empty is none. Faults says what cannot be used of which field, and then nothing
    is stored. A source that was changed so is no file's any more: no start of the program undoes it.
    """
    values, faults = _checked(source, said)
    home = str(values.get("home", source.home))
    # Sections of one publisher may share a home page; what is not to be taken is that of another.
    if home != source.home and (watched := _watched_at(session, source, home)):
        faults["home"] = f"the source {watched} watches that address already"
    addresses = _addresses_in(source, said[ADDRESSES], faults) if ADDRESSES in said else ()
    if faults:
        raise Faults(faults)
    changed = [key for key, value in values.items() if value != getattr(source, key)]
    for key in changed:
        setattr(source, key, values[key])
    if "interval_minutes" in changed:
        source.pace = Pace(start_minutes=source.interval_minutes).model_dump(mode="json")
        await_stage(session, Stage.CRAWL, [source.id], due_at=now)
    way = way_of(source)
    if way is not None and addresses and addresses != way.addresses:
        changed.append(ADDRESSES)
        take_way(session, source, way.model_copy(update={"addresses": addresses, "because": "as a person said"}), now)
    if not changed:
        return f"{source.name} is so already."
    source.from_file = False
    return f"{source.name}: changed its {', '.join(key.replace('_', ' ') for key in changed)}."


def _checked(source: Source, said: Said) -> tuple[dict[str, object], dict[str, str]]:
    """Read what is said by the rules of source files: the values by their keys, and what is wrong by theirs."""
    wanted = {key: _text_of(key, said[key]) or None for key in EDITABLE if key in said}
    faults = {key: "it cannot be empty" for key, text in wanted.items() if text is None and key in NEEDED}
    faults |= {
        key: f"at most {most} characters" for key, most in MAX_CHARS.items() if len(wanted.get(key) or "") > most
    }
    for key, known in (("language", language_names()), ("country", country_names())):
        if (code := wanted.get(key)) and code not in known and code != getattr(source, key):
            faults[key] = f"{code!r} is the code of no {key}"
    usable = {key: text for key, text in wanted.items() if key not in faults}
    try:
        file = SourceFile.model_validate({"slug": "x", "name": "x", "home": "https://x.example/"} | usable)
    except ValidationError as error:
        return {}, faults | {str(each["loc"][0]): _words_of(each) for each in error.errors()}
    return {key: getattr(file, key) for key in usable}, faults


def _text_of(key: str, text: str) -> str:
    """Take what was typed; only a note has lines."""
    return "\n".join(map(str.rstrip, text.strip().splitlines())) if key == "note" else " ".join(text.split())


def _words_of(error: ErrorDetails) -> str:
    words = WORDS.get(error["type"])
    return words.format(**error.get("ctx", {})) if words else error["msg"].removeprefix("Value error, ")


def _watched_at(session: Session, source: Source, home: str) -> str | None:
    """Name another source with this home page."""
    return session.scalar(sa.select(Source.slug).where(Source.home == home, Source.id != source.id).limit(1))


def _addresses_in(source: Source, text: str, faults: dict[str, str]) -> tuple[str, ...]:
    """Read addresses, one a line; what is wrong with them goes to the faults."""
    addresses = tuple(dict.fromkeys(text.split()))
    if wrong := next(_wrong_in(source, addresses), None):
        faults[ADDRESSES] = wrong
    return addresses


def _wrong_in(source: Source, addresses: tuple[str, ...]) -> Iterator[str]:
    if way_of(source) is None:
        if addresses:
            yield "how it is watched is found out at its first visit; change its home page instead"
    elif not addresses:
        yield "it cannot be empty; retire the source to watch it no more"
    if len(addresses) > MAX_ADDRESSES:
        yield f"at most {MAX_ADDRESSES} addresses"
    yield from (
        f"{each!r} is no web address; write it with http:// or https://"
        for each in addresses
        if not is_web_address(each)
    )
