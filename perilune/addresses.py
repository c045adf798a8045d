"""Which addresses of the web we ask on somebody's word: none of this machine or its network, unless a setting names it.

A leaf, so that sources and webhooks obey one rule. A name is resolved once, and what was checked is what is connected
to: a name that means another machine a moment later (DNS rebinding) leads nowhere.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from perilune.problems import Problem

PORTS = {"http": 80, "https": 443}
NAT64 = ipaddress.ip_network("64:ff9b::/96")
IPV4_BITS = 0xFFFFFFFF
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class AddressProblem(Problem):
    """An address that is not asked; the message says why."""


@dataclass(frozen=True)
class Reached:
    """An address of the web with the machine that it is, checked: connect to `ip`, and ask for `host`."""

    url: str
    ip: str
    """As it stands in an address: of IPv6 without brackets."""
    host: str
    port: int

    @property
    def host_header(self) -> str:
        """What the header `Host` says."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == PORTS[urlsplit(self.url).scheme] else f"{name}:{self.port}"


def networks_allowed(setting: str | None) -> frozenset[tuple[str, int]]:
    """Read `host:port,host:port`; ValueError for anything else."""
    return frozenset(_named(entry.strip()) for entry in (setting or "").split(",") if entry.strip())


def _named(entry: str) -> tuple[str, int]:
    try:
        parts = urlsplit(f"//{entry}")
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise ValueError(f"{entry!r} is not host:port") from error
    if not host or not port or entry != parts.netloc or parts.username is not None:
        raise ValueError(f"{entry!r} is not host:port")
    return host, port


def checked_url(url: str) -> tuple[str, int]:
    """Return host and port of an address that is of the web; AddressProblem for anything else."""
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise AddressProblem(f"{url!r} is not an address: {error}.") from error
    if parts.scheme not in PORTS or not host or any(sign.isspace() for sign in url.strip()):
        raise AddressProblem(f"{url!r} is not an address of the web; write it as in https://example.org/hook.")
    if parts.username is not None or parts.password is not None:
        raise AddressProblem("an address with a user or a password in it is not asked.")
    return host, port or PORTS[parts.scheme]


def reach(url: str, allowed: frozenset[tuple[str, int]] = frozenset()) -> Reached:
    """Find the machine of an address and check it; AddressProblem where it is not one of the public internet.

    All that a name resolves to must be public, so that a name with two faces is refused whichever comes first.
    """
    host, port = checked_url(url)
    found = list(_resolved(host, port))
    if (host, port) not in allowed:
        for each in found:
            if not is_public(each):
                raise AddressProblem(
                    f"{host} is the address {each}, which is not on the public internet; "
                    f"an administrator may allow it by PERILUNE_ALLOW_NETWORKS={host}:{port}."
                )
    return Reached(url.strip(), str(found[0]), host, port)


def _resolved(host: str, port: int) -> Iterator[Address]:
    try:
        rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise AddressProblem(f"the host {host} is not found: {error}.") from error
    for _, _, _, _, place in rows:
        # A link-local address of IPv6 may name its interface.
        yield ipaddress.ip_address(str(place[0]).partition("%")[0])


def is_public(address: Address) -> bool:
    """Tell whether an address is of the public internet, looking into those that carry one of IPv4."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in NAT64:
            inner = ipaddress.IPv4Address(int(address) & IPV4_BITS)
        if inner is not None:
            return is_public(inner)
        if address.teredo is not None:
            return False
    return address.is_global and not address.is_multicast
