"""Checks of what is reached over a network: mail server, mailbox of returned mail, and models behind addresses."""

from __future__ import annotations

from collections.abc import Iterator

from digest.mail import FolderMailer, SmtpMailer
from digest.mail_check import check_server
from digest.mailbox import mailbox_at
from digest.message import sender_of
from perilune.config import Settings, is_address
from perilune.doctor.findings import Finding, Installation, ok, skipped, warning
from perilune.post import mailer_of, post_of
from perilune.secrets import without_password
from pipeline.generating.endpoint import EndpointModel, models_at

ASK_SECONDS = 10


def sender(installation: Installation) -> Iterator[Finding]:
    """Check sender, return address and the key that mail is signed with, without asking the DNS."""
    settings = installation.settings
    post_of(settings)
    if settings.dkim_key is None:
        yield skipped("mail sender", "Mail is not signed here: PERILUNE_DKIM_KEY is not set.")
    else:
        yield ok(
            "mail sender", f"The key {settings.dkim_selector} can sign; `perilune mail dkim` prints its DNS record."
        )


def mail_server(installation: Installation) -> Iterator[Finding]:
    """Check that the mail server answers, takes our login, and accepts the sender; no mail is sent."""
    settings = installation.settings
    mailer = mailer_of(settings)
    if isinstance(mailer, FolderMailer):
        yield skipped("mail server", f"None is set; mail is written into {mailer.folder}.")
        return
    assert isinstance(mailer, SmtpMailer)
    address = settings.bounce_address or sender_of(settings.mail_from)[1]
    yield ok("mail server", check_server(mailer, address))


def bounce_mailbox(installation: Installation) -> Iterator[Finding]:
    """Check that the mailbox of returned mail opens; nothing in it is read or marked."""
    settings = installation.settings
    if settings.bounce_mailbox is None:
        yield skipped("returned mail", "PERILUNE_BOUNCE_MAILBOX is not set.")
        return
    password = settings.bounce_password
    box = mailbox_at(settings.bounce_mailbox, password.get_secret_value() if password else None)
    with box.unread():
        yield ok("returned mail", "Its mailbox opens.")


def generator(installation: Installation) -> Iterator[Finding]:
    """Check that the generator answers, where it is behind an address; nothing is generated."""
    yield _asked(installation.settings, "generator")


def translator(installation: Installation) -> Iterator[Finding]:
    """Check that the translator answers, where it is behind an address; nothing is translated."""
    yield _asked(installation.settings, "translator")


def _asked(settings: Settings, what: str) -> Finding:
    endpoint = _endpoint(settings, what)
    if endpoint is None:
        return skipped(what, "None is at an address.")
    named = models_at(endpoint)
    if named is None or endpoint.model in named:
        return ok(what, f"{without_password(endpoint.address)} answers.")
    sentence = f"{without_password(endpoint.address)} answers, but lists no model {endpoint.model!r}."
    return warning(what, sentence, f"Set PERILUNE_{what.upper()}_MODEL to one of: {', '.join(named[:10])}.")


def _endpoint(settings: Settings, what: str) -> EndpointModel | None:
    address: str | None = getattr(settings, what)
    if address is None or not is_address(address):
        return None
    return EndpointModel(address, getattr(settings, f"{what}_model"), getattr(settings, f"{what}_key"), ASK_SECONDS)
