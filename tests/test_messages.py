"""The message: right by the standards whatever titles and names say, signed, the same bytes whenever it is built."""

from __future__ import annotations

import base64
import hashlib

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from dkim.canonicalization import Relaxed
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.deliver import Post, envelope_of
from digest.dkim_key import DkimKey, dkim_key_from, zone_line
from digest.mail import DeliveryProblem, MailProblem
from digest.message import Attachment, Picture, message_of
from tests.letters import a_letter, read_back

FULL = {
    "unsubscribe_url": f"https://archive.example.org/r/{'a' * 24}/{'b' * 12}/{'c' * 22}/unsubscribe",
    "attachments": (Attachment("события.ics", "text/calendar; method=PUBLISH; charset=utf-8", b"BEGIN:VCALENDAR\r\n"),),
    "related": (Picture("trends@perilune.example", "image/png", b"\x89PNG" * 99),),
}
HEADERS = [
    *("From", "To", "Subject", "Date", "Message-ID", "List-Id", "Auto-Submitted", "List-Unsubscribe"),
    *("List-Unsubscribe-Post", "MIME-Version", "Content-Type"),
]
HOSTILE = st.sampled_from(
    [
        "\r\nBcc: all@example.org",
        "\r\n\r\nbody",
        "=?utf-8?q?=0D=0ABcc=3A_all=40example=2Eorg?=",
        '" <x@evil.example>, "',
        "<x@evil.example>",
        "a" * 1200,
        "中俄签署协议 " * 30,
        "\\",
        "\u202e",
        "\x00",
        "(",
    ]
)
FOREIGN = st.lists(st.one_of(st.text(max_size=60), HOSTILE), max_size=4).map("".join)


@given(FOREIGN, FOREIGN, st.tuples(FOREIGN, FOREIGN), FOREIGN, FOREIGN)
@settings(max_examples=60, deadline=None, derandomize=True)
def test_whatever_titles_and_names_say_the_message_has_its_headers_and_no_other(
    name: str, subject: str, of_list: tuple[str, str], text: str, html: str
) -> None:
    list_name, slug = of_list
    letter = a_letter(name=name, subject=subject, list_name=list_name, list_slug=slug, text=text, html=html, **FULL)
    content = message_of(letter).as_bytes()
    assert content.isascii()
    assert max(map(len, content.split(b"\r\n"))) <= 998
    assert b"\n" not in content.replace(b"\r\n", b"")
    message = read_back(content)
    assert sorted(message.keys()) == sorted(HEADERS)
    assert [one.addr_spec for one in message["To"].addresses] == ["ada@example.org"]
    assert [one.addr_spec for one in message["From"].addresses] == ["digest@perilune.example"]
    assert str(message["List-Unsubscribe"]) == f"<{letter.unsubscribe_url}>"
    assert not [defect for part in message.walk() for defect in part.defects]
    assert not [defect for value in message.values() for defect in value.defects]
    assert [part.get_content_type() for part in message.walk()] == [
        *("multipart/mixed", "multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png"),
        "text/calendar",
    ]


@pytest.mark.parametrize("name", ["Ада Лавлейс", 'Ada "the first", B.', "艾达", "O'Brien <x>", "=?utf-8?q?x?="])
def test_names_and_subjects_arrive_as_they_are(name: str) -> None:
    content = message_of(a_letter(name=name, list_name=name, subject=f"{name}: {'协议 ' * 40}".strip())).as_bytes()
    message = read_back(content)
    assert message["To"].addresses[0].display_name == message["From"].addresses[0].display_name == name
    assert message["Subject"] == f"{name}: {'协议 ' * 40}".strip()
    assert name.isascii() or str(message["List-Id"]) == f"{name} <weekly.perilune.example>"
    assert max(map(len, content.split(b"\r\n"))) <= 78


def test_files_and_pictures_arrive_as_they_are() -> None:
    message = read_back(message_of(a_letter(**FULL)).as_bytes())
    calendar, picture = list(message.walk())[-1], list(message.walk())[-2]
    related = [part for part in message.walk() if part.get_content_type() == "multipart/related"]
    assert [part.get_param("type") for part in related] == ["text/html"]
    assert calendar.get_filename() == "события.ics"
    assert calendar["Content-Type"].params["method"] == "PUBLISH"
    assert calendar.get_payload(decode=True) == b"BEGIN:VCALENDAR\r\n"
    assert (picture["Content-ID"], picture["Content-Disposition"]) == ("<trends@perilune.example>", "inline")
    assert picture.get_payload(decode=True) == b"\x89PNG" * 99


