"""Serves replicas on loopback, each at its own host name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from benchmarks.onboarding.replicas import Answer, Replica
from benchmarks.proxy import ProxyWeb, Reply

MISSING = Answer(404, "text/html", b"<html><title>404 Not Found</title><body><h1>Not Found</h1></body></html>")


class ReplicaWeb(ProxyWeb):
    """A web of replicas."""

    def __init__(self, replicas: Iterable[Replica]) -> None:
        super().__init__()
        self._answers: dict[str, Mapping[str, Answer]] = {each.site.host: each.answers() for each in replicas}
        self.request_counts: Counter[str] = Counter()

    @property
    def places(self) -> str:
        """The hosts as `PERILUNE_ALLOW_NETWORKS` names them, so that nobody asks the real DNS for them."""
        return ",".join(f"{host}:80" for host in self._answers)

    def answer(self, url: str) -> Answer:
        """Answer for an address, with or without the slash at its end."""
        parts = urlsplit(url)
        self.request_counts[parts.hostname or ""] += 1
        answers = self._answers.get(parts.hostname or "", {})
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        return answers.get(path) or answers.get(path.rstrip("/")) or answers.get(f"{path}/") or MISSING

    def reply_to(self, url: str) -> Reply:
        """Answer a GET as the replica's host does."""
        answer = self.answer(url)
        return Reply(answer.status, {"Content-Type": answer.content_type}, answer.body)
