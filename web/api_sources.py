"""The JSON API of single sources: how one fares, finding and adding, and what its page's buttons do."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from sqlalchemy.orm import Session

from models.vocabulary import Role
from web.access import AccessHere, SessionHere
from web.api_bodies import Address, NewSource, SourceSaid
from web.api_models import DoneAnswer, MadeAnswer
from web.api_problems import UNKNOWN, WRONG_PARAMETER
from web.api_saying import CHANGES
from web.api_source_models import CheckedAnswer, FoundSourceAnswer, WholeSourceAnswer
from web.forms import given
from web.pages_sources import BY_COMMAND
from web.rights import needs, reads
from web.source_view import find_source_row, source_view

Slug = Annotated[str, Path(max_length=80, description="A source's short name.")]
BY_ANALYSTS = [needs(Role.ANALYST)]

sources_api = APIRouter(prefix="/api/sources", responses={422: WRONG_PARAMETER})


@sources_api.post("/find", responses=CHANGES, dependencies=BY_ANALYSTS)
def api_find_source(access: AccessHere, address: Address) -> FoundSourceAnswer:
    """Say what an address offers; it is asked now, which takes up to three minutes, and nothing is stored."""
    found = given(access.powers.onboarding, BY_COMMAND).find(address.url, render=address.render)
    return FoundSourceAnswer.model_validate(found)


@sources_api.post("", status_code=201, responses=CHANGES, dependencies=BY_ANALYSTS)
def api_add_source(access: AccessHere, new: NewSource) -> MadeAnswer:
    """Add the source at an address; what was found there before is taken, else it is asked now."""
    said = new.model_dump(mode="json", exclude_none=True, exclude={"url", "render", "backfill_months"})
    said |= {"render": str(new.render).lower(), "backfill_months": str(new.backfill_months)}
    slug = given(access.powers.onboarding, BY_COMMAND).add(new.url, said)
    return MadeAnswer(slug=slug, words=f"{slug} is watched from the next crawl on.")


@sources_api.get("/{slug}", responses={404: UNKNOWN}, dependencies=[reads()])
def api_source(session: SessionHere, slug: Slug) -> WholeSourceAnswer:
    """Read a source: how it is watched and fares, its last visits, its incidents."""
    return WholeSourceAnswer.model_validate(source_view(session, slug))


@sources_api.patch("/{slug}", responses={404: UNKNOWN, **CHANGES}, dependencies=BY_ANALYSTS)
def api_edit_source(session: SessionHere, access: AccessHere, slug: Slug, change: SourceSaid) -> DoneAnswer:
    """Change what is said of a source; from then on no file overwrites it."""
    return DoneAnswer(words=given(access.powers.upkeep, BY_COMMAND).edit(_known(session, slug), change.said))


@sources_api.post("/{slug}/repair", responses={404: UNKNOWN, **CHANGES}, dependencies=BY_ANALYSTS)
def api_repair_source(session: SessionHere, access: AccessHere, slug: Slug) -> DoneAnswer:
    """Do what is proposed for a source."""
    return DoneAnswer(words=given(access.powers.upkeep, BY_COMMAND).repair(_known(session, slug)))


@sources_api.post("/{slug}/retire", responses={404: UNKNOWN, **CHANGES}, dependencies=BY_ANALYSTS)
def api_retire_source(session: SessionHere, access: AccessHere, slug: Slug) -> DoneAnswer:
    """Watch a source no more."""
    return DoneAnswer(words=given(access.powers.upkeep, BY_COMMAND).retire(_known(session, slug)))


@sources_api.post("/{slug}/resume", responses={404: UNKNOWN, **CHANGES}, dependencies=BY_ANALYSTS)
def api_resume_source(session: SessionHere, access: AccessHere, slug: Slug) -> DoneAnswer:
    """Watch a retired source again."""
    return DoneAnswer(words=given(access.powers.upkeep, BY_COMMAND).resume(_known(session, slug)))


@sources_api.post("/{slug}/check", responses={404: UNKNOWN, **CHANGES}, dependencies=BY_ANALYSTS)
def api_check_source(session: SessionHere, access: AccessHere, slug: Slug) -> CheckedAnswer:
    """Ask a source for its links now and say what it gives; nothing is stored."""
    checked = given(access.powers.upkeep, BY_COMMAND).check(_known(session, slug))
    return CheckedAnswer.model_validate(checked)


def _known(session: Session, slug: str) -> str:
    return find_source_row(session, slug).slug
