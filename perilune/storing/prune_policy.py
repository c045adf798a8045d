"""What an administrator's policy for pruning says: a TOML file of rules, each with name, age and what it gives up."""

from __future__ import annotations

import tomllib
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from models.vocabulary import DocType, Relevance
from perilune.problems import Problem

YOUNGEST_DAYS = 60
"""Stories are grouped with what was seen within 45 days, and pages are looked at again after a month."""


class GivenUp(StrEnum):
    """What a rule gives up."""

    PAGES = "pages"
    """The bytes as fetched: articles stay as they are, and are never read anew."""
    ARTICLES = "articles"
    """The articles with their texts and the bytes: their addresses and titles stay, so that they do not return."""
    REFUSED = "refused"
    """The bytes of pages that showed no article."""


class Rule(BaseModel):
    """Which articles are given up; what is not said does not matter, and all that is said must hold."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=80)]
    older_than_days: Annotated[int, Field(ge=YOUNGEST_DAYS)]
    give_up: GivenUp
    relevance: tuple[Relevance, ...] = ()
    types: tuple[DocType, ...] = ()
    sources: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()


class Kept(BaseModel):
    """What no rule touches."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sources: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()


class Policy(BaseModel):
    """The rules in their order; what one has given up is nothing for the next."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule: Annotated[tuple[Rule, ...], Field(min_length=1)]
    keep: Kept = Kept()


def policy_from(path: Path) -> Policy:
    """Read a policy; Problem says what in which file is wrong."""
    try:
        return Policy.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise Problem(f"{path} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Problem(f"{path} is no TOML: {error}.") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise Problem(f"{path}: {place or 'the file'}: {first['msg']}; docs/backup.md shows a policy.") from error
