"""Reads what comes back to the return address: which mail it is about, and whether the address is gone.

Reports are delivery status notifications (RFC 3464), complaints (RFC 5965), and letters of mail servers that know
neither. Answers of people and of their absence notes are no reports.
"""

from __future__ import annotations

import email
import email.policy
import hashlib
import re
from dataclasses import dataclass
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message

from digest.columns import one_line
from digest.mail import ENHANCED_STATUS
from digest.verp import Mark, marks_in
from models.vocabulary import BounceKind

MAX_REASON_CHARS = 400
PERMANENT = "5"
SOFT_STATUS = re.compile(r"5\.(?:2\.[2-4]|3\.\d+|4\.\d+|6\.\d+|7\.\d+)")
"""Refusals for good that say nothing of the address: a full mailbox, a message too large, a server's own policy."""
REPLY_CODE = re.compile(r"\b([45])\d\d[ -]")
SERVERS = ("mailer-daemon", "postmaster", "mail delivery", "double-bounce")
GONE = re.compile(
    r"user unknown|unknown user|no such (?:user|mailbox)|does not exist|mailbox (?:not found|unavailable)"
    r"|permanent(?:ly)? (?:error|fail)|account (?:has been )?(?:disabled|closed)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Report:
    """What a letter to the return address says; `kind` is None for what is no report of a failure."""

    digest: str
    kind: BounceKind | None
    marks: tuple[Mark, ...]
    reason: str
    status: str | None = None


def report_of(content: bytes) -> Report:
    """Read a letter; it may be of any form, and hostile."""
    content = content.replace(b"\r\n", b"\n")
    digest = hashlib.sha256(content).hexdigest()
    try:
        return _read(content, digest)
    except RecursionError:
        return Report(digest, None, (), "a letter in a letter, too many times")


def _read(content: bytes, digest: str) -> Report:
    message = email.message_from_bytes(content, policy=email.policy.compat32)
    parts = [part for part in message.walk() if not part.is_multipart()]
    kind, status, reason = _verdict(message)
    return Report(
        digest=digest,
        kind=kind,
        marks=_marks(message, parts),
        reason=one_line(reason, MAX_REASON_CHARS),
        status=status,
    )


def is_gone(status: str | None) -> bool:
    """Tell whether a server's enhanced status says that there is no such mailbox any more."""
    return bool(status and status.startswith(f"{PERMANENT}.") and not SOFT_STATUS.fullmatch(status))


def _marks(message: Message, parts: list[Message]) -> tuple[Mark, ...]:
    """Find the return addresses: on the letter itself, or else in what it quotes."""
    outside = marks_in(_headers(message))
    if outside:
        return outside
    quoted = [_headers(part) for part in message.walk()] + [_text(part) for part in parts]
    return marks_in("\n".join(quoted))


Verdict = tuple[BounceKind | None, str | None, str]


def _verdict(message: Message) -> Verdict:
    kinds = {part.get_content_type(): part for part in message.walk()}
    if "message/feedback-report" in kinds:
        return _complaint(kinds["message/feedback-report"])
    if "message/delivery-status" in kinds:
        return _delivery_status(kinds["message/delivery-status"])
    if _is_from_a_server(message):
        return _plain_words("\n".join(_text(part) for part in message.walk() if not part.is_multipart()))
    return None, None, "no report of a mail server"


def _complaint(part: Message) -> Verdict:
    fields = _fields(part)[0]
    kind = fields.get("feedback-type", "").lower()
    if kind == "abuse":
        return BounceKind.ABUSE, None, f"reported as unwanted by {fields.get('user-agent', 'the reader')}"
    return None, None, f"feedback of the type {kind or 'none'}"


def _delivery_status(part: Message) -> Verdict:
    """Read the worst of the recipients' fields; we send to one recipient at a time."""
    found: Verdict = (None, None, "no failure")
    for fields in _fields(part):
        action = fields.get("action", "").lower()
        match = ENHANCED_STATUS.search(fields.get("status", ""))
        status = match.group() if match else None
        reason = fields.get("diagnostic-code", "") or f"{action} {status or ''}"
        if action == "failed":
            return BounceKind.HARD if is_gone(status) else BounceKind.SOFT, status, reason
        if action == "delayed":
            found = BounceKind.SOFT, status, reason
    return found


def _plain_words(text: str) -> Verdict:
    """Read a letter of a server that knows no form: by the code that it quotes, or by its words."""
    about = text.partition("\nReceived:")[0]
    line = next((line for line in about.splitlines() if ENHANCED_STATUS.search(line) or GONE.search(line)), about)
    found = ENHANCED_STATUS.search(line)
    status = found.group() if found else None
    code = REPLY_CODE.search(about)
    is_hard = is_gone(status) if status else bool(GONE.search(line)) and (code is None or code[1] == PERMANENT)
    return BounceKind.HARD if is_hard else BounceKind.SOFT, status, line


def _is_from_a_server(message: Message) -> bool:
    sender = _header(message, "From").lower()
    return _header(message, "Return-Path").strip() == "<>" and any(name in sender for name in SERVERS)


def _fields(part: Message) -> list[dict[str, str]]:
    """Read groups of fields, which the library parses as messages in a message; where it does not, as text."""
    payload = part.get_payload()
    if not isinstance(payload, list):
        payload = [email.message_from_string(group) for group in re.split(r"\n\s*\n", _text(part).strip())]
    groups = [{name.lower(): _header(group, name) for name in group} for group in payload if isinstance(group, Message)]
    return groups or [{}]


def _header(message: Message, name: str) -> str:
    """Read a header as text; one that cannot be decoded stays as it is written."""
    value = str(message.get(name, ""))
    try:
        return str(make_header(decode_header(value)))
    except (ValueError, LookupError, MessageError):
        return value


def _headers(message: Message) -> str:
    return "\n".join(str(value) for value in message.values())


def _text(part: Message) -> str:
    content = part.get_payload(decode=True)
    return content.decode("utf-8", "replace") if isinstance(content, bytes) else ""
