"""The page store: bytes under their hash, compressed, idempotent, on any fsspec address."""

import datetime as dt
import re
import urllib.request
import uuid
import zipfile
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest
from moto.server import ThreadedMotoServer
from pytest_httpserver import HTTPServer

from models.page_store import PageGone, PageStore, PageStoreProblem
from perilune.storing.pages import damaged_pages

BODY = b"<p>The agencies signed a memorandum.</p>" * 100


@pytest.mark.parametrize("address", ["folder", "memory://pages"])
def test_what_is_kept_can_be_read(tmp_path: Path, address: str) -> None:
    store = PageStore(str(tmp_path / address) if address == "folder" else address)
    content_hash = store.keep(BODY)
    assert store.keep(BODY) == content_hash
    assert store.read(content_hash) == BODY


def test_bytes_are_compressed_and_stored_once(tmp_path: Path) -> None:
    store = PageStore(str(tmp_path))
    store.keep(BODY)
    store.keep(BODY)
    (file,) = (path for path in tmp_path.rglob("*") if path.is_file())
    assert file.stat().st_size < len(BODY) / 10


def test_a_missing_and_a_damaged_page_are_told(tmp_path: Path) -> None:
    store = PageStore(str(tmp_path))
    with pytest.raises(PageStoreProblem, match="page 000000000000 cannot be read"):
        store.read("0" * 64)
    content_hash = store.keep(BODY)
    (file,) = (path for path in tmp_path.rglob("*") if path.is_file())
    other = PageStore(str(tmp_path / "other"))
    other.keep(b"something else")
    (other_file,) = (path for path in (tmp_path / "other").rglob("*") if path.is_file())
    file.write_bytes(other_file.read_bytes())
    with pytest.raises(PageStoreProblem, match="damaged"):
        store.read(content_hash)
    file.write_bytes(b"no zstd")
    with pytest.raises(PageStoreProblem, match="cannot be read"):
        store.read(content_hash)


def test_a_write_that_was_cut_off_is_no_page(tmp_path: Path) -> None:
    store = PageStore(str(tmp_path))
    content_hash = store.keep(BODY)
    (file,) = (path for path in tmp_path.rglob("*") if path.is_file())
    left = file.rename(tmp_path / ".part" / "0123.part")
    with pytest.raises(PageStoreProblem):
        store.read(content_hash)
    assert store.keep(BODY) == content_hash
    assert store.read(content_hash) == BODY
    now = dt.datetime.now(dt.UTC)
    assert (store.forget_unfinished(now=now), left.exists()) == (0, True)
    assert (store.forget_unfinished(now=now + dt.timedelta(hours=5)), left.exists()) == (1, False)
    assert sorted(tmp_path.rglob("*.part")) == [tmp_path / ".part"]


def test_what_a_power_cut_left_empty_is_no_page_and_copied_again(tmp_path: Path) -> None:
    store, other = PageStore(str(tmp_path / "store")), PageStore(str(tmp_path / "other"))
    content_hash = store.keep(BODY)
    assert other.take_over(store, content_hash)
    (file,) = (tmp_path / "other").rglob("*.zst")
    written = file.read_bytes()
    for damage in (b"", written[:-1]):
        file.write_bytes(damage)
        assert other.take_over(store, content_hash)
        assert file.read_bytes() == written
    written_otherwise = written + b"\x50\x2a\x4d\x18" + bytes(4)  # with a frame that is skipped
    file.write_bytes(written_otherwise)
    assert not other.take_over(store, content_hash)
    assert file.read_bytes() == written_otherwise
    file.write_bytes(b"")
    assert not other.holds(content_hash)
    assert other.read(other.keep(BODY)) == BODY


def test_one_file_that_cannot_be_read_is_a_page_that_is_gone(tmp_path: Path) -> None:
    store = PageStore(str(tmp_path / "store"))
    content_hash = store.keep(BODY)
    (file,) = (tmp_path / "store").rglob("*.zst")
    file.unlink()
    file.mkdir()  # as little a file as one that its disk or its rights keep from us, for root too
    with pytest.raises(PageGone, match="Is a directory"):
        store.read(content_hash)


def test_a_zip_is_read_by_several_threads_and_one_damaged_page_is_told(tmp_path: Path) -> None:
    store = PageStore(str(tmp_path / "store"), is_synced=False)
    names = [store.keep(f"page {number}".encode()) for number in range(3000)]
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as file:
        for name in names:
            file.writestr(f"pages/{name[:2]}/{name[2:4]}/{name}.zst", store.compressed(name))
    last_first = names[::-1]  # what its index has last is asked for first
    assert damaged_pages(last_first, PageStore(f"zip://pages::{tmp_path}/all.zip"), told=lambda _done: None) == []
    content = (tmp_path / "all.zip").read_bytes()
    place = content.index(store.compressed(names[7])) + 12
    (tmp_path / "one.zip").write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
    assert damaged_pages(names, PageStore(f"zip://pages::{tmp_path}/one.zip"), told=lambda _done: None) == [names[7]]


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """A server that speaks S3, with one bucket."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(s3: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """An empty bucket of that server, whose address and keys stand in the variables that every S3 program reads."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    name = f"pages-{uuid.uuid4().hex[:8]}"
    urllib.request.urlopen(urllib.request.Request(f"{s3}/{name}", method="PUT")).close()
    return name


def test_pages_are_kept_on_s3(bucket: str) -> None:
    store = PageStore(f"s3://{bucket}/archive")
    content_hash = store.keep(BODY)
    assert store.keep(BODY) == content_hash
    assert PageStore(f"s3://{bucket}/archive").read(content_hash) == BODY
    assert list(store.hashes()) == [content_hash]
    store.set_aside(content_hash)
    store.set_aside(content_hash)
    assert (store.holds(content_hash), list(store.hashes())) == (False, [])
    store.put_back(content_hash)
    assert store.read(content_hash) == BODY
    store.set_aside(content_hash)
    store.forget_aside(content_hash)
    store.put_back(content_hash)
    assert not store.holds(content_hash)
    store.keep(BODY)
    store.forget(content_hash)
    store.forget(content_hash)
    assert not store.holds(content_hash)
    with pytest.raises(PageStoreProblem, match="is not there"):
        store.read(content_hash)


REFUSED = "<Error><Code>{}</Code><Message>It is refused.</Message></Error>"


def test_what_is_wrong_with_s3_is_told(
    bucket: str, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch, s3: str
) -> None:
    def problem_at(endpoint: str, of: str = bucket) -> str:
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
        fsspec.get_filesystem_class("s3").clear_instance_cache()
        with pytest.raises(PageStoreProblem) as caught:
            PageStore(f"s3://{of}/archive").keep(BODY)
        return str(caught.value)

    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    assert "there is no bucket nowhere; make it or set PERILUNE_PAGES" in problem_at(s3, of="nowhere")
    assert "Could not connect" in (gone := problem_at("http://127.0.0.1:9"))
    assert "check AWS_ENDPOINT_URL" in gone
    for code in ("AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch"):
        httpserver.clear()
        httpserver.expect_request(re.compile(".*")).respond_with_data(REFUSED.format(code), 403)
        assert "check AWS_ACCESS_KEY_ID" in problem_at(httpserver.url_for("").rstrip("/")), code
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    assert "check AWS_ACCESS_KEY_ID" in problem_at(s3)
