"""What the JSON API answers on people, and what it is told of them, as pydantic models."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import Field

from models.vocabulary import Role
from web.api_bodies import Body
from web.api_models import Answer
from web.means import Means

Text = Annotated[str, Field(max_length=1000)]


class MeAnswer(Answer):
    """Who asks; without a role where nobody knows."""

    login: str
    name: str
    role: Role | None
    means: Means = Field(description="How they are known: by a sign-in, a token, a proxy, or because they are alone.")
    address: str | None = Field(default=None, description="Where alerts are mailed to.")


class AccountAnswer(Answer):
    """An account."""

    key: str
    login: str
    name: str
    address: str | None = None
    role: Role
    is_active: bool
    has_password: bool
    created_at: dt.datetime | None = None
    seen_at: dt.datetime | None = None


class BrowserAnswer(Answer):
    """A browser in which somebody is signed in."""

    key: str
    name: str
    created_at: dt.datetime
    seen_at: dt.datetime
    expires_at: dt.datetime
    is_this: bool


class TokenAnswer(Answer):
    """A token by which a program acts."""

    key: str
    name: str
    role: Role
    created_at: dt.datetime
    used_at: dt.datetime | None
    expires_at: dt.datetime | None


class NewTokenAnswer(Answer):
    """A token that was made just now."""

    token: str = Field(description="What programs send as `Authorization: Bearer ...`; it is shown this once.")


class NewToken(Body):
    """A token that is wanted."""

    name: Text = Field(description="What it is for.")
    role: Role = Field(description="What it may do, at most what its account may.")
    days: int | None = Field(default=None, ge=1, le=3660, description="How long it lasts; default: for ever.")


class Details(Body):
    """What is to be changed of an account's own details."""

    name: Text | None = None
    address: Text | None = Field(default=None, description="Where alerts are mailed to; empty for nowhere.")


class NewAccount(Body):
    """An account that is wanted."""

    login: Text
    name: Text = ""
    role: Role = Role.READER
    address: Text = ""
    password: Text = Field(default="", description="At least 12 characters; none where a proxy says who people are.")


class AccountChange(Details):
    """What is to be changed of an account."""

    role: Role | None = None
    is_active: bool | None = Field(default=None, description="False locks it, at once and everywhere.")
    password: Text | None = Field(default=None, description="A new one; it signs the account out everywhere.")
