"""Settings: one frozen object, read once from the environment and passed down; a leaf, so that all may name it."""

from __future__ import annotations

import difflib
import ipaddress
import os
import zoneinfo
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, get_args
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, ValidationInfo, field_validator

from perilune.addresses import networks_allowed
from perilune.mail_addresses import mail_address
from perilune.problems import Problem
from perilune.secrets import hide, passwords_in, without_password, without_secrets

PREFIX = "PERILUNE_"
SECRET_SUFFIX = "_FILE"  # noqa: S105 - the name of a convention, not a secret
MEGABYTE = 1_000_000


class ConfigProblem(Problem):
    """A setting that cannot be used; the message names the variable, what is wrong and what to do."""


def is_address(model: object) -> bool:
    """Tell whether a model is named by the address of an endpoint, not by a folder or a hub's name."""
    return isinstance(model, str) and model.startswith(("http://", "https://"))


def _cache_folder() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "perilune"


class SearchEngine(StrEnum):
    """What answers searches of an archive on SQLite."""

    AUTO = "auto"
    FTS5 = "fts5"
    TANTIVY = "tantivy"


class Settings(BaseModel):
    """Everything a user may set, each as `PERILUNE_<NAME>`; secrets also as `PERILUNE_<NAME>_FILE`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    home: Annotated[Path, Field(description="Folder for the archive: database, pages, mail.")] = Path("var")
    database: Annotated[
        str | None,
        Field(description="SQLAlchemy address of the database; default: perilune.db in the home folder."),
    ] = None
    pages: Annotated[
        str | None,
        Field(description="Where page bytes are kept: a folder or any fsspec address; default: pages in home."),
    ] = None
    sources: Annotated[Path | None, Field(description="Folder of source files; default: the shipped catalogue.")] = None
    cache: Annotated[Path, Field(description="Folder for rebuilt model files.", default_factory=_cache_folder)]
    encoder: Annotated[
        str,
        Field(description="Sentence encoder: the packaged one, a model hub's name, or a folder."),
    ] = "multilingual-e5-small"
    ner_model: Annotated[
        str | None,
        Field(
            description="Model for token classification, by folder or hub name; the organisations it sees are proposed."
        ),
    ] = None
    generator: Annotated[
        str | None,
        Field(
            description="Model that retells summaries: a folder, a hub name, or the base address of an"
            " OpenAI-compatible endpoint; default: none, sentences are copied."
        ),
    ] = None
    generator_model: Annotated[
        str | None, Field(validate_default=True, description="The model to ask for at the generator's address.")
    ] = None
    generator_key: Annotated[SecretStr | None, Field(description="Key for the generator's address.")] = None
    translator: Annotated[
        str | None,
        Field(
            description="Model that translates sentences as a reading aid: a folder, a hub name, or the base address of"
            " an OpenAI-compatible endpoint; default: none."
        ),
    ] = None
    translator_model: Annotated[
        str | None, Field(validate_default=True, description="The model to ask for at the translator's address.")
    ] = None
    translator_key: Annotated[SecretStr | None, Field(description="Key for the translator's address.")] = None
    answer_timeout: Annotated[
        int, Field(gt=0, le=900, description="Seconds that the generator or translator may take for one answer.")
    ] = 60
    nli: Annotated[
        str | None,
        Field(description="Entailment model (NLI), by folder or hub name; the grounding check asks it too."),
    ] = None
    proxy: Annotated[str | None, Field(description="HTTP proxy of crawls, whatever HTTP_PROXY says.")] = None
    chromium: Annotated[
        str | None,
        Field(description="Chromium's program, for sources with render = true; default: the system's."),
    ] = None
    identity: Annotated[
        str, Field(description="Page that tells publishers who crawls them; part of the user agent.")
    ] = "https://perilune.example/bot"
    max_page_bytes: Annotated[int, Field(gt=0, description="Pages larger than this are not kept (bytes).")] = (
        10 * MEGABYTE
    )
    max_document_bytes: Annotated[
        int, Field(gt=0, description="Downloads are cut off at this size, and what is larger is not kept (bytes).")
    ] = 60 * MEGABYTE
    download_timeout: Annotated[int, Field(gt=0, description="Seconds until a download is given up.")] = 60
    download_delay: Annotated[float, Field(ge=0, description="Least seconds between two requests to one host.")] = 1.0
    extract_timeout: Annotated[int, Field(gt=0, description="Seconds a document may take to read.")] = 30
    extract_memory_mb: Annotated[
        int, Field(ge=512, description="Memory a document may take to read (MB), beyond what its reader needs anyway.")
    ] = 2048
    ocr_languages: Annotated[
        str | None,
        Field(
            description="Languages scans are read in, such as eng+deu; default: eng, chi_sim, rus, fra, as installed."
        ),
    ] = None
    ocr_max_pages: Annotated[
        int, Field(ge=0, description="Scanned pages read in a document; 0: scans are not read.")
    ] = 100
    ocr_page_timeout: Annotated[int, Field(gt=0, description="Seconds a scanned page may take to read.")] = 60
    ocr_timeout: Annotated[
        int, Field(gt=0, le=1800, description="Seconds a scanned document may take; what was read until then is kept.")
    ] = 300
    extract_workers: Annotated[int, Field(gt=0, le=64, description="Processes that read documents.")] = 2
    host: Annotated[str, Field(description="Address the archive is served on.")] = "127.0.0.1"
    port: Annotated[int, Field(gt=0, lt=65536, description="Port the archive is served on.")] = 8600
    read_only: Annotated[
        bool, Field(description="Whether the pages only show: nobody adds sources or corrects anything there.")
    ] = False
    visitors: Annotated[
        Literal["nothing", "read"] | None,
        Field(
            description="What is shown to those who are not signed in once there are accounts: nothing, or read;"
            " default: nothing, and read where PERILUNE_READ_ONLY is set."
        ),
    ] = None
    proxy_user_header: Annotated[
        str | None,
        Field(
            pattern=r"^[A-Za-z0-9-]+$",
            description="Header in which a web server before the archive says who is logged in there, such as"
            " Remote-User; default: none, people sign in with passwords.",
        ),
    ] = None
    proxy_name_header: Annotated[
        str | None,
        Field(pattern=r"^[A-Za-z0-9-]+$", description="Header in which it says their name; default: none, the login."),
    ] = None
    proxy_addresses: Annotated[
        str, Field(description="Networks that the web server's header is believed from, separated by commas.")
    ] = "127.0.0.0/8, ::1"
    proxy_role: Annotated[
        Literal["reader", "analyst", "editor", "administrator"],
        Field(description="Role of the account that somebody gets whom the web server names for the first time."),
    ] = "reader"
    max_body_bytes: Annotated[
        int,
        Field(ge=50_000, description="What is sent to the archive at once is refused beyond this size (bytes)."),
    ] = 2_000_000
    public_url: Annotated[
        str | None, Field(description="Address readers open the archive at; required before mail is sent.")
    ] = None
    mail_from: Annotated[str, Field(description="Sender of the digests.")] = "Perilune <digest@localhost>"
    owner: Annotated[
        str | None,
        Field(description="Who is told when a source is not well without an owner; default: nobody."),
    ] = None
    smtp: Annotated[
        str | None,
        Field(description="Mail server, smtp://user@host:587 or smtps://host:465; default: a folder in home."),
    ] = None
    smtp_password: Annotated[SecretStr | None, Field(description="Password for the mail server.")] = None
    mail_rate: Annotated[
        int, Field(ge=0, description="Mails a minute that are sent at the most; 0: as many as the server takes.")
    ] = 0
    dkim_key: Annotated[
        SecretStr | None, Field(description="Private key in PEM form (RSA or Ed25519) that mail is signed with.")
    ] = None
    dkim_selector: Annotated[
        str, Field(pattern=r"^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$", description="Name of that key in the DNS.")
    ] = "perilune"
    bounce_address: Annotated[
        str | None,
        Field(description="Where mail comes back to that cannot be delivered; default: the sender's address."),
    ] = None
    bounce_limit: Annotated[
        int, Field(gt=0, description="Issues that come back from an address until it gets no more mail.")
    ] = 3
    bounce_mailbox: Annotated[
        str | None,
        Field(description="Its mailbox, read every ten minutes: a Maildir, or imaps://user@host/INBOX."),
    ] = None
    bounce_password: Annotated[SecretStr | None, Field(description="Password for that mailbox.")] = None
    search: Annotated[
        SearchEngine,
        Field(
            description="What answers searches on SQLite: fts5, the database's own index; tantivy, an index beside it;"
            " auto: the latter for large archives."
        ),
    ] = SearchEngine.AUTO
    alert_hour: Annotated[int, Field(ge=0, le=23, description="Hour at which daily and weekly alerts go out.")] = 7
    alert_timezone: Annotated[str, Field(description="Time zone of that hour, such as Europe/Vienna.")] = "UTC"
    allow_networks: Annotated[
        str | None,
        Field(
            description="Hosts of this network that may be crawled and called by webhooks: host:port,host:port;"
            " default: none."
        ),
    ] = None
    backlog: Annotated[
        int,
        Field(gt=0, description="Pages that may wait to be processed until crawling stops; it slows from a half on."),
    ] = 20_000
    silence: Annotated[
        int,
        Field(
            ge=2, description="Seconds after which a process that says nothing is taken for dead, and its work over."
        ),
    ] = 120
    log_level: Annotated[str, Field(description="debug, info, warning or error.")] = "info"
    log_format: Annotated[
        Literal["logfmt", "json", "console"],
        Field(description="How events are written: logfmt (key=value), json (one object a line), console (for eyes)."),
    ] = "logfmt"

    @field_validator("owner")
    @classmethod
    def _is_a_mail_address(cls, value: str | None) -> str | None:
        return value and mail_address(value)

    @field_validator("proxy_addresses")
    @classmethod
    def _are_networks(cls, value: str) -> str:
        for each in value.split(","):
            ipaddress.ip_network(each.strip(), strict=False)
        return value

    @field_validator("alert_timezone")
    @classmethod
    def _is_a_zone(cls, value: str) -> str:
        try:
            zoneinfo.ZoneInfo(value)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError("is no time zone; use a name such as Europe/Vienna") from error
        return value

    @field_validator("allow_networks")
    @classmethod
    def _names_hosts(cls, value: str | None) -> str | None:
        networks_allowed(value)
        return value or None

    @field_validator("generator", "translator")
    @classmethod
    def _is_no_half_address(cls, value: str | None) -> str | None:
        parts = urlsplit(value or "")
        if parts.scheme in {"http", "https"} and (not parts.hostname or parts.username is not None):
            raise ValueError("an address is http(s)://host:port/v1, and its key a setting of its own")
        return value or None

    @field_validator("generator_model", "translator_model")
    @classmethod
    def _is_named_for_an_address(cls, value: str | None, info: ValidationInfo) -> str | None:
        what = str(info.field_name).removesuffix("_model")
        if is_address(info.data.get(what)) and not value:
            raise ValueError(f"{PREFIX}{what.upper()} is an address; name the model to ask for there")
        return value or None

    @field_validator("log_level")
    @classmethod
    def _known_level(cls, value: str) -> str:
        levels = ("debug", "info", "warning", "error")
        if value.lower() not in levels:
            raise ValueError(f"must be one of {', '.join(levels)}")
        return value.lower()

    @property
    def database_url(self) -> str:
        """The database's address, whether set or the default below `home`."""
        return self.database or f"sqlite:///{self.home.absolute() / 'perilune.db'}"

    @property
    def pages_url(self) -> str:
        """The page store's address, whether set or the default below `home`."""
        return self.pages or str(self.home.absolute() / "pages")

    @property
    def archive_url(self) -> str:
        """Where links into the archive point: `public_url`, or the loopback address while none is set."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def is_local(self) -> bool:
        """Whether the archive is served to this machine alone."""
        try:
            return self.host == "localhost" or ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def lets_visitors_read(self) -> bool:
        """Whether those who are not signed in may read."""
        return self.visitors == "read" or (self.visitors is None and self.read_only)

    @property
    def correct_url(self) -> str | None:
        """Where readers of mail say what is wrong; None while no public address is set, or the pages only show."""
        return f"{self.public_url.rstrip('/')}/correct" if self.public_url and not self.read_only else None

    def with_generator(self, generator: str, model: str | None) -> Settings:
        """Name another generator, whose key is the same where its address is; ConfigProblem where it cannot be used."""
        key = self.generator_key if generator == self.generator else None
        named = {"generator": generator, "generator_model": model, "generator_key": key}
        return _validated({**self.model_dump(), **named})


SECRETS = frozenset(name for name, field in Settings.model_fields.items() if SecretStr in get_args(field.annotation))
"""The settings whose whole value is secret."""


def _validated(values: Mapping[str, object]) -> Settings:
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        problem = error.errors()[0]
        variable = PREFIX + str(problem["loc"][0]).upper() if problem["loc"] else PREFIX + "*"
        shown = (
            "set" if variable.removeprefix(PREFIX).lower() in SECRETS else repr(without_password(str(problem["input"])))
        )
        raise ConfigProblem(f"{variable} is {shown}: {without_secrets(problem['msg'])}.") from error


def settings_from(environment: Mapping[str, str]) -> Settings:
    """Read every `PERILUNE_` variable; ConfigProblem names the first that is unknown or unusable.

    The secrets among them are hidden from then on in whatever the process logs or says.
    """
    values: dict[str, str] = {}
    for variable, value in sorted(environment.items()):
        if variable.startswith(PREFIX):
            name, text = _setting_of(variable, value)
            values[name] = text
            hide([text] if name in SECRETS else passwords_in(text))
    return _validated(values)


def _setting_of(variable: str, value: str) -> tuple[str, str]:
    name = variable.removeprefix(PREFIX).lower()
    if name in Settings.model_fields:
        return name, value
    base = name.removesuffix(SECRET_SUFFIX.lower())
    if base != name and base in Settings.model_fields:
        try:
            return base, Path(value).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ConfigProblem(f"{variable} names {value!r}, which cannot be read: {error.strerror}.") from error
    close = difflib.get_close_matches(name, Settings.model_fields, n=1)
    hint = f"; did you mean {PREFIX}{close[0].upper()}?" if close else "; `perilune config` lists the known ones."
    raise ConfigProblem(f"{variable} is not a setting{hint}")
