"""Checks of the settings as chosen: each may be right by itself, and wrong beside the others."""

from __future__ import annotations

import ipaddress
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from perilune.config import PREFIX, SECRET_SUFFIX, Settings
from perilune.doctor.findings import Finding, Installation, ok, problem, warning
from perilune.serving import door_of

WIDEST_PREFIX = {4: 8, 6: 16}
"""The shortest prefix of a network that may be meant, by version of the protocol."""


def choices(installation: Installation) -> Iterator[Finding]:
    """Check settings against each other."""
    found = [*_of_mail(installation.settings), *_of_proxy(installation.settings), *_of_manners(installation.settings)]
    yield from found
    if not found:
        yield ok("settings", "The settings go together.")


def _of_mail(settings: Settings) -> Iterator[Finding]:
    if settings.smtp is None:
        return
    if settings.public_url is None:
        sentence = "PERILUNE_SMTP is set but PERILUNE_PUBLIC_URL is not, so no mail is sent."
        yield problem("settings", sentence, "Set PERILUNE_PUBLIC_URL to the address at which readers open the archive.")
    if settings.mail_from.rstrip(">").endswith("@localhost"):
        sentence = f"Mail would come from {settings.mail_from}, which other servers refuse."
        yield problem("settings", sentence, "Set PERILUNE_MAIL_FROM to an address of your domain.")
    if settings.dkim_key is None:
        sentence = "Mail is not signed, so that some servers take it for spam."
        remedy = "Set PERILUNE_DKIM_KEY, unless your mail server signs; `perilune mail dkim` prints the DNS record."
        yield warning("settings", sentence, remedy)
    if settings.bounce_mailbox is None:
        sentence = "Nobody reads the mail that comes back, so that addresses which are gone are sent to for ever."
        yield warning("settings", sentence, "Set PERILUNE_BOUNCE_MAILBOX to a Maildir or an IMAP mailbox.")
    if settings.owner is None:
        sentence = "Nobody is told when a source without an owner is not well."
        yield warning("settings", sentence, "Set PERILUNE_OWNER to a mail address.")


def _of_proxy(settings: Settings) -> Iterator[Finding]:
    if settings.public_url and urlsplit(settings.public_url).scheme != "https":
        sentence = "PERILUNE_PUBLIC_URL is not HTTPS, so passwords and keys in links can be read on their way."
        yield warning("settings", sentence, "Put a web server with a certificate before the archive.")
    if settings.proxy_user_header is None:
        return
    wide = [each for each in settings.proxy_addresses.split(",") if _is_wide(each.strip())]
    if wide:
        sentence = f"Whoever is in {', '.join(wide)} can say in {settings.proxy_user_header} that they are anybody."
        yield problem("settings", sentence, "Set PERILUNE_PROXY_ADDRESSES to the addresses of your web server alone.")
    if settings.host in {"0.0.0.0", "::"} and settings.proxy_addresses == _default("proxy_addresses"):  # noqa: S104
        sentence = "A web server names people, but is believed only where it runs on this very machine."
        remedy = "Set PERILUNE_PROXY_ADDRESSES to its address, or PERILUNE_HOST to 127.0.0.1 where it is here."
        yield warning("settings", sentence, remedy)


def _is_wide(text: str) -> bool:
    network = ipaddress.ip_network(text, strict=False)
    return network.prefixlen < WIDEST_PREFIX[network.version] and not network.is_loopback


def _of_manners(settings: Settings) -> Iterator[Finding]:
    if settings.identity == _default("identity"):
        sentence = "Publishers cannot find out who crawls them: PERILUNE_IDENTITY is not set."
        yield warning("settings", sentence, "Set it to a page that says who you are and how to reach you.")


def _default(name: str) -> object:
    return Settings.model_fields[name].default


def door(installation: Installation) -> Iterator[Finding]:
    """Check that no stranger can do everything."""
    yield ok("who may come in", door_of(installation.archive))


def secret_files(_installation: Installation) -> Iterator[Finding]:
    """Check that files with secrets are for their owner alone."""
    named = [
        Path(value) for name, value in os.environ.items() if name.startswith(PREFIX) and name.endswith(SECRET_SUFFIX)
    ]
    for path in named:
        if path.is_file() and path.stat().st_mode & stat.S_IROTH:
            sentence = f"Everybody on this machine may read {path}, which holds a secret."
            yield warning("secrets", sentence, f"`chmod o-r {path}`")
