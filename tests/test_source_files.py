"""Source files: as small as three lines, read strictly, with errors that help."""

from collections import Counter
from pathlib import Path

import pytest

from crawler.source_file import SHIPPED, SourceProblem, load_source_file, load_source_files

SMALL = 'name = "UNOOSA"\nhome = "https://www.unoosa.org/"\nkind = "listing"\n'


def a_file(folder: Path, text: str, name: str = "un_unoosa.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_three_lines_are_a_source(tmp_path: Path) -> None:
    source = load_source_file(a_file(tmp_path, SMALL))
    assert (source.slug, source.kind, source.interval_minutes, source.authority) == ("un_unoosa", "listing", 360, 5)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (SMALL + 'adress = ["https://x.org/"]\n', "un_unoosa.toml: unknown key 'adress'; did you mean 'address'?"),
        (SMALL + "zebra = 1\n", "un_unoosa.toml: unknown key 'zebra'; known keys: name, home"),
        ('name = "X"\nkind = "feed"\n', "un_unoosa.toml: the key 'home' is missing"),
        (SMALL.replace("listing", "rss"), "un_unoosa.toml: kind: Input should be 'feed'"),
        (SMALL.replace("https://www.unoosa.org/", "unoosa"), "home: 'unoosa' is no web address"),
        (SMALL + "links = '['\n", "links: '[' is no pattern"),
        ('name = "X\n', "un_unoosa.toml: is no TOML"),
    ],
)
def test_a_wrong_file_is_told_in_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(SourceProblem) as caught:
        load_source_file(a_file(tmp_path, text))
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_unreadable_file_does_not_hide_the_others(tmp_path: Path) -> None:
    a_file(tmp_path, SMALL)
    (tmp_path / "xx_bad.toml").write_bytes(b'name = "\xff"')
    files, problems = load_source_files(tmp_path)
    assert [file.slug for file in files] == ["un_unoosa"]
    assert [str(problem) for problem in problems] == ["xx_bad.toml: is not UTF-8 text: byte 8"]


def test_every_shipped_source_file_is_good() -> None:
    files, problems = load_source_files(SHIPPED)
    assert problems == []
    assert len(files) >= 300
    seeds = {"gb_ralspace", "un_unoosa_documents", "cn_silkroad", "cn_cas", "gb_cnembassy"}
    assert seeds <= {file.slug for file in files}


def test_the_catalogue_speaks_our_languages_and_says_where_each_address_was_seen() -> None:
    files, _ = load_source_files(SHIPPED)
    counts = Counter(file.language for file in files)
    assert (counts["zh"] >= 25, counts["ru"] >= 15, counts["fr"] >= 15) == (True, True, True)
    for path in SHIPPED.glob("*.toml"):
        assert path.read_text(encoding="utf-8").startswith("#"), f"{path.name} does not say where its address was seen"
    feeds = [address for file in files if file.kind == "feed" for address in file.address]
    assert [address for address, count in Counter(feeds).items() if count > 1] == []
