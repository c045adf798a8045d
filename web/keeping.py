"""Who keeps something beside an article, as routes ask for it; apart because pages of several kinds do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, HTTPException
from sqlalchemy.orm import Session

from models.kept import account_id_of, collection_seen_by, own_note
from models.notebook import Collection, Note
from models.vocabulary import Role
from web.access import AccessHere, Notebook
from web.forms import given
from web.notebook_view import Keeper
from web.problems import checked_key, missing
from web.rights import Visitor, VisitorHere

INSTEAD = "stars, notes and collections are kept where it may be changed"


def keeper_of(visitor: VisitorHere, access: AccessHere) -> Keeper:
    """Read who a request comes from, and what they may keep."""
    powers = access.powers
    return Keeper(
        visitor.login,
        may_keep=powers.notebook is not None and visitor.may(Role.READER),
        may_share=visitor.may(Role.ANALYST) and not visitor.is_alone,
        may_withdraw=powers.takedowns is not None and visitor.may(Role.ADMINISTRATOR),
    )


KeeperHere = Annotated[Keeper, Depends(keeper_of)]


@dataclass(frozen=True)
class Keeping:
    """Who keeps something, and with what."""

    visitor: Visitor
    keeper: Keeper
    found: Notebook | None

    @property
    def notebook(self) -> Notebook:
        """What stars, notes and collections are changed with; HTTP 501 in an app that only reads."""
        return given(self.found, INSTEAD)


def keeping_of(visitor: VisitorHere, keeper: KeeperHere, access: AccessHere) -> Keeping:
    """Give what a page is made of beside which something is kept."""
    return Keeping(visitor, keeper, access.powers.notebook)


KeepingHere = Annotated[Keeping, Depends(keeping_of)]


def refuse_sharing(visitor: Visitor, said: Mapping[str, str]) -> None:
    """Let only analysts share what they keep; HTTP 403 for others."""
    if said.get("shared") == "yes" and not visitor.may(Role.ANALYST):
        raise HTTPException(403, "Sharing with everybody needs the role of analyst or above.")


def collection_of(session: Session, login: str, key: str, *, only_own: bool = False) -> Collection:
    """Find a collection that somebody may see; NotInArchive for another's own, as for none."""
    account_id = account_id_of(session, login)
    found = collection_seen_by(session, account_id, checked_key(key, "collection"), only_own=only_own)
    if found is None:
        raise missing("collection", key)
    return found


def note_of(session: Session, login: str, key: str) -> Note:
    """Find a note of somebody's own; NotInArchive for another's, as for none."""
    note = own_note(session, account_id_of(session, login), checked_key(key, "note"))
    if note is None:
        raise missing("note", key)
    return note
