"""The key that mail is signed with (DKIM, RFC 6376 and 8463), and the DNS record that lets others check it.

dkimpy writes headers as they are signed; the signature is the cryptography library's, far faster and also Ed25519.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from digest.mail import MailProblem
from digest.message import folded

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

OWN_HEADER = "DKIM-Signature"
SIGNED = (
    b"from to subject date message-id mime-version content-type list-id list-unsubscribe list-unsubscribe-post"
    b" auto-submitted"
).split()
MIN_RSA_BITS = 1024
RECORD_CHARS = 255
"""A string of a TXT record holds no more."""


@dataclass(frozen=True)
class DkimKey:
    """A private key and the name under which its other half is published."""

    selector: str
    key: RSAPrivateKey | Ed25519PrivateKey = field(repr=False)

    @property
    def algorithm(self) -> str:
        """What signatures of this key are called."""
        return "rsa-sha256" if self._is_rsa else "ed25519-sha256"

    @property
    def _is_rsa(self) -> bool:
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

        return isinstance(self.key, RSAPrivateKey)

    def sign(self, content: bytes, domain: str) -> bytes:
        """Give a finished message with its signature before it, relaxed in headers and body (RFC 6376, 3.4)."""
        from dkim import rfc822_parse
        from dkim.canonicalization import Relaxed

        head, _, body = content.partition(b"\r\n\r\n")
        values = {name.lower(): (name, value) for name, value in rfc822_parse(head + b"\r\n\r\n")[0]}
        signed = [values[name] for name in SIGNED if name in values]
        # Sender and subject are named once more than they are there, so that nobody adds another.
        names = b": ".join([*(name.lower() for name, _ in signed), b"from", b"subject"]).decode("ascii")
        body_hash = hashlib.sha256(_relaxed(body)).digest()
        unsigned = (
            f"v=1; a={self.algorithm}; c=relaxed/relaxed; d={domain}; s={self.selector};"
            f" h={names}; bh={_base64(body_hash)}; b="
        )
        lines = Relaxed.canonicalize_headers([*signed, (OWN_HEADER.encode(), f" {unsigned}".encode())])
        text = b"".join(b":".join(line) for line in lines).removesuffix(b"\r\n")
        signature = _base64(self._signature(text))
        parts = " ".join(signature[start : start + 64] for start in range(0, len(signature), 64))
        return folded(OWN_HEADER, unsigned + parts).encode("ascii") + content

    def _signature(self, text: bytes) -> bytes:
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import padding
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

        if isinstance(self.key, RSAPrivateKey):
            return self.key.sign(text, padding.PKCS1v15(), hashes.SHA256())
        # Ed25519 signs the hash of the text (RFC 8463, 3).
        return self.key.sign(hashlib.sha256(text).digest())

    def record(self, domain: str) -> tuple[str, str]:
        """Give the name and the text of the DNS record to publish."""
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        public = self.key.public_key()
        if self._is_rsa:
            half = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        else:
            half = public.public_bytes(Encoding.Raw, PublicFormat.Raw)
        kind = "rsa" if self._is_rsa else "ed25519"
        return f"{self.selector}._domainkey.{domain}", f"v=DKIM1; k={kind}; p={_base64(half)}"


def dkim_key_from(pem: str, selector: str) -> DkimKey:
    """Read a private key, RSA or Ed25519, in PEM form; MailProblem for anything else."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        # In an environment file, lines are often written as one.
        key = load_pem_private_key(pem.replace("\\n", "\n").encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise MailProblem(
            "PERILUNE_DKIM_KEY is no private key in PEM form without a password; make one with"
            " `openssl genrsa -out dkim.pem 2048` and set PERILUNE_DKIM_KEY_FILE to it."
        ) from error
    if isinstance(key, RSAPrivateKey) and key.key_size < MIN_RSA_BITS:
        raise MailProblem(f"PERILUNE_DKIM_KEY has {key.key_size} bits, which nobody trusts any more; use 2048.")
    if not isinstance(key, (RSAPrivateKey, Ed25519PrivateKey)):
        raise MailProblem("PERILUNE_DKIM_KEY is neither an RSA nor an Ed25519 key; mail servers know no others.")
    return DkimKey(selector, key)


def zone_line(name: str, text: str) -> str:
    """Write a DNS record as a line of a zone file, in strings of 255 signs."""
    parts = [text[start : start + RECORD_CHARS] for start in range(0, len(text), RECORD_CHARS)]
    return f"{name}. IN TXT ( {' '.join(chr(34) + part + chr(34) for part in parts)} )"


def _relaxed(body: bytes) -> bytes:
    """Write a body as it is signed (RFC 6376, 3.4.4); dkimpy's own way takes ten times as long."""
    body = body.replace(b"\t", b" ")
    while b"  " in body:
        body = body.replace(b"  ", b" ")
    body = body.replace(b" \r\n", b"\r\n")
    while body.endswith(b"\r\n"):
        body = body.removesuffix(b"\r\n")
    return body + b"\r\n" if body else b""


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")
