"""Scanned documents: known as such, read by the real Tesseract where it is, and kept in sight where it is not."""

from __future__ import annotations

import io
import json
import re
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfgen.canvas import Canvas

from models.fate import Fate
from models.source import Link
from models.vocabulary import PassageKind, Stage
from perilune.config import settings_from
from perilune.dates import PartialDate, Witness, WitnessKind
from perilune.problems import Problem
from perilune.processing import await_again
from perilune.serving import app_for
from perilune.verdicts import SCANNED, SCANNED_IN_PART, SCANNED_READ_IN_PART, SCANNED_WITHOUT_TEXT
from pipeline.extraction.document import DocumentArticle
from pipeline.extraction.extract import FetchedPage, extract
from pipeline.extraction.ocr import Ocr, OcrLine, OcrText, find_ocr, text_of_hocr
from pipeline.extraction.pool import Extraction, Unreadable, extract_all
from pipeline.extraction.scan import scans_in
from pipeline.extraction.scan_article import article_with_scans
from pipeline.values import Extracted, Rejected
from tests.conftest import NOW
from tests.scans import draw_scan, lines_of, pdf_of_pictures, picture_of
from tests.test_command_line import perilune

if TYPE_CHECKING:
    from tests.bench import Bench

ADDRESS = "https://agency.example/papers/paper.pdf"
TEXTS = {
    "en": (
        "Joint Declaration on Lunar Exploration",
        "12 March 2019",
        (
            "The two agencies agreed to build a small satellite together and to share all of its data with partners in "
            "developing countries. The memorandum was signed in Vienna during the session of the committee."
        ),
        "Both sides will invite further partners to take part in the station, and will publish a road map.",
    ),
    "fr": (
        "Déclaration commune sur la Lune",
        "12 mars 2019",
        (
            "Les deux agences ont décidé de construire ensemble un petit satellite et de partager librement toutes ses "
            "données avec les pays en développement. Le protocole a été signé à Vienne pendant la session du comité."
        ),
        "Les deux parties inviteront d'autres partenaires à participer à la station et publieront un plan commun.",
    ),
    "ru": (
        "Совместное заявление о Луне",
        "12 марта 2019 г.",
        (
            "Оба агентства договорились построить вместе малый спутник и делиться всеми его данными с развивающимися "
            "странами. Меморандум был подписан в Вене во время сессии комитета."
        ),
        "Обе стороны пригласят других партнёров участвовать в создании станции и опубликуют план работ.",
    ),
    "zh": (
        "关于月球探测的联合声明",
        "2019年3月12日",
        "两国航天局商定共同研制一颗小卫星，并向发展中国家自由提供其全部数据。谅解备忘录是在委员会会议期间在维也纳签署的。",
        "双方将邀请更多合作伙伴参加国际月球科研站的建设，并共同发表路线图。",
    ),
}
STAMP = "Downloaded from https://library.example/papers/1234 on 3 May 2021 at 12:00, for personal use only"


def scan_in(language: str) -> bytes:
    title, date, first, second = TEXTS[language]
    pages = [lines_of(title, date, [first]), lines_of("", "", [second])]
    return pdf_of_pictures([picture_of(lines) for lines in pages])


def mixed_document() -> bytes:
    """A PDF page of text, then a scanned one."""
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=A4, invariant=1)
    canvas.setFont("Helvetica", 20)
    canvas.drawString(60, 760, "Report on cooperation")
    canvas.setFont("Helvetica", 11)
    for number in range(8):
        canvas.drawString(60, 700 - 15 * number, "This page has a text layer, which is read as it stands, line by line")
    canvas.showPage()
    draw_scan(canvas, picture_of(lines_of("Annex signed in Vienna", "", [TEXTS["en"][2]])))
    canvas.showPage()
    canvas.save()
    return target.getvalue()


def words_right(found: str, expected: str) -> float:
    """Give the share of expected words (ideographs where there are no words) that were found."""
    units = r"[一-鿿]|[^\W一-鿿]+"
    seen = re.findall(units, found.casefold())
    wanted = re.findall(units, expected.casefold())
    return sum(word in seen for word in wanted) / len(wanted)


