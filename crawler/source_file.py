"""Source files: one TOML file a source, read strictly. Unknown keys are errors that name the likely right one.

SourceProblem(path, ...) is the one error: what is wrong in which file, and what to do.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from models.source import LONGEST_INTERVAL_MINUTES
from models.vocabulary import SourceKind
from perilune.mail_addresses import mail_address
from perilune.problems import Problem
from perilune.urls import is_web_address

SHIPPED = Path(__file__).parent / "sources"
PAGE_SELECTORS = ("body", "drop", "date", "title")
SLUG = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")


class SourceProblem(Problem):
    """A source file that cannot be used."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(f"{path.name}: {problem}")
        self.path = path


class SourceFile(BaseModel):
    """What a source file may say; `name` and `home` are enough."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    slug: Annotated[str, Field(max_length=80)]
    name: Annotated[str, Field(min_length=1, description="What readers call it: publisher and section.")]
    home: Annotated[str, Field(description="The page a person would open.")]
    kind: Annotated[
        SourceKind | None,
        Field(description="feed, sitemap, listing, standing or documents; default: found out at the first visit."),
    ] = None
    address: Annotated[
        list[str], Field(description="The addresses to poll; default: the home page.", default_factory=list)
    ]
    select: Annotated[
        str | None, Field(description="CSS selector of the links to articles on a list page; default: learned.")
    ] = None
    row: Annotated[
        str | None, Field(description="CSS selector of the list's rows, of which only the first such link counts.")
    ] = None
    links: Annotated[str | None, Field(description="Pattern that addresses of articles match.")] = None
    render: Annotated[
        bool, Field(description="Its pages are filled by a program in the browser: read them as a browser shows them.")
    ] = False
    skip: Annotated[str | None, Field(description="Pattern of addresses to leave alone.")] = None
    body: Annotated[str | None, Field(description="CSS selector of an article's text; default: found out.")] = None
    drop: Annotated[str | None, Field(description="CSS selector of what to leave out of an article.")] = None
    date: Annotated[str | None, Field(description="CSS selector of where an article states its date.")] = None
    title: Annotated[str | None, Field(description="CSS selector of an article's title.")] = None
    language: Annotated[str | None, Field(max_length=8, description="ISO 639-1 code of its language.")] = None
    country: Annotated[str | None, Field(max_length=8, description="ISO 3166 alpha-2 code, EU-ESA or UN.")] = None
    authority: Annotated[int, Field(ge=1, le=9, description="9 issues the act itself, 1 copies others.")] = 5
    interval_minutes: Annotated[
        int, Field(ge=5, le=LONGEST_INTERVAL_MINUTES, description="Minutes between two visits.")
    ] = 360
    backfill_months: Annotated[
        int, Field(ge=0, le=240, description="Months of history to fetch from the list's older pages or a sitemap.")
    ] = 0
    expects: Annotated[
        Literal["core", "mixed", "mostly-off"], Field(description="How much of it is about our subject.")
    ] = "mixed"
    least_links: Annotated[
        int | None, Field(ge=1, le=100_000, description="Links that its index gives at least; fewer are an incident.")
    ] = None
    longest_silence_days: Annotated[
        int | None, Field(ge=1, le=10_000, description="Days that may bring nothing new; more are an incident.")
    ] = None
    owner: Annotated[
        str | None, Field(description="Mail address of whoever is told when it is not well; default: PERILUNE_OWNER.")
    ] = None
    note: Annotated[str | None, Field(description="Anything the next person should know.")] = None

    @field_validator("home")
    @classmethod
    def _home_is_an_address(cls, value: str) -> str:
        return _web_address(value)

    @field_validator("address")
    @classmethod
    def _all_are_addresses(cls, values: list[str]) -> list[str]:
        return [_web_address(value) for value in values]

    @field_validator("owner")
    @classmethod
    def _is_a_mail_address(cls, value: str | None) -> str | None:
        return value and mail_address(value)

    @field_validator("links", "skip")
    @classmethod
    def _is_a_pattern(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                re.compile(value)
            except (re.error, OverflowError, RecursionError) as error:
                raise ValueError(f"{value!r} is no pattern: {error}") from error
        return value

    @field_validator("select", "row", *PAGE_SELECTORS)
    @classmethod
    def _is_a_selector(cls, value: str | None) -> str | None:
        if value is not None:
            from cssselect import SelectorError, parse

            try:
                parse(value)
            except SelectorError as error:
                raise ValueError(f"{value!r} is no CSS selector: {error}") from error
        return value

    @property
    def selectors(self) -> dict[str, object]:
        """The selectors for its article pages, by key."""
        return {key: css for key in PAGE_SELECTORS if (css := getattr(self, key)) is not None}

    @model_validator(mode="after")
    def _patterns_go_with_a_list(self) -> Self:
        if self.row and not self.select:
            raise ValueError("row needs select: which link of each row is the article's")
        if self.kind is None and (self.address or self.select):
            raise ValueError("address and select need kind; leave them out to have the kind found out")
        return self


def _web_address(value: str) -> str:
    if not is_web_address(value):
        raise ValueError(f"{value!r} is no web address; write it with http:// or https://")
    return value


def load_source_file(path: Path) -> SourceFile:
    """Read one source file; SourceProblem says what is wrong in it."""
    if not SLUG.fullmatch(path.stem):
        raise SourceProblem(path, "its name must be lower-case words joined by _, such as un_unoosa.toml")
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SourceProblem(path, f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SourceProblem(path, f"is not UTF-8 text: byte {error.start}") from error
    except (ValueError, RecursionError) as error:  # TOMLDecodeError, and numbers or lists without end
        raise SourceProblem(path, f"is no TOML: {error}") from error
    try:
        return SourceFile.model_validate({"slug": path.stem, **values})
    except ValidationError as error:
        raise SourceProblem(path, _first_problem(error)) from error


def _first_problem(error: ValidationError) -> str:
    first = error.errors()[0]
    key = str(first["loc"][0]) if first["loc"] else ""
    if first["type"] == "extra_forbidden":
        close = difflib.get_close_matches(key, SourceFile.model_fields, n=1)
        hint = f"did you mean {close[0]!r}?" if close else f"known keys: {', '.join(_written_keys())}"
        return f"unknown key {key!r}; {hint}"
    if first["type"] == "missing":
        return f"the key {key!r} is missing; name and home are needed"
    message = first["msg"].removeprefix("Value error, ")
    return f"{key}: {message}" if key else message


def _written_keys() -> list[str]:
    return [key for key in SourceFile.model_fields if key != "slug"]


def load_source_files(folder: Path) -> tuple[list[SourceFile], list[SourceProblem]]:
    """Read every source file of a folder: the usable ones, and a problem for each that is not."""
    if not folder.is_dir():
        raise SourceProblem(folder, "is no folder; PERILUNE_SOURCES must name one with source files")
    files, problems = [], []
    for path in sorted(folder.glob("*.toml")):
        try:
            files.append(load_source_file(path))
        except SourceProblem as problem:
            problems.append(problem)
    return files, problems
