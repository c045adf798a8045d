"""`perilune try`: one line out for each line in, in order, extra fields passed through, places that fit the text."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.office_files import cover, empty_deck, saved, titled_slide
from tests.test_command_line import perilune

PAGE = """<html><head><title>Agencies sign a memorandum</title>
<meta property="article:published_time" content="2022-03-10T08:00:00Z"></head><body><article>
<h1>Agencies sign a memorandum</h1>
<p>The China National Space Administration and Roscosmos signed a memorandum of understanding on a lunar research
station on 9 March 2021 in Beijing.</p><p>The two agencies will plan the station together and open it to all
interested countries, according to the joint statement.</p></article></body></html>"""
MEMORANDUM = (
    "CNSA and Roscosmos signed a memorandum of understanding on an international lunar research station on "
    "9 March 2021. Both space agencies will plan it together."
)
TEXTS: list[dict[str, object]] = [
    {"id": "a", "title": "Agencies sign a memorandum", "text": MEMORANDUM, "x": 1},
    {"id": "b", "title": "Rose show opens", "text": "The ambassador opened the flower show on Monday.", "x": [2]},
]


def lines_of(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def a_file(folder: Path, lines: list[dict[str, object]]) -> str:
    path = folder / "input.jsonl"
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    return str(path)


@pytest.fixture
def extracted(tmp_path: Path) -> list[dict[str, object]]:
    """What `try extract` prints for a page, a broken PDF, and a file that is not there."""
    page, broken = tmp_path / "page.html", tmp_path / "broken.pdf"
    page.write_text(PAGE, encoding="utf-8")
    broken.write_bytes(b"%PDF-1.7\nthis is damaged")
    result = perilune("try", "extract", str(page), str(broken), str(tmp_path / "nowhere.html"), "--json")
    assert result.returncode == 0, result.stderr
    return lines_of(result.stdout)


def test_extract_prints_a_line_for_every_file_in_order(extracted: list[dict[str, object]]) -> None:
    assert [Path(str(line["path"])).name for line in extracted] == ["page.html", "broken.pdf", "nowhere.html"]
    assert [line["fate"] for line in extracted] == ["done", "failed", "failed"]
    assert "PDF" in str(extracted[1]["reason"])


def test_extracted_passages_stand_where_they_say(extracted: list[dict[str, object]]) -> None:
    page = extracted[0]
    assert (page["title"], page["published_at"], page["language"]) == ("Agencies sign a memorandum", "2022-03-10", "en")
    text = str(page["text"])
    passages = page["passages"]
    assert isinstance(passages, list)
    assert len(passages) == 2
    for passage in passages:
        assert text[passage["start"] : passage["end"]] == passage["text"]


def test_extract_reads_slides_and_documents_by_what_they_are(tmp_path: Path) -> None:
    deck = empty_deck()
    cover(deck, "Cooperation in space", "Office for Outer Space Affairs\n17 February 2022")
    titled_slide(deck, "Programme", ["The agencies will present their plans for lunar exploration together."])
    paths = [tmp_path / name for name in ("deck.pptx", "named-wrongly.pdf", "broken.docx")]
    for path, body in zip(paths, (saved(deck), saved(deck), saved(deck)[:500]), strict=True):
        path.write_bytes(body)
    slides, again, broken = lines_of(perilune("try", "extract", *map(str, paths), "--json").stdout)
    assert (slides["fate"], slides["title"], slides["published_at"]) == ("done", "Cooperation in space", "2022-02-17")
    assert [passage["page"] for passage in slides["passages"]] == [1, 1, 2, 2]  # type: ignore[attr-defined]
    assert again["text"] == slides["text"]
    assert (broken["fate"], str(broken["reason"])[:23]) == ("failed", "the document is damaged")


def test_every_command_accepts_what_extract_prints(extracted: list[dict[str, object]], tmp_path: Path) -> None:
    file = a_file(tmp_path, extracted)
    for command in ("understand", "stories", "summarise"):
        result = perilune("try", command, file, "--json")
        assert result.returncode == 0, result.stderr
        lines = lines_of(result.stdout)
        assert [line["fate"] for line in lines] == ["done", "failed", "failed"]


def test_understand_keeps_order_and_extra_fields(tmp_path: Path) -> None:
    lines = lines_of(perilune("try", "understand", a_file(tmp_path, TEXTS)).stdout)
    assert [(line["id"], line["x"], line["relevance"]) for line in lines] == [("a", 1, "core"), ("b", [2], "off")]
    first = lines[0]
    assert {"lunar-exploration", "diplomacy"} <= {topic["slug"] for topic in first["topics"]}  # type: ignore[attr-defined]
    assert set(first["countries"]) == {"CN", "RU"}  # type: ignore[call-overload]
    agreement = first["agreements"][0]  # type: ignore[index]
    assert (agreement["date"], agreement["status"]) == ("2021-03-09", "signed")


def test_standard_input_and_bad_lines_are_read(tmp_path: Path) -> None:
    given = json.dumps(TEXTS[0]) + "\nno json\n[]\n" + json.dumps({"id": "d", "title": 3, "text": "x"}) + "\n"
    lines = lines_of(perilune("try", "understand", "-", given=given).stdout)
    assert [line["fate"] for line in lines] == ["done", "failed", "failed", "failed"]
    assert "line 2 is no JSON" in str(lines[1]["reason"])


def test_stories_puts_reports_of_one_event_together(tmp_path: Path) -> None:
    again = {**TEXTS[0], "id": "c", "title": "CNSA and Roscosmos sign lunar station memorandum"}
    lines = lines_of(perilune("try", "stories", a_file(tmp_path, [*TEXTS, again])).stdout)
    stories = {line["id"]: line["story"] for line in lines}
    assert stories["a"] == stories["c"] != stories["b"]


def test_summarise_groups_by_the_field_story_and_shows_where_each_sentence_stands(tmp_path: Path) -> None:
    grouped = [{**TEXTS[0], "story": "s"}, {**TEXTS[1], "story": "s"}, {**TEXTS[1], "id": "z"}]
    lines = lines_of(perilune("try", "summarise", a_file(tmp_path, grouped)).stdout)
    assert [line["story"] for line in lines] == ["s", "z"]
    texts = {str(line["id"]): str(line["text"]) for line in grouped}
    for line in lines:
        for sentence in line["sentences"]:  # type: ignore[attr-defined]
            for place in sentence["evidence"]:
                assert texts[place["id"]][place["start"] : place["end"]] == sentence["text"]


def test_ground_says_what_is_unsupported(tmp_path: Path) -> None:
    source = "CNSA plans to launch two probes in 2026."
    claims = ["CNSA plans to launch two probes in 2026.", "CNSA plans to launch three probes in 2026."]
    lines = lines_of(
        perilune(
            "try", "ground", a_file(tmp_path, [{"id": n, "source": source, "claim": c} for n, c in enumerate(claims)])
        ).stdout
    )
    assert [line["supported"] for line in lines] == [True, False]
    assert lines[0]["problems"] == []
    assert lines[1]["problems"]