@pytest.fixture(scope="module")
def ocr() -> Ocr:
    """Tesseract as the settings find it."""
    found = find_ocr(settings_from({}))
    assert found is not None, "tests/install-tools.sh installs Tesseract"
    return found


@pytest.fixture(scope="module")
def read_scans(ocr: Ocr) -> dict[str, Extracted]:
    """A scan of two pages in each language, as it is read."""
    pages = ((language, FetchedPage(scan_in(language), ADDRESS)) for language in TEXTS)
    read = dict(extract_all(pages, worker_count=2, deadline=30, ocr=ocr))
    return {language: found for language, found in read.items() if isinstance(found, Extracted)}


@pytest.mark.parametrize("language", TEXTS)
def test_a_scan_gives_its_title_date_language_and_text(read_scans: dict[str, Extracted], language: str) -> None:
    found = read_scans[language]
    title, _, *paragraphs = TEXTS[language]
    assert words_right(found.title, title) >= 0.75
    assert len(found.title) < 1.3 * len(title)
    assert found.published.date == PartialDate(2019, 3, 12)
    assert found.published.decided_by is WitnessKind.COVER
    assert found.language == language
    assert words_right(found.text, " ".join(paragraphs)) >= 0.9
    assert found.remark is None


@pytest.mark.parametrize("language", TEXTS)
def test_passages_of_a_scan_know_their_pages(read_scans: dict[str, Extracted], language: str) -> None:
    found = read_scans[language]
    assert {passage.page for passage in found.passages} == {1, 2}
    last = [passage.text for passage in found.passages if passage.page == 2]
    assert words_right(" ".join(last), TEXTS[language][3]) >= 0.9
    assert all(found.text[passage.start : passage.end] == passage.text for passage in found.passages)


def test_pages_of_pictures_are_scans_whatever_is_stamped_on_them() -> None:
    picture = picture_of(lines_of("A treaty", "", [TEXTS["en"][2]]))
    assert extract(FetchedPage(pdf_of_pictures([picture] * 3), ADDRESS)) == Rejected(SCANNED)
    assert extract(FetchedPage(pdf_of_pictures([picture] * 3, stamp=STAMP), ADDRESS)) == Rejected(SCANNED)


def test_a_slide_over_a_background_picture_is_no_scan() -> None:
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=landscape(A4), invariant=1)
    picture = picture_of([], degrees=0).resize((480, 340))
    for number in range(3):
        held = io.BytesIO()
        picture.save(held, "PNG")
        draw_scan(canvas, picture)
        canvas.setFont("Helvetica", 24)
        canvas.drawString(60, 400, f"Partners of the programme, part {number}")
        canvas.drawString(60, 350, "Agencies of eleven countries take part in it")
        canvas.showPage()
    canvas.save()
    article = DocumentArticle(title="", blocks=(), witnesses=(), page_count=3)
    assert scans_in(target.getvalue(), article).pages == ()


def test_a_mixed_document_gives_its_text_pages_and_says_that_others_are_scans() -> None:
    found = extract(FetchedPage(mixed_document(), ADDRESS))
    assert isinstance(found, Extracted)
    assert found.remark == SCANNED_IN_PART
    assert {passage.page for passage in found.passages} == {1}


def test_ocr_puts_the_scanned_pages_of_a_mixed_document_into_their_places(ocr: Ocr) -> None:
    found = extract(FetchedPage(mixed_document(), ADDRESS), ocr)
    assert isinstance(found, Extracted)
    assert (found.title, found.remark) == ("Report on cooperation", None)
    assert [passage.page for passage in found.passages] == sorted(passage.page or 0 for passage in found.passages)
    scanned = " ".join(passage.text for passage in found.passages if passage.page == 2)
    assert words_right(scanned, TEXTS["en"][2]) >= 0.9


def test_the_file_date_of_a_scan_is_the_day_of_scanning_and_no_witness() -> None:
    line = OcrLine("A treaty on the Moon", ("b", 0), 0, 500, 0, 40, 40)
    scanned_on = Witness(WitnessKind.METADATA, PartialDate(2020, 5, 4), "CreationDate")
    article = DocumentArticle(title="", blocks=(), witnesses=(scanned_on,), page_count=1)
    assert article_with_scans(article, {1: OcrText((line,), 90.0)}).witnesses == ()


