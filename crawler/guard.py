"""What keeps downloads on the public internet (`perilune.addresses` holds the rule): a resolver and a download handler.

The resolver is where a connection gets its addresses from, so what is checked is what is connected to, at each redirect
and whatever a name means a moment later. The handler is the way of every request, those for robots.txt included.
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Sequence
from typing import Protocol, Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError
from scrapy.http import Response
from scrapy.resolver import CachingHostnameResolver
from scrapy.utils.datatypes import LocalCache
from structlog import get_logger
from twisted.internet.address import IPv4Address
from twisted.internet.base import ReactorBase
from twisted.internet.interfaces import IAddress, IHostResolution

from crawler.fetched import AddressRefused, NameUnknown
from perilune.addresses import (
    PORTS,
    AddressProblem,
    Place,
    checked_url,
    networks_allowed,
    place_of,
    refusal,
    refusal_by_name,
)

log = get_logger()
REMEMBERED = 1000
PROXY_PATIENCE_SECONDS = 2.0
"""How long a name is looked up that a proxy will look up itself."""
NOBODY_S = ("a.root-servers.net", PORTS["https"])
"""The keepers of the DNS answer for it: whether it is answered tells of this machine, not of a stranger."""
NO_PORT = 0
"""What Scrapy names as the port where it looks up the proxy that is to open a tunnel."""


class Receiver(Protocol):
    """What is told the addresses of a name: Twisted's `IResolutionReceiver`."""

    def resolutionBegan(self, resolution: IHostResolution) -> None: ...  # noqa: N802, D102 - Twisted's name

    def addressResolved(self, address: IAddress) -> None: ...  # noqa: N802, D102 - Twisted's name

    def resolutionComplete(self) -> None: ...  # noqa: N802, D102 - Twisted's name


class CheckingResolver(CachingHostnameResolver):
    """Scrapy's resolver, which gives a connection no address of a place that is not to be asked."""

    def __init__(self, reactor: ReactorBase, cache_size: int) -> None:
        super().__init__(reactor, cache_size)
        self.allowed: frozenset[Place] = frozenset()
        self.proxies: set[Place] = set()
        """Named by whoever runs us, and so asked wherever they are."""
        self.refused: LocalCache[Place, str] = LocalCache(REMEMBERED)
        self.patience = PROXY_PATIENCE_SECONDS
        self._muteness: asyncio.Future[bool] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: ReactorBase) -> Self:
        """Make it for Scrapy, with the exceptions of our settings."""
        resolver = super().from_crawler(crawler, reactor)
        resolver.allowed = networks_allowed(crawler.settings.get("PERILUNE_ALLOW_NETWORKS"))
        return resolver

    def resolveHostName(  # noqa: N802 - Twisted's name and parameters
        self,
        resolutionReceiver: Receiver,  # noqa: N803
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: Sequence[type[IAddress]] | None = None,  # noqa: N803
        transportSemantics: str = "TCP",  # noqa: N803
    ) -> IHostResolution:
        """Resolve a name and hand on its addresses if all may be asked, else none."""
        checked = _Checked(resolutionReceiver, place_of(hostName, portNumber), self)
        return super().resolveHostName(checked, hostName, portNumber, addressTypes, transportSemantics)  # type: ignore[arg-type]

    def check(self, place: Place, found: Sequence[IAddress]) -> bool:
        """Tell whether a place may be asked that was found at these addresses; where it may not, note why."""
        self.refused.pop(place, None)
        addresses = [ipaddress.ip_address(each.host.partition("%")[0]) for each in found]
        reason = None if self._is_proxy(place) else refusal(place, addresses, self.allowed)
        if reason is not None:
            self.refused[place] = reason
            log.warning("address refused", host=place[0], port=place[1], addresses=list(map(str, addresses)))
        return reason is None

    def _is_proxy(self, place: Place) -> bool:
        """Tell whether a place is a proxy of ours; no page's address is looked up without its port."""
        host, port = place
        return place in self.proxies or (port == NO_PORT and any(host == proxy for proxy, _ in self.proxies))

    async def addresses_of(self, place: Place) -> list[str]:
        """Give the addresses of a place, none where its name is not known; AddressRefused where it may not be asked."""
        receiver = _Collected()
        self.resolveHostName(receiver, *place)
        found = await receiver.addresses
        if place in self.refused:
            raise AddressRefused(self.refused[place])
        return found

    def check_target(self, place: Place) -> None:
        """Raise AddressRefused for what needs no resolving to be refused: numbers, ports, our own proxy."""
        reason = refusal_by_name(place, self.allowed)
        if place in self.proxies - self.allowed:
            reason = f"{place[0]} is the proxy at port {place[1]}, and no page's business"
        if reason is not None:
            raise AddressRefused(reason)

    async def check_proxied(self, place: Place) -> None:
        """Raise AddressRefused where a proxy should not be asked for a place.

        The proxy resolves names, and what they mean to it only it can check. Refused are numbers and local names, and
        names that this machine knows as something private, where it can resolve any.
        """
        reason = refusal_by_name(place, self.allowed, by_proxy=True)
        if reason is not None:
            raise AddressRefused(reason)
        if place in self.allowed or await self._is_mute():
            return
        try:
            async with asyncio.timeout(self.patience):
                await self.addresses_of(place)
        except TimeoutError as error:
            raise NameUnknown("what the host name means was not known in time") from error

    def _is_mute(self) -> asyncio.Future[bool]:
        """Tell whether this machine resolves no names, so that only a proxy can.

        Found out once, before the first stranger's name is looked up, for who answers slowly must not decide it.
        """
        if self._muteness is None:
            self._muteness = asyncio.ensure_future(self._finds_nothing())
        return asyncio.shield(self._muteness)

    async def _finds_nothing(self) -> bool:
        try:
            async with asyncio.timeout(self.patience):
                await self.addresses_of(NOBODY_S)
        except TimeoutError:
            return True
        except AddressRefused:
            return False  # it is answered, if strangely
        return False


