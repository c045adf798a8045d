"""How the client asks: with its token, within a time, again when the archive puts it off, and from memory."""

from __future__ import annotations

import datetime as dt
import email.utils
import json
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypedDict, TypeVar
from urllib.parse import quote

import httpx
from pydantic import BaseModel, TypeAdapter, ValidationError

from perilune import __version__
from perilune.client.problems import NoAnswer, problem_of

LATER = (429, 503)
NOT_MODIFIED = 304
MAX_WAIT_SECONDS = 60.0
A_MOMENT_SECONDS = 1.0
JSON = "application/json"
Made = TypeVar("Made")
Params = Mapping[str, object]


class Window(TypedDict, total=False):
    """Which page of a list: how many at the most (1 to 100), and how many to pass over."""

    limit: int
    offset: int


def at(*parts: object) -> str:
    """Make an address of the API."""
    return "/api/" + "/".join(quote(str(part), safe="") for part in parts)


@dataclass(frozen=True)
class Habits:
    """How patient a client is: seconds for an answer, how often it asks again, how many answers it remembers."""

    timeout_seconds: float = 30.0
    retries: int = 2
    remembered: int = 0


class Transport:
    """Asks one archive."""

    def __init__(
        self, url: str, token: str | None, habits: Habits, *, language: str, carrier: httpx.BaseTransport | None
    ) -> None:
        headers = {"Accept-Language": language, "User-Agent": f"perilune-client/{__version__}"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        self._habits = habits
        self._known: OrderedDict[str, tuple[str, bytes]] = OrderedDict()
        self._http = httpx.Client(
            base_url=url, headers=headers, timeout=habits.timeout_seconds, transport=carrier, follow_redirects=False
        )

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def read(self, wanted: type[Made], path: str, params: Params | None = None) -> Made:
        """Ask for something and read it as what it is."""
        return _made(wanted, self._recalled(self._http.build_request("GET", path, params=_asked(params))))

    def bytes_at(self, path: str, params: Params | None = None) -> bytes:
        """Ask for something that is no JSON."""
        return self._answer(self._http.build_request("GET", path, params=_asked(params))).content

    def say(self, wanted: type[Made], path: str, body: BaseModel | None = None, *, method: str = "POST") -> Made:
        """Say something and read what became of it; it is said again only where the archive did not take it."""
        content = _json_of(body) if body is not None else None
        headers = {"Content-Type": JSON} if content is not None else {}
        request = self._http.build_request(method, path, content=content, headers=headers)
        return _made(wanted, self._answer(request).content)

    def _recalled(self, request: httpx.Request) -> bytes:
        address = str(request.url)
        known = self._known.get(address)
        if known is not None:
            request.headers["If-None-Match"] = known[0]
        response = self._answer(request)
        if response.status_code == NOT_MODIFIED and known is not None:
            self._known.move_to_end(address)
            return known[1]
        if self._habits.remembered and "ETag" in response.headers:
            self._known[address] = (response.headers["ETag"], response.content)
            while len(self._known) > self._habits.remembered:
                self._known.popitem(last=False)
        return response.content

    def _answer(self, request: httpx.Request) -> httpx.Response:
        """Send a request until it is answered; what the archive puts off is asked again when it says."""
        for attempt in range(self._habits.retries + 1):
            try:
                response = self._http.send(request)
            except httpx.HTTPError as error:
                where = f"{request.url.scheme}://{request.url.netloc.decode()}"
                raise NoAnswer(f"{where} does not answer: {error or type(error).__name__}.") from error
            if response.status_code not in LATER or attempt == self._habits.retries:
                break
            wait = wait_of(response.headers.get("Retry-After"), dt.datetime.now(dt.UTC))
            if wait > MAX_WAIT_SECONDS:
                break
            time.sleep(wait)
        if response.is_success or response.status_code == NOT_MODIFIED:
            return response
        raise problem_of(response)


def wait_of(said: str | None, now: dt.datetime) -> float:
    """Read how many seconds Retry-After asks for (RFC 9110, section 10.2.3); a moment where it says nothing."""
    if said is None:
        return A_MOMENT_SECONDS
    if said.strip().isdigit():
        return float(said)
    try:
        return max(0.0, (email.utils.parsedate_to_datetime(said) - now).total_seconds())
    except (ValueError, TypeError):
        return A_MOMENT_SECONDS


def _asked(params: Params | None) -> dict[str, str | list[str]] | None:
    return {name: _written(value) for name, value in (params or {}).items() if value is not None} or None


def _written(value: object) -> str | list[str]:
    if isinstance(value, tuple | list):
        return [str(each) for each in value]
    return str(value).lower() if isinstance(value, bool) else str(value)


def _made(wanted: type[Made], content: bytes) -> Made:
    try:
        return TypeAdapter(wanted).validate_json(content)
    except ValidationError as error:
        raise NoAnswer("What answered is no Perilune archive, or one of another version.") from error


def _json_of(body: BaseModel) -> str:
    """Write what is said: what was left out is not spoken of, what was set to None is taken away."""
    taken_away = {name: None for name in body.model_fields_set if getattr(body, name) is None}
    return json.dumps(body.model_dump(mode="json", exclude_none=True) | taken_away)
