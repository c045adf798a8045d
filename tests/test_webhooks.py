"""Webhooks: each find is posted once, signed, to an address that is nobody's inner network, for three days at most."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import ipaddress
import json
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from pytest_httpserver import HTTPServer
from sqlalchemy.orm import Session, sessionmaker
from werkzeug import Request, Response

from digest.mail import DeliveryProblem
from models.account import Account
from models.fate import await_stage
from models.saved_search import Webhook, WebhookCall
from models.search import index_article
from models.takedown import Takedown
from models.vocabulary import DeliveryState, Stage
from models.webhooks import new_secret
from perilune.addresses import AddressProblem, is_public, networks_allowed, reach
from perilune.archive import Archive
from perilune.config import ConfigProblem, settings_from
from perilune.saved_searches import add_webhook, restart_webhook, save_search
from perilune.webhook_calls import Call, Caller, call_due, try_call
from pipeline.runners.match import MatchRunner
from pipeline.runners.runner import Worker, drain
from tests.builders import ArticleDraft, an_article

NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)
DAYS = [dt.timedelta(hours=12 * n) for n in range(1, 13)]


@dataclass
class Hook:
    """A webhook of a search, and the server that it calls."""

    archive: Archive
    search: str
    key: str
    statuses: list[int] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)

    def answer(self, request: Request) -> Response:
        """Answer as told, 200 where nothing was."""
        request.get_data()
        self.requests.append(request)
        return Response(status=self.statuses.pop(0) if self.statuses else 200, headers={"location": "/elsewhere"})

    def find(self) -> str:
        """Let the search find an article; returns its key."""
        with self.archive.sessions.begin() as session:
            article = an_article(session, ArticleDraft(title="The lunar station"))
            index_article(session, article.id)
            await_stage(session, Stage.MATCH, [article.id], due_at=NOW)
            key = article.key
        drain(MatchRunner("https://archive.example.org"), Worker(self.archive.sessions, "test", NOW))
        return key

    def states(self) -> list[DeliveryState]:
        """Read how the calls stand."""
        with self.archive.sessions() as session:
            return list(session.scalars(sa.select(WebhookCall.state).order_by(WebhookCall.id)))

    def row(self, session: Session) -> Webhook:
        """Read the webhook."""
        return session.scalars(sa.select(Webhook).where(Webhook.key == self.key)).one()


@pytest.fixture
def hook(sessions: sessionmaker[Session], tmp_path: Path, httpserver: HTTPServer) -> Iterator[Hook]:
    """A search whose finds are posted to a server on loopback, which a setting allows."""
    place = f"{httpserver.host}:{httpserver.port}"
    settings = settings_from({"PERILUNE_HOME": str(tmp_path), "PERILUNE_ALLOW_NETWORKS": place})
    archive = Archive(settings, sessions)
    search, _ = save_search(archive, "local", {"query": "lunar"}, now=NOW)
    made = Hook(archive, search, add_webhook(archive, "local", search, httpserver.url_for("/hook"), now=NOW))
    httpserver.expect_request("/hook").respond_with_handler(made.answer)
    yield made
    with pytest.raises(ConfigProblem, match="host:port"):
        settings_from({"PERILUNE_ALLOW_NETWORKS": "somewhere"})


def test_a_find_is_posted_once_and_its_signature_can_be_checked(hook: Hook) -> None:
    key = hook.find()
    assert call_due(hook.archive, now=NOW) == {"sent": 1}
    assert call_due(hook.archive, now=NOW) == {}
    (request,) = hook.requests
    body, sent = request.get_data(), request.headers
    with hook.archive.sessions() as session:
        secret = base64.b64decode(hook.row(session).secret.removeprefix("whsec_"))
    signed = f"{sent['webhook-id']}.{sent['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
    assert sent["webhook-signature"] == f"v1,{expected}"
    told = json.loads(body)
    assert (told["type"], told["data"]["article"]["key"]) == ("search.found", key)
    assert told["data"]["search"]["key"] == hook.search
    assert told["data"]["article"]["archive_url"] == f"https://archive.example.org/article/{key}"


def test_a_call_that_fails_is_made_again_with_its_id_and_a_redirect_is_not_followed(hook: Hook) -> None:
    hook.statuses = [500, 302]
    hook.find()
    for wait in (0, 11, 60):
        call_due(hook.archive, now=NOW + dt.timedelta(minutes=wait))
    assert hook.states() == [DeliveryState.SENT]
    assert len({request.headers["webhook-id"] for request in hook.requests}) == 1
    assert [request.path for request in hook.requests] == ["/hook"] * 3


def test_a_locked_account_and_a_withdrawn_article_are_told_to_nobody(hook: Hook) -> None:
    key = hook.find()
    with hook.archive.sessions.begin() as session:
        session.add(Takedown(article_key=key, url="http://a.example/", reason="asked", made_by="Ada", made_at=NOW))
    assert call_due(hook.archive, now=NOW) == {"failed": 1}
    hook.find()
    with hook.archive.sessions.begin() as session:
        session.execute(sa.update(Account).values(is_active=False))
    assert call_due(hook.archive, now=NOW) == {"failed": 1}
    hook.find()
    assert hook.states() == [DeliveryState.FAILED] * 2
    assert hook.requests == []
    with hook.archive.sessions() as session:
        assert hook.row(session).stopped_because is None, "its address did nothing wrong"


def test_an_address_that_never_answers_is_given_up_after_three_days_and_can_be_called_again(hook: Hook) -> None:
    hook.statuses = [503] * 12
    hook.find()
    for day in DAYS:
        call_due(hook.archive, now=NOW + day)
    with hook.archive.sessions() as session:
        assert "it answered 503" in str(hook.row(session).stopped_because)
    hook.find()
    assert hook.states() == [DeliveryState.FAILED]
    restart_webhook(hook.archive, "local", hook.search, hook.key, now=NOW)
    assert call_due(hook.archive, now=NOW) == {"sent": 1}


def test_an_address_that_is_gone_is_called_no_more_and_a_dead_process_loses_no_call(hook: Hook) -> None:
    hook.find()
    with hook.archive.sessions.begin() as session:
        dead = {"state": DeliveryState.SENDING, "claimed_by": None, "due_at": NOW - dt.timedelta(hours=1)}
        session.execute(sa.update(WebhookCall).values(dead))
    hook.statuses = [410]
    assert call_due(hook.archive, now=NOW) == {"failed": 1}
    with hook.archive.sessions() as session:
        assert hook.row(session).stopped_because == "it answered 410"


def test_a_test_says_what_the_address_answered(hook: Hook) -> None:
    assert try_call(hook.archive, hook.key, now=NOW).endswith("answered 200.")
    assert json.loads(hook.requests[0].get_data())["type"] == "search.test"
    hook.statuses = [404]
    assert "404, which is no success" in try_call(hook.archive, hook.key, now=NOW)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/hook",
        "http://localhost:8600/",
        "http://169.254.169.254/latest/meta-data/",
        "http://10.1.2.3/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://0/",
        "http://user:word@93.184.216.34/",
        "http://93.184.216.34:0/",
        "http://./",
        "ftp://93.184.216.34/",
        "file:///etc/passwd",
        "https://",
    ],
)
def test_an_address_of_the_inner_network_or_of_no_web_is_refused(url: str) -> None:
    with pytest.raises(AddressProblem):
        reach(url)


def test_public_addresses_are_reached_and_an_inner_one_only_at_the_port_that_is_named() -> None:
    assert reach("https://93.184.216.34/hook").host_header == "93.184.216.34"
    with pytest.raises(ValueError, match="is not host:port"):
        networks_allowed("here.example:80, .:9001")
    allowed = networks_allowed("127.0.0.1:9000, [::1]:80")
    assert reach("http://127.0.0.1:9000/", allowed).host_header == "127.0.0.1:9000"
    assert reach("http://[::1]/", allowed).host_header == "[::1]"
    with pytest.raises(AddressProblem, match="PERILUNE_ALLOW_NETWORKS"):
        reach("http://127.0.0.1:9001/", allowed)
    for inner in ("64:ff9b::a00:1", "2002:a00:1::", "100.100.100.200", "fd00::1", "224.0.0.1", "fe80::1"):
        assert not is_public(ipaddress.ip_address(inner))
    assert is_public(ipaddress.ip_address("64:ff9b::5db8:d822"))


PUBLIC, LOOPBACK, NOBODY = "93.184.216.34", "127.0.0.1", "127.0.0.9"


@pytest.fixture
def rebound(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], list[str]]:
    """Let `rebind.example` mean one address the first time it is asked for, and another ever after."""
    resolve = socket.getaddrinfo

    def answering(first: str, then: str) -> list[str]:
        given: list[str] = []

        def answer(host: str | bytes | None, port: str | int | None, **how: int) -> object:
            if host != "rebind.example":
                return resolve(host, port, **how)
            given.append(then if given else first)
            return resolve(given[-1], port, **how)

        monkeypatch.setattr(socket, "getaddrinfo", answer)
        return given

    return answering


@pytest.mark.filterwarnings("ignore:A test tried to use socket")
def test_a_call_goes_to_the_address_that_was_checked_whatever_the_name_means_later(
    hook: Hook, rebound: Callable[[str, str], list[str]]
) -> None:
    port = urlsplit(_url_of(hook)).port
    call = Call("msg_1", "", f"http://rebind.example:{port}/hook", b"{}", new_secret())
    given = rebound(PUBLIC, LOOPBACK)
    with pytest.raises(ExceptionGroup) as blocked:  # the tests reach nothing beyond this machine
        Caller().status_of(call)
    assert f'host "{PUBLIC}"' in repr(blocked.value.exceptions)
    assert (given, hook.requests) == ([PUBLIC], [])
    given = rebound(LOOPBACK, NOBODY)
    assert Caller(frozenset({("rebind.example", port or 0)})).status_of(call) == 200
    assert given == [LOOPBACK]
    assert [request.host for request in hook.requests] == [f"rebind.example:{port}"]
    given = rebound(LOOPBACK, PUBLIC)
    with pytest.raises(DeliveryProblem, match="not on the public internet"):
        Caller().status_of(call)
    assert given == [LOOPBACK]


def _url_of(hook: Hook) -> str:
    with hook.archive.sessions() as session:
        return hook.row(session).url