class _Checked:
    """Hands the addresses of a name on when all of them are known and may be asked.

    Those of IPv6 are for names that have no others: a machine without IPv6 would lose time on each connection.
    """

    def __init__(self, receiver: Receiver, place: Place, resolver: CheckingResolver) -> None:
        self._receiver = receiver
        self._place = place
        self._resolver = resolver
        self._found: list[IAddress] = []

    def resolutionBegan(self, resolution: IHostResolution) -> None:  # noqa: N802 - Twisted's name
        self._receiver.resolutionBegan(resolution)

    def addressResolved(self, address: IAddress) -> None:  # noqa: N802 - Twisted's name
        self._found.append(address)

    def resolutionComplete(self) -> None:  # noqa: N802 - Twisted's name
        if self._resolver.check(self._place, self._found):
            of_version_4 = [each for each in self._found if isinstance(each, IPv4Address)]
            for address in of_version_4 or self._found:
                self._receiver.addressResolved(address)
        self._receiver.resolutionComplete()


class _Collected:
    """Waits for the addresses of a name."""

    def __init__(self) -> None:
        self.addresses: asyncio.Future[list[str]] = asyncio.get_running_loop().create_future()
        self._found: list[str] = []

    def resolutionBegan(self, resolution: IHostResolution) -> None:  # noqa: N802 - Twisted's name
        pass

    def addressResolved(self, address: IAddress) -> None:  # noqa: N802 - Twisted's name
        self._found.append(address.host)

    def resolutionComplete(self) -> None:  # noqa: N802 - Twisted's name
        if not self.addresses.done():
            self.addresses.set_result(self._found)


class CheckedDownloads(HTTP11DownloadHandler):
    """Scrapy's downloads, which ask only for what may be asked, and say why where that is refused."""

    async def download_request(self, request: Request) -> Response:
        """Ask for an address; AddressRefused where it is none of the public internet's."""
        try:
            return await self._checked(request)
        except AddressRefused as refused:
            log.warning("not asked", url=request.url, reason=str(refused))
            raise

    async def _checked(self, request: Request) -> Response:
        resolver = resolver_of_this_process()
        try:
            place = checked_url(request.url)
        except AddressProblem as problem:
            raise AddressRefused(str(problem).rstrip(".")) from problem
        proxy = request.meta.get("proxy")
        if proxy:
            resolver.proxies.add(proxy_place(proxy))
        resolver.check_target(place)
        if proxy:
            await resolver.check_proxied(place)
        try:
            return await super().download_request(request)
        except CannotResolveHostError as error:
            if place in resolver.refused:
                raise AddressRefused(resolver.refused[place]) from error
            raise


def proxy_place(proxy: str) -> Place:
    """Give host and port of a proxy's address."""
    parts = urlsplit(proxy)
    return place_of(parts.hostname or "", parts.port or PORTS.get(parts.scheme, PORTS["http"]))


def resolver_of_this_process() -> CheckingResolver:
    """Give the resolver that Scrapy has installed; without it nothing may be asked."""
    from twisted.internet import reactor

    resolver = getattr(reactor, "nameResolver", None)
    if not isinstance(resolver, CheckingResolver):
        raise AddressRefused("this process has no guard of addresses")
    return resolver