@pytest.mark.parametrize("changes", [{}, FULL], ids=["plain", "full"])
def test_a_message_is_the_same_bytes_whenever_it_is_built(changes: dict[str, object]) -> None:
    letter = a_letter(subject="中俄签署协议 и accord signé", text="月球\n" * 200, html="<p>月球</p>" * 999, **changes)
    assert message_of(letter).as_bytes() == message_of(letter).as_bytes()


@pytest.mark.parametrize(
    "address",
    ["a@b.example\r\nBcc: c@d.example", "a@b.example, c@d.example", "", "a@", f"{'a' * 65}@b.example", "ü ü@b.example"],
)
def test_an_address_that_is_none_is_a_permanent_problem(address: str) -> None:
    with pytest.raises(DeliveryProblem) as caught:
        message_of(a_letter(address=address))
    assert caught.value.permanent


def test_only_addresses_of_other_scripts_make_headers_of_other_scripts() -> None:
    content = message_of(a_letter(address="дарья@почта.example", name="Дарья")).as_bytes()
    assert "<дарья@xn--80a1acny.example>".encode() in content
    assert read_back(content)["To"].addresses[0].display_name == "Дарья"


def test_letters_without_an_address_to_leave_have_no_header_of_it() -> None:
    assert message_of(a_letter())["List-Unsubscribe"] is None


def a_key(private: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey) -> DkimKey:
    """Write a key as PEM and read it as the settings do."""
    forms = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return dkim_key_from(private.private_bytes(*forms).decode(), "mail2022")


RSA = rsa.generate_private_key(public_exponent=65537, key_size=1024)
"""Short, and so made quickly."""


@pytest.mark.parametrize("changes", [{}, {"subject": "中俄签署协议 " * 20, "text": "..\n" * 9 + " \n\n", **FULL}])
def test_a_signed_message_is_found_genuine_and_a_changed_one_is_not(changes: dict[str, object]) -> None:
    key = a_key(RSA)
    post = Post("digest@perilune.example", "https://archive.example.org", dkim=key)
    content = envelope_of(a_letter(**changes), post).content
    name, record = key.record("perilune.example")

    def published(asked: bytes, timeout: int = 5) -> bytes | None:
        return record.encode() if asked.decode() == f"{name}." else None

    assert dkim.verify(content, dnsfunc=published)
    signed = read_back(content)["DKIM-Signature"].replace(" ", "")
    for header in ("list-unsubscribe", "list-unsubscribe-post") if changes else ("from", "to", "subject", "list-id"):
        assert f":{header}:" in signed.replace("h=", ":")
    for changed in (
        content.replace(b"ada@", b"eve@"),
        content.replace(b"</p>", b"!</p>"),
        b"Subject: Another\r\n" + content,
    ):
        assert not dkim.verify(changed, dnsfunc=published)


def test_an_ed25519_key_signs_the_hash_of_what_rsa_signs() -> None:
    private = ed25519.Ed25519PrivateKey.generate()
    key = a_key(private)
    content = key.sign(message_of(a_letter()).as_bytes(), "perilune.example")
    header, _, rest = content.partition(b"From:")
    assert b"a=ed25519-sha256" in header
    tags = dict(tag.strip().split(b"=", 1) for tag in header.partition(b":")[2].split(b";"))
    names = [name.strip() for name in tags[b"h"].split(b":")][:-2]
    parsed = {line.lower(): (line, value) for line, value in dkim.rfc822_parse(b"From:" + rest)[0]}
    unsigned = header[: header.index(b"b=", header.index(b"bh=") + 3) + 2]
    own = (b"DKIM-Signature", unsigned.partition(b":")[2])
    lines = Relaxed.canonicalize_headers([*(parsed[name] for name in names), own])
    text = b"".join(b":".join(line) for line in lines).removesuffix(b"\r\n")
    signature = base64.b64decode(b"".join(tags[b"b"].split()))
    private.public_key().verify(signature, hashlib.sha256(text).digest())
    public = private.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    name, record = key.record("perilune.example")
    assert record == f"v=DKIM1; k=ed25519; p={base64.b64encode(public).decode()}"
    assert zone_line(name, record) == f'mail2022._domainkey.perilune.example. IN TXT ( "{record}" )'


@pytest.mark.parametrize("pem", ["secret", "-----BEGIN PRIVATE KEY-----\nMII\n-----END PRIVATE KEY-----"])
def test_a_key_that_is_none_is_one_clear_sentence(pem: str) -> None:
    with pytest.raises(MailProblem, match="PERILUNE_DKIM_KEY is no private key"):
        dkim_key_from(pem, "mail")