def test_a_word_broken_at_a_line_end_is_mended() -> None:
    texts = ["The international commu-", "nity will share its well-", "known data, which is well-known."]
    lines = tuple(OcrLine(text, ("b", 0), 0, 500, 40 * n, 40 * n + 30, 30) for n, text in enumerate(texts))
    article = DocumentArticle(title="", blocks=(), witnesses=(), page_count=1)
    (block,) = article_with_scans(article, {1: OcrText(lines, 90.0)}).blocks
    assert block.text == "The international community will share its well-known data, which is well-known."
    assert block.kind is PassageKind.PARAGRAPH


def test_what_tesseract_sees_in_pictures_is_left_out() -> None:
    page = """<html xmlns="http://www.w3.org/1999/xhtml"><body><div class="ocr_carea" id="b1"><p class="ocr_par">
    <span class="ocr_line" title="bbox 1 2 300 40; x_size 30"><span class="ocrx_word" title="x_wconf 95">
    Agencies</span> <span class="ocrx_word" title="x_wconf 30">~</span>
    <span class="ocrx_word" title="x_wconf 91">agree</span></span>
    <span class="ocr_line" title="bbox 1 50 300 90; x_size 30"><span class="ocrx_word" title="x_wconf 31">
    whe ee</span> <span class="ocrx_word" title="x_wconf 22">Jj|</span></span>
    </p></div></body></html>"""
    assert [line.text for line in text_of_hocr(page.encode()).lines] == ["Agencies agree"]


def test_pages_over_the_limit_stay_unread_and_the_document_says_so(ocr: Ocr) -> None:
    found = extract(FetchedPage(scan_in("en"), ADDRESS), replace(ocr, page_count=1))
    assert isinstance(found, Extracted)
    assert found.remark == SCANNED_READ_IN_PART
    assert {passage.page for passage in found.passages} == {1}


def test_a_scan_without_letters_says_so(ocr: Ocr) -> None:
    blank = pdf_of_pictures([picture_of([])])
    assert extract(FetchedPage(blank, ADDRESS), replace(ocr, languages=("eng",))) == Rejected(SCANNED_WITHOUT_TEXT)


@pytest.fixture
def hanging(tmp_path: Path) -> Ocr:
    """A Tesseract that never ends."""
    program = tmp_path / "tesseract"
    program.write_text("#!/bin/sh\nexec sleep 987\n", encoding="ascii")
    program.chmod(0o755)
    return Ocr(str(program), ("eng",), page_seconds=60, seconds=60, page_count=9)


def sleepers() -> list[psutil.Process]:
    """Find what the hanging Tesseract became."""
    return [each for each in psutil.process_iter(["cmdline"]) if each.info["cmdline"] == ["sleep", "987"]]


def test_a_page_over_its_time_is_left_and_its_program_ended(hanging: Ocr) -> None:
    begun = time.monotonic()
    result = extract(FetchedPage(scan_in("en"), ADDRESS), replace(hanging, page_seconds=1))
    assert result == Rejected(SCANNED_READ_IN_PART)
    assert time.monotonic() - begun < 20
    assert sleepers() == []


def test_a_document_over_its_time_keeps_what_was_read(hanging: Ocr) -> None:
    page = FetchedPage(mixed_document(), ADDRESS)
    ((_, found),) = extract_all([(0, page)], worker_count=1, deadline=30, ocr=replace(hanging, seconds=1))
    assert isinstance(found, Extracted)
    assert found.remark == SCANNED_READ_IN_PART
    assert {passage.page for passage in found.passages} == {1}


def test_no_tesseract_outlives_the_worker_that_started_it(hanging: Ocr) -> None:
    readings = extract_all([(0, FetchedPage(scan_in("en"), ADDRESS))], worker_count=1, deadline=30, ocr=hanging)
    results: list[Extraction] = []
    reading = threading.Thread(target=lambda: results.extend(found for _, found in readings))
    reading.start()
    until = time.monotonic() + 60
    while not sleepers() and time.monotonic() < until:
        time.sleep(0.1)
    (sleeper,) = sleepers()
    worker = sleeper.parent()
    assert worker is not None
    worker.kill()
    reading.join(60)
    assert results == [Unreadable("the reader crashed on it")]
    psutil.wait_procs([sleeper], timeout=10)
    assert sleepers() == []


