"""What an editor's program may say at the desk: one edit each, made on the issue as it was at a revision."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from models.vocabulary import FactKind
from web.api_bodies import Body, By, Line, Short, Text

Number = Annotated[int, Field(ge=1, le=9999)]
Sentence = Annotated[Line, Field(max_length=2000)]
Headline = Annotated[Line, Field(max_length=300)]


class DeskEdit(Body):
    """What every edit says: the revision that it was made on, and who made it."""

    revision: int = Field(ge=0, le=999_999, description="The issue's; 409 where somebody changed it meanwhile.")
    by: By = None

    @property
    def said(self) -> dict[str, str]:
        """The same as the forms of the desk say it."""
        values = self.model_dump(mode="json", exclude_none=True, exclude={"action", "revision", "by"})
        return {name: str(value) for name, value in values.items()}


class Drop(DeskEdit):
    """Drop a story or an article."""

    action: Literal["drop"] = "drop"
    key: Short = Field(description="As the draft has it: a story's key, or an article's; `article/KEY` in the lists.")


class DropFact(DeskEdit):
    """Drop an agreement or an event."""

    action: Literal["drop-fact"] = "drop-fact"
    kind: FactKind
    number: Number = Field(description="Its place among those of its kind, from 1.")


class Add(DeskEdit):
    """Add a story or an article."""

    action: Literal["add"] = "add"
    key: Short = Field(description="`story/KEY` or `article/KEY`.")
    where: Literal["stories", "noted"] = Field(default="stories", description="Among the stories, or also noted.")


class Move(DeskEdit):
    """Move a story within its section, or to the other one."""

    action: Literal["move"] = "move"
    key: Short
    step: Literal["up", "down", "top", "lead", "note"]


class Reword(DeskEdit):
    """Write a sentence anew; an empty text takes it out."""

    action: Literal["reword"] = "reword"
    key: Short
    number: Number = Field(description="The sentence's place, from 1.")
    text: Sentence


class Retitle(DeskEdit):
    """Give a story another headline."""

    action: Literal["retitle"] = "retitle"
    key: Short
    text: Headline


class Introduce(DeskEdit):
    """Write the introduction; an empty text takes it away."""

    action: Literal["introduce"] = "introduce"
    text: Annotated[Text, Field(max_length=4000)]


class WriteSubject(DeskEdit):
    """Write the subject line; an empty text lets the machine write it."""

    action: Literal["subject"] = "subject"
    text: Headline


class Restore(DeskEdit):
    """Give back a story or an article as the machine composed it; without a key the whole issue."""

    action: Literal["restore"] = "restore"
    key: Short | None = None


class Hold(DeskEdit):
    """Hold the issue some hours longer."""

    action: Literal["hold"] = "hold"
    hours: int = Field(ge=1, le=336)


class Approve(DeskEdit):
    """Let the issue go out."""

    action: Literal["approve"] = "approve"


AnyEdit = Annotated[
    Drop | DropFact | Add | Move | Reword | Retitle | Introduce | WriteSubject | Restore | Hold | Approve,
    Field(discriminator="action"),
]


class SentenceSaid(Body):
    """A sentence to be checked against the passages that it cites."""

    key: Short
    number: Number
    text: Sentence

    @property
    def said(self) -> dict[str, str]:
        """The same as the form of the desk says it."""
        return {"key": self.key, "number": str(self.number), "text": self.text}
