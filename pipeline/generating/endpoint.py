"""Asks an OpenAI-compatible endpoint (`/chat/completions`); apart because it alone speaks to a network."""

from __future__ import annotations

import io
import json
import socket
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPMessage, HTTPResponse, HTTPSConnection
from typing import IO, TYPE_CHECKING
from urllib.error import HTTPError
from urllib.parse import urlsplit

from pydantic import SecretStr

from pipeline.generating.answers import GenerationProblem, Prompt
from pipeline.generating.prompts import messages_of

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

MAX_ANSWER_BYTES = 1_000_000
READ_BYTES = 65_536
TOKENS_PER_WORD = 4  # of ideographs, and of the thinking that some models begin with
NO_SUCH_LIST = (404, 405, 501)
LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class EndpointModel:
    """A model behind an address; `timeout` is in seconds and holds for the whole answer, its headers too."""

    address: str
    model: str
    key: SecretStr | None = None
    timeout: int = 60

    @property
    def name(self) -> str:
        """The name of the model there."""
        return self.model

    def answer(self, prompt: Prompt) -> str:
        """Ask once, without redirects and without sampling; GenerationProblem when no usable answer comes."""
        body = {
            "model": self.model,
            "messages": messages_of(prompt),
            "temperature": 0,
            "max_tokens": TOKENS_PER_WORD * prompt.max_words,
            "stream": False,
        }
        return _text_in(self.asked("chat/completions", json.dumps(body).encode()))

    def asked(self, path: str, body: bytes | None = None) -> bytes:
        """Ask for a path below the address, with the key; GenerationProblem where nothing usable comes."""
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self.key is not None:
            headers["Authorization"] = f"Bearer {self.key.get_secret_value()}"
        address = f"{self.address.rstrip('/')}/{path}"
        request = urllib.request.Request(address, body, headers)  # noqa: S310 - the settings allow http(s) alone
        try:
            with _opener(address, time.monotonic() + self.timeout).open(request, timeout=self.timeout) as response:
                return _read(response)
        except HTTPError as error:
            raise GenerationProblem(f"the endpoint answered {error.code} {error.reason}") from error
        except TimeoutError as error:
            raise GenerationProblem(f"the endpoint took longer than {self.timeout} seconds") from error
        except (OSError, HTTPException) as error:
            reason = getattr(error, "reason", error)
            if isinstance(reason, TimeoutError):
                raise GenerationProblem(f"the endpoint took longer than {self.timeout} seconds") from error
            raise GenerationProblem(f"the endpoint cannot be reached: {reason}") from error


def models_at(endpoint: EndpointModel) -> list[str] | None:
    """Ask an endpoint which models it has, which costs nothing; None where it answers and does not say.

    GenerationProblem where it does not answer, or refuses the key.
    """
    try:
        answer = json.loads(endpoint.asked("models"))
        return [str(each["id"]) for each in answer["data"]]
    except (ValueError, LookupError, TypeError, RecursionError):
        return None
    except GenerationProblem as problem:
        # Not every server has this list; that it says so shows that it is there.
        if isinstance(problem.__cause__, HTTPError) and problem.__cause__.code in NO_SUCH_LIST:
            return None
        raise


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: the key and the texts go to the address that the user named, and to no other."""

    def redirect_request(  # noqa: PLR0913, PLR0917 - the library's signature
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> None:
        """Refuse."""


class _UntilDeadline(io.RawIOBase):
    """What a connection brings until a deadline; the library's own timeout begins anew with each byte."""

    def __init__(self, connection: socket.socket, deadline: float) -> None:
        super().__init__()
        self._connection = connection
        self._arriving = connection.makefile("rb", buffering=0)
        self._deadline = deadline

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int | None:
        """Read what has arrived, or wait for the next byte; TimeoutError where the time is over."""
        remaining = self._deadline - time.monotonic()
        if remaining <= 0:
            raise TimeoutError
        self._connection.settimeout(remaining)
        return self._arriving.readinto(buffer)

    def close(self) -> None:
        """Let the connection be closed."""
        self._arriving.close()
        super().close()


def _answers_until(deadline: float) -> type[HTTPResponse]:
    """Make the kind of answer whose headers and body have all come by a deadline."""

    class Answer(HTTPResponse):
        def __init__(self, sock: socket.socket, *args: object, **kwargs: object) -> None:
            super().__init__(sock, *args, **kwargs)  # type: ignore[arg-type]
            self.fp.close()
            self.fp = io.BufferedReader(_UntilDeadline(sock, deadline))

    return Answer


def _opener(address: str, deadline: float) -> urllib.request.OpenerDirector:
    class Plain(HTTPConnection):
        response_class = _answers_until(deadline)

    class Secure(HTTPSConnection):
        response_class = _answers_until(deadline)

    class PlainHandler(urllib.request.HTTPHandler):
        def http_open(self, req: urllib.request.Request) -> HTTPResponse:
            return self.do_open(Plain, req)

    class SecureHandler(urllib.request.HTTPSHandler):
        def https_open(self, req: urllib.request.Request) -> HTTPResponse:
            return self.do_open(Secure, req)

    # What runs on this machine is asked directly, whatever proxy the environment names.
    direct = [urllib.request.ProxyHandler({})] if urlsplit(address).hostname in LOOPBACK else []
    return urllib.request.build_opener(_NoRedirects, PlainHandler, SecureHandler, *direct)


def _read(response: HTTPResponse) -> bytes:
    body = bytearray()
    while chunk := response.read1(READ_BYTES):
        body += chunk
        if len(body) > MAX_ANSWER_BYTES:
            raise GenerationProblem("the endpoint's answer does not end")
    return bytes(body)


def _text_in(body: bytes) -> str:
    """Find the text of a chat completion."""
    try:
        answer = json.loads(body)
        content = answer["choices"][0]["message"]["content"]
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise GenerationProblem("the endpoint's answer is no chat completion") from error
    if isinstance(content, list):
        content = "".join(str(part.get("text", "")) for part in content if isinstance(part, Mapping))
    if not isinstance(content, str):
        raise GenerationProblem("the endpoint's answer holds no text")
    return content