def test_a_document_that_needs_too_much_memory_costs_only_itself() -> None:
    paragraph = b"<p>The two agencies agreed on Tuesday to build a small satellite and to share its data.</p>"
    small = FetchedPage(b"<html><body><h1>A satellite</h1>" + paragraph * 4, ADDRESS)
    large = FetchedPage(b"<html><body><h1>A satellite</h1>" + b"<p>A<b>b</b><i>c</i></p>" * 200_000, ADDRESS)
    read = list(extract_all(enumerate([small, large, small]), worker_count=1, deadline=60, memory_mb=24))
    assert [number for number, _ in read] == [0, 1, 2]
    assert read[1][1] == Unreadable("it needs more than 24 MB to read")
    assert isinstance(read[2][1], Extracted)


def test_languages_are_those_installed_or_those_set(ocr: Ocr, monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(ocr.languages) == {"eng", "chi_sim", "rus", "fra"}
    set_ones = find_ocr(settings_from({"PERILUNE_OCR_LANGUAGES": "rus+eng"}))
    assert set_ones is not None
    assert set_ones.languages == ("rus", "eng")
    with pytest.raises(Problem, match="tesseract-ocr-xxx"):
        find_ocr(settings_from({"PERILUNE_OCR_LANGUAGES": "xxx"}))
    assert find_ocr(settings_from({"PERILUNE_OCR_MAX_PAGES": "0"})) is None
    monkeypatch.setenv("PATH", "/nowhere")
    assert find_ocr(settings_from({})) is None


def test_try_extract_reads_scans_and_says_when_it_cannot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "scan.pdf").write_bytes(scan_in("en"))
    (line,) = (json.loads(each) for each in perilune("try", "extract", str(tmp_path / "scan.pdf")).stdout.splitlines())
    assert (line["fate"], line["reason"], line["language"]) == ("done", None, "en")
    (line,) = (
        json.loads(each)
        for each in perilune("try", "extract", str(tmp_path / "scan.pdf"), ocr_max_pages="0").stdout.splitlines()
    )
    assert (line["fate"], line["reason"]) == ("skipped", "scanned")


@pytest.fixture
def unread(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """An archive that met a scan while no Tesseract was on the path."""
    bench.lay(ADDRESS, scan_in("en"))
    with bench.archive.sessions.begin() as session:
        session.scalars(sa.select(Link).where(Link.url == ADDRESS)).one().title = "Declaration on the Moon"
    with monkeypatch.context() as without:
        without.setenv("PATH", "/nowhere")
        bench.work()
    return bench


def fate_of_scan(bench: Bench) -> tuple[str, str | None]:
    with bench.archive.sessions() as session:
        fate = session.scalars(sa.select(Fate).where(Fate.stage == Stage.EXTRACT)).one()
        return str(fate.state), fate.reason


def test_an_unread_scan_is_seen_in_the_archive(unread: Bench, database_url: str, tmp_path: Path) -> None:
    assert fate_of_scan(unread) == ("skipped", "scanned")
    settings = settings_from({"PERILUNE_HOME": str(tmp_path), "PERILUNE_DATABASE": database_url})
    with TestClient(app_for(settings)) as client:
        for path in ("/status", "/sources/aa_news"):
            page = client.get(path).text
            for shown in ("Scans not wholly read: 1", "Declaration on the Moon", ADDRESS, "14 March 2022", "make ocr"):
                assert shown in page, (path, shown)
    said = perilune("status", "--stages", home=str(tmp_path), database=database_url)
    assert "scanned" in said.stdout
    assert "make ocr" in said.stderr


def test_a_scan_is_read_again_once_tesseract_is_there(unread: Bench) -> None:
    unread.work()
    assert fate_of_scan(unread) == ("skipped", "scanned")
    assert await_again(unread.archive, ["scanned"], now=NOW) == 1
    unread.work()
    assert fate_of_scan(unread) == ("done", None)
    with unread.archive.sessions() as session:
        assert unread.article(session, ADDRESS).current_version_id is not None


def test_a_reason_that_nothing_ended_for_is_said(tmp_path: Path) -> None:
    said = perilune("process", "--again", "scand", home=str(tmp_path))
    assert "nothing ended for this reason: scand" in said.stderr
