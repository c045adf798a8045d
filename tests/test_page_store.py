"""The page store: bytes under their hash, compressed, idempotent, on any fsspec address."""

from pathlib import Path

import pytest

from models.page_store import PageStore, PageStoreProblem

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
    file.rename(file.with_name(f"{file.name}.0123.part"))
    with pytest.raises(PageStoreProblem):
        store.read(content_hash)
    assert store.keep(BODY) == content_hash
    assert store.read(content_hash) == BODY
