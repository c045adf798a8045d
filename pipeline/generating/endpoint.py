"""Asks an OpenAI-compatible endpoint (`/chat/completions`); apart because it alone speaks to a network."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException, HTTPMessage, HTTPResponse
from typing import IO
from urllib.error import HTTPError
from urllib.parse import urlsplit

from pydantic import SecretStr

from pipeline.generating.answers import GenerationProblem, Prompt
from pipeline.generating.prompts import messages_of

MAX_ANSWER_BYTES = 1_000_000
READ_BYTES = 65_536
TOKENS_PER_WORD = 4  # of ideographs, and of the thinking that some models begin with
NO_SUCH_LIST = (404, 405, 501)
LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class EndpointModel:
    """A model behind an address; `timeout` is in seconds and holds for the whole answer."""

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
            with _opener(address).open(request, timeout=self.timeout) as response:
                return _read(response, time.monotonic() + self.timeout)
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


def _opener(address: str) -> urllib.request.OpenerDirector:
    # What runs on this machine is asked directly, whatever proxy the environment names.
    direct = [urllib.request.ProxyHandler({})] if urlsplit(address).hostname in LOOPBACK else []
    return urllib.request.build_opener(_NoRedirects, *direct)


def _read(response: HTTPResponse, deadline: float) -> bytes:
    body = bytearray()
    while chunk := response.read1(READ_BYTES):
        body += chunk
        if len(body) > MAX_ANSWER_BYTES:
            raise GenerationProblem("the endpoint's answer does not end")
        if time.monotonic() > deadline:
            raise TimeoutError
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
