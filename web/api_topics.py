"""The JSON API of changing topics: adding, editing, merging, switching."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from sqlalchemy.orm import Session

from models.knowledge import Topic
from models.vocabulary import Role
from web.access import AccessHere, SessionHere
from web.api_bodies import NewTopic, TopicMerge, TopicSaid, TopicSwitch
from web.api_models import DoneAnswer, MadeAnswer
from web.api_problems import UNKNOWN
from web.api_saying import CHANGES
from web.forms import given
from web.pages_topics import BY_COMMAND
from web.problems import missing
from web.rights import needs

Slug = Annotated[str, Path(max_length=80, description="A topic's short name.")]

topics_api = APIRouter(prefix="/api/topics", responses=CHANGES, dependencies=[needs(Role.ANALYST)])


@topics_api.post("", status_code=201)
def api_add_topic(access: AccessHere, new: NewTopic) -> MadeAnswer:
    """Add a topic."""
    return MadeAnswer(slug=new.slug, words=given(access.powers.taxonomy, BY_COMMAND).add(new.slug, new.said))


@topics_api.patch("/{slug}", responses={404: UNKNOWN})
def api_edit_topic(session: SessionHere, access: AccessHere, slug: Slug, change: TopicSaid) -> DoneAnswer:
    """Change what is said of a topic."""
    taxonomy = given(access.powers.taxonomy, BY_COMMAND)
    return DoneAnswer(words=taxonomy.edit(_known(session, slug), change.said))


@topics_api.post("/{slug}/merge", responses={404: UNKNOWN})
def api_merge_topic(session: SessionHere, access: AccessHere, slug: Slug, merge: TopicMerge) -> DoneAnswer:
    """Merge a topic into another."""
    taxonomy = given(access.powers.taxonomy, BY_COMMAND)
    return DoneAnswer(words=taxonomy.merge(_known(session, slug), merge.into))


@topics_api.post("/{slug}/switch", responses={404: UNKNOWN})
def api_switch_topic(session: SessionHere, access: AccessHere, slug: Slug, switch: TopicSwitch) -> DoneAnswer:
    """Switch a topic on or off."""
    taxonomy = given(access.powers.taxonomy, BY_COMMAND)
    return DoneAnswer(words=taxonomy.switch(_known(session, slug), is_on=switch.is_on))


def _known(session: Session, slug: str) -> str:
    if session.get(Topic, slug) is None:
        raise missing("topic", slug)
    return slug
