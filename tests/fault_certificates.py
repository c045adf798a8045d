"""Certificates for the sites of a fault web: good, out of date, and signed by nobody."""

from __future__ import annotations

import datetime as dt
import ssl
import tempfile
from functools import lru_cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

YEAR = dt.timedelta(days=365)
ISSUERS = {"valid": "An authority", "expired": "An authority", "self-signed": None}


@lru_cache(maxsize=64)
def context_with(kind: str, host: str) -> ssl.SSLContext:
    """Make the TLS settings of a host that shows a `valid`, an `expired` or a `self-signed` certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _certificate(kind, host, key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "host.pem"
        pem = serialization.Encoding.PEM
        private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        path.write_bytes(private + certificate.public_bytes(pem))
        context.load_cert_chain(path)
    return context


def trusted_pair(host: str, folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Make the TLS settings of a host, and those of a client that trusts it and nobody else."""
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _certificate("self-signed", host, key).public_bytes(serialization.Encoding.PEM)
    forms = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "host.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, *forms) + certificate)
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(folder / "host.pem")
    return served, ssl.create_default_context(cadata=certificate.decode("ascii"))


def _certificate(kind: str, host: str, key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    issuer = ISSUERS[kind]
    signing_key = ec.generate_private_key(ec.SECP256R1()) if issuer else key
    end = dt.datetime.now(dt.UTC) + (-YEAR if kind == "expired" else YEAR)
    return (
        x509.CertificateBuilder()
        .subject_name(_name(host))
        .issuer_name(_name(issuer or host))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(end - 2 * YEAR)
        .not_valid_after(end)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(signing_key, hashes.SHA256())
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
