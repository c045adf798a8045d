"""Which addresses of the web we ask on somebody's word: none of this machine or its network, unless a setting names it.

A leaf, so that sources and webhooks obey one rule. A name is resolved once, and what was checked is what is connected
to: a name that means another machine a moment later (DNS rebinding) leads nowhere.
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import time
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from structlog import get_logger

from perilune.problems import Problem

PORTS = {"http": 80, "https": 443}
NAT64 = ipaddress.ip_network("64:ff9b::/96")
UNICAST = ipaddress.ip_network("2000::/3")
"""All that is assigned of IPv6; beyond it lie local addresses, multicast and forms that carry one of IPv4."""
# IANA's special purposes of which older versions of `ipaddress` know but parts, and Azure's source of settings.
SPECIAL = (
    ipaddress.ip_network("192.0.0.0/24"),
    ipaddress.ip_network("192.88.99.0/24"),
    ipaddress.ip_network("168.63.129.16/32"),
    ipaddress.ip_network("2001::/23"),
    ipaddress.ip_network("3fff::/20"),
)
IPV4_BITS = 0xFFFFFFFF
# The "bad ports" of WHATWG's Fetch standard, to which no browser speaks: what listens there may take HTTP for its own.
_FOREIGN = """
0 1 7 9 11 13 15 17 19 20 21 22 23 25 37 42 43 53 69 77 79 87 95 101 102 103 104 109 110 111 113 115 117 119 123 135 137
139 143 161 179 389 427 465 512 513 514 515 526 530 531 532 540 548 554 556 563 587 601 636 989 990 993 995 1719 1720
1723 2049 3659 4045 4190 5060 5061 6000 6566 6665 6666 6667 6668 6669 6679 6697 10080
"""
FOREIGN_PORTS = frozenset(map(int, _FOREIGN.split()))
# Names that no public resolver knows (RFC 6761, 6762, 8375; .internal is ICANN's, the others are what people use).
LOCAL_SUFFIXES = ("localhost", "local", "internal", "home.arpa", "localdomain", "lan", "home", "corp", "intranet")
DOTS = str.maketrans(dict.fromkeys("\u3002\uff0e\uff61", "."))
HOST_CHARS = 100
log = get_logger()
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
INTERFACES_SECONDS = 60
WIDEST_BITS = {4: 16, 6: 48}
"""A wider network is no neighbourhood, but a mistake or a tunnel to everywhere."""
Place = tuple[str, int]
"""A host as an address names it, in lower case and without a last dot, and a port."""


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


def networks_allowed(setting: str | None) -> frozenset[Place]:
    """Read `host:port,host:port`; ValueError for anything else."""
    return frozenset(_named(entry.strip()) for entry in (setting or "").split(",") if entry.strip())


def _named(entry: str) -> Place:
    try:
        parts = urlsplit(f"//{entry}")
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError as error:
        raise ValueError(f"{entry!r} is not host:port") from error
    if not host or not port or entry != parts.netloc or parts.username is not None:
        raise ValueError(f"{entry!r} is not host:port")
    return place_of(host, port)


def checked_url(url: str) -> Place:
    """Return host and port of an address that is of the web; AddressProblem for anything else."""
    try:
        parts = urlsplit(url.strip())
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError as error:
        raise AddressProblem(f"{url!r} is not an address: {error}.") from error
    if parts.scheme not in PORTS or not host or port == 0 or any(sign.isspace() for sign in url.strip()):
        raise AddressProblem(f"{url!r} is not an address of the web; write it as in https://example.org/hook.")
    if parts.username is not None or parts.password is not None:
        raise AddressProblem("an address with a user or a password in it is not asked.")
    return place_of(host, PORTS[parts.scheme] if port is None else port)


def place_of(host: str, port: int) -> Place:
    """Name a host as settings name it."""
    return host.lower().rstrip("."), port


def reach(url: str, allowed: frozenset[Place] = frozenset()) -> Reached:
    """Find the machine of an address and check it; AddressProblem where it is not one of the public internet."""
    host, port = checked_url(url)
    found = list(_resolved(host, port))
    reason = refusal((host, port), found, allowed)
    if reason is not None:
        log.warning("address refused", host=host, port=port, addresses=list(map(str, found)))
        raise AddressProblem(f"{reason}.")
    return Reached(url.strip(), str(found[0]), host, port)


def refusal(
    place: Place, found: Iterable[Address], allowed: frozenset[Place], *, near: Iterable[Network] | None = None
) -> str | None:
    """Say why a place is not asked that has been found to be at these addresses; None where it may be.

    Which they are is for the log: readers are told the reason too, and a name of our network is not theirs to resolve.
    `near` are networks that are ours, where it is not this machine that asks. All that a name resolves
    to must be public, so that a name with two faces is refused whichever comes first.
    """
    host, port = place
    if place in allowed:
        return None
    near = networks_here() if near is None else near
    private = next((each for each in found if not is_public(each) or is_near(each, near)), None)
    if private is None and port not in FOREIGN_PORTS:
        return None
    shown = f"{host:.{HOST_CHARS}}"
    named = f"[{shown}]" if ":" in shown else shown
    remedy = f"an administrator may allow it by PERILUNE_ALLOW_NETWORKS={named}:{port}"
    if private is None:
        return f"port {port} of {shown} is none of the web's; {remedy}"
    return f"{shown} is not on the public internet; {remedy}"


def refusal_by_name(place: Place, allowed: frozenset[Place], *, by_proxy: bool = False) -> str | None:
    """Say why a place is not asked, as far as its name tells; a proxy will resolve it in a network that is not ours."""
    host, port = place
    literal = literal_of(host)
    reason = refusal(place, [literal] if literal else [], allowed)
    if reason or literal or place in allowed or not (by_proxy and is_local_name(host)):
        return reason
    remedy = f"an administrator may allow it by PERILUNE_ALLOW_NETWORKS={host:.{HOST_CHARS}}:{port}"
    return f"{host:.{HOST_CHARS}} is a name of a local network; {remedy}"


def literal_of(host: str) -> Address | None:
    """Read an address that stands in place of a name, in all spellings that a resolver takes; None for a name.

    These are decimal, octal and hexadecimal numbers, one for several parts, digits of other scripts, dots at the end.
    """
    text = unicodedata.normalize("NFKC", unquote(host).translate(DOTS)).strip("[]").rstrip(".").partition("%")[0]
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(text)
    with contextlib.suppress(OSError, ValueError):
        return ipaddress.IPv4Address(socket.inet_aton(text))
    return None


def is_local_name(host: str) -> bool:
    """Tell whether a name means something in one network only."""
    return "." not in host or host.endswith(tuple(f".{suffix}" for suffix in LOCAL_SUFFIXES))


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
    inner = _carried(address)
    if inner is not None:
        return is_public(inner)
    is_assigned = not address.is_multicast if isinstance(address, ipaddress.IPv4Address) else address in UNICAST
    return is_assigned and address.is_global and not any(address in network for network in SPECIAL)


def _carried(address: Address) -> ipaddress.IPv4Address | None:
    if isinstance(address, ipaddress.IPv4Address):
        return None
    return (
        ipaddress.IPv4Address(int(address) & IPV4_BITS)
        if address in NAT64
        else address.ipv4_mapped or address.sixtofour
    )


def is_near(address: Address, networks: Iterable[Network]) -> bool:
    """Tell whether an address is of networks that this machine stands in, public as they may be."""
    meant = _carried(address) or address
    return any(meant in network for network in networks)


def networks_here() -> frozenset[Network]:
    """Give the public networks that this machine has addresses of, as they were within the last minute."""
    return _networks_at(int(time.monotonic() // INTERFACES_SECONDS))


@lru_cache(maxsize=1)
def _networks_at(minute: int) -> frozenset[Network]:
    import psutil

    del minute
    said = (each for several in psutil.net_if_addrs().values() for each in several)
    return frozenset(network for each in said for network in networks_of(each.address, each.netmask))


def networks_of(address: str, netmask: str | None) -> Iterator[Network]:
    """Read the networks that an interface's address puts us in: itself, and its neighbours where these are few.

    Addresses of interfaces' hardware, and private ones, which nobody may ask anyway, are none.
    """
    with contextlib.suppress(ValueError):
        own = ipaddress.ip_address(address.partition("%")[0])
        if is_public(own):
            yield ipaddress.ip_network(own)
            bits = int(ipaddress.ip_address(netmask)).bit_count() if netmask else own.max_prefixlen
            if bits >= WIDEST_BITS[own.version]:
                yield ipaddress.ip_network(f"{own}/{bits}", strict=False)
