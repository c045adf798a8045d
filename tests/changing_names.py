"""A crawl on a machine whose names are the test's: `TEST_NAMES` gives each name's answers, one after the other.

Run in place of `crawler.batch`. It hands Twisted a resolver before Scrapy begins; all else is as the product has it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence

from scrapy.resolver import HostResolution, dnscache
from twisted.internet import asyncioreactor
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.interfaces import IAddress, IHostnameResolver, IHostResolution

from crawler.batch import main
from crawler.guard import Receiver
from tests.crawl_bench import Crawl

VARIABLE = "TEST_NAMES"
PUBLIC_AND_NOBODY_S = "3000::1"
"""Of what is set aside for the public internet and given to nobody."""
SILENCE = "silence"
"""In place of an address: the question is never answered."""


class ChangingNames:
    """Answers for the names that it is given, anew at each question; the last answer stays. Others it hands on."""

    def __init__(self, answers: dict[str, list[list[str]]], others: IHostnameResolver | None = None) -> None:
        self._answers = answers
        self._others = others

    def resolveHostName(  # noqa: N802 - Twisted's name and parameters
        self,
        resolutionReceiver: Receiver,  # noqa: N803
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: Sequence[type[IAddress]] | None = None,  # noqa: N803
        transportSemantics: str = "TCP",  # noqa: N803
    ) -> IHostResolution:
        """Resolve a name."""
        dnscache.limit = 0  # answers hold for no time
        answers = self._answers.get(hostName)
        if answers is None and self._others is not None:
            return self._others.resolveHostName(  # type: ignore[call-arg, misc]
                resolutionReceiver,  # type: ignore[arg-type]
                hostName,  # type: ignore[arg-type]
                portNumber,  # type: ignore[arg-type]
                addressTypes,  # type: ignore[arg-type]
                transportSemantics,
            )
        resolution = HostResolution(hostName)
        resolutionReceiver.resolutionBegan(resolution)  # type: ignore[arg-type]
        found = _next_of(answers or [[]])
        if SILENCE in found:
            return resolution  # type: ignore[return-value]
        for address in found:
            kind = IPv6Address if ":" in address else IPv4Address
            resolutionReceiver.addressResolved(kind("TCP", address, portNumber))  # type: ignore[arg-type]
        resolutionReceiver.resolutionComplete()
        return resolution  # type: ignore[return-value]


def _next_of(answers: list[list[str]]) -> list[str]:
    return answers.pop(0) if len(answers) > 1 else answers[0]


def crawled_with_names(crawl: Crawl, names: Mapping[str, list[list[str]]]) -> str:
    """Crawl in a process that knows these names by these answers, and return its log."""
    command = [sys.executable, "-m", "tests.changing_names", "--parent", str(os.getpid())]
    environment = crawl.environment | {VARIABLE: json.dumps(names)}
    child = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert child.returncode == 0, child.stderr
    return child.stderr


if __name__ == "__main__":
    asyncioreactor.install()  # type: ignore[no-untyped-call]
    from twisted.internet import reactor

    names = ChangingNames(json.loads(os.environ[VARIABLE]), reactor.nameResolver)
    reactor.installNameResolver(names)
    sys.exit(main(sys.argv[1:]))
