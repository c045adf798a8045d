"""Who publishes at an address: one publisher's several hosts are one voice; pure."""

from __future__ import annotations

from perilune.urls import site_of

SECOND_LEVELS = frozenset(
    {"ac", "co", "com", "edu", "gob", "gouv", "gov", "go", "govt", "mil", "net", "nom", "or", "org"}
)
"""Names under which a country gives out names: `gov.cn` is nobody's, `cnsa.gov.cn` is."""
SHARED_HOSTS = frozenset({"blogspot.com", "github.io", "medium.com", "substack.com", "tumblr.com", "wordpress.com"})
"""Where each host is another's."""
COUNTRY_CHARS = 2


def publisher_at(address: str, otherwise: str) -> str:
    """Name the publisher of an address by its domain, such as `cas.cn` of `english.cas.cn`; `otherwise` without one."""
    host = site_of(address)
    labels = host.split(".")
    if len(labels) == 1 or labels[-1].isdigit():
        return host or otherwise
    is_nobodys = len(labels[-1]) == COUNTRY_CHARS and labels[-2] in SECOND_LEVELS
    domain = ".".join(labels[-3:] if is_nobodys else labels[-2:])
    return host if domain in SHARED_HOSTS else domain
