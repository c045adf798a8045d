"""Which events an article is about, which documents it reports, and that no text makes the finders slow."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TypedDict

import pytest

from benchmarks.understanding_facts import Counted, Stated, counted, counted_agreements, counted_events, names_overlap
from models.vocabulary import DocType, FactKind
from perilune.dates import PartialDate
from perilune.titles import plain_title
from pipeline.facts.documents import documents_in
from pipeline.facts.sentences import MAX_SENTENCE_CHARS
from pipeline.understanding.labelled import LabelledFact
from pipeline.understanding.understand import Knowledge, load_knowledge, understand
from pipeline.values import Document, Fact

FACTS_FILE = Path(__file__).parent / "understanding" / "facts.json"
HOSTILE_CHARS = 5_000_000


class DocumentCase(TypedDict):
    """A text and the documents that it reports: title, kind and issuer of each."""

    language: str
    title: str
    text: str
    documents: list[list[str | None]]


DOCUMENTS: list[DocumentCase] = json.loads(FACTS_FILE.read_text(encoding="utf-8"))["documents"]


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return load_knowledge()


def events_of(knowledge: Knowledge, text: str, **fields: str) -> list[Fact]:
    published = fields.get("published")
    read = Document(
        "d",
        fields.get("title", ""),
        text,
        fields.get("language", "en"),
        PartialDate.parse(published) if published else None,
    )
    return [fact for fact in understand(read, knowledge).facts if fact.kind is FactKind.EVENT]


def stated(facts: list[Fact]) -> list[tuple[str, str | None]]:
    return [(fact.name, str(fact.start) if fact.start else None) for fact in facts]


def test_a_workshop_that_is_named_three_ways_is_one_event(knowledge: Knowledge) -> None:
    text = (
        "The 13th UK-China Space Workshop is held in Ningbo from 10 to 12 December 2018. "
        "The workshop will run from 10 to 12 December 2018 and has five sessions. "
        "UK-China Space Workshop: 10-12 December 2018, Ningbo."
    )
    found = events_of(knowledge, text, title="13th UK-China Space Workshop opens in Ningbo", published="2018-12-10")
    assert stated(found) == [("13th UK-China Space Workshop", "2018-12-10")]


def test_a_launch_of_long_ago_that_the_text_mentions_in_passing_is_left_out(knowledge: Knowledge) -> None:
    filler = "The agencies compared their budgets and spoke of the training of engineers. " * 12
    text = f"The ministers met in Paris. {filler}The probe Fobos-2 was launched on 12 July 1988 from Baikonur."
    assert events_of(knowledge, text, title="Ministers compare budgets", published="2024-05-02") == []


def test_the_day_that_a_page_was_printed_dates_no_event(knowledge: Knowledge) -> None:
    text = "北京10月25日电\n时间:2023-10-25 17:26 来源:科技日报\n专家介绍卫星导航的应用。"
    assert events_of(knowledge, text, title="专家介绍卫星导航", published="2023-10-25", language="zh") == []


def test_long_march_is_a_rocket_and_no_month(knowledge: Knowledge) -> None:
    text = "China put the satellite Yaogan-34 into orbit with a Long March 4C on Friday."
    assert stated(events_of(knowledge, text, published="2023-03-31")) == [("Launch of Yaogan-34", "2023-03-31")]


def test_a_launch_that_only_the_title_tells_is_dated_by_the_publication(knowledge: Knowledge) -> None:
    text = "La sonde de l'ESA verra pour la première fois les pôles de notre étoile."
    found = events_of(knowledge, text, title="Lancement réussi de Solar Orbiter", published="2020-02-10", language="fr")
    assert stated(found) == [("Lancement de Solar Orbiter", "2020-02-10")]


@pytest.mark.parametrize("case", DOCUMENTS, ids=lambda case: case["text"][:60])
def test_documents_that_an_article_reports_are_named_with_kind_and_issuer(
    case: DocumentCase, knowledge: Knowledge
) -> None:
    read = Document("d", case["title"], case["text"], case["language"])
    found = documents_in(read, knowledge.gazetteer)
    assert [[one.title, one.doc_type, one.issuer] for one in found] == case["documents"]
    assert all(read.text[one.span.start : one.span.end] == one.title for one in found)


def test_the_white_paper_of_a_seed_is_named_with_the_office_that_issued_it(knowledge: Knowledge) -> None:
    text = (FACTS_FILE.parent / "seeds" / "003_5136e55e6f11edbb.txt").read_text(encoding="utf-8")
    found = documents_in(Document("d", "China Conducts International Space Exchanges", text, "en"), knowledge.gazetteer)
    assert ("China's Space Activities in 2011", DocType.WHITE_PAPER, "china-scio") in [
        (one.title, one.doc_type, one.issuer) for one in found
    ]


def test_a_page_that_is_the_document_does_not_report_itself(knowledge: Knowledge) -> None:
    text = 'The State Council issued the white paper "China\'s Space Activities in 2006" on Thursday.'
    read = Document("d", "China's Space Activities in 2006", text, "en", doc_type=DocType.WHITE_PAPER)
    assert documents_in(read, knowledge.gazetteer) == ()


def test_a_title_has_one_key_however_it_is_quoted() -> None:
    keys = {plain_title(title) for title in ("The “Space  Policy”: 2030", "space policy 2030", "«Space Policy – 2030»")}
    assert keys == {"space policy 2030"}


@pytest.mark.parametrize(
    "unit",
    [
        "x",
        "on 3 May 2022 and 4 to 5 June, ",
        "3月9日至11日",
        "The 13th UK-China Space Conference of the ",
        "UNOOSA and JAXA signed a memorandum of understanding on 3 May 2022 ",
        "published the white paper “Report ",
        "\u202e\u200f\x00\x01 صورة 3 May ",
        "Тhе Lаunсh оf Gаоfеn-1 оn 3 Мау 2022. ",
        "第三届中阿北斗合作论坛在北京举行",
        '"a',
    ],
)
def test_five_megabytes_of_one_line_are_read_in_part(unit: str, knowledge: Knowledge) -> None:
    text = (unit * (HOSTILE_CHARS // len(unit) + 1))[:HOSTILE_CHARS]
    read = Document("d", text[:1_000], text, None, PartialDate(2022, 5, 4))
    facts = understand(read, knowledge).facts
    documents = documents_in(read, knowledge.gazetteer)
    assert len(facts) <= 40
    assert len(documents) <= 20


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Roscosmos and NASA have not signed the agreement on seats."),
        ("zh", "中国国家航天局与欧洲航天局尚未签署协议。"),
        ("ru", "Роскосмос и НАСА не подписали соглашение."),
        ("fr", "Le CNES et la CNSA n'ont pas signé l'accord."),
    ],
)
def test_a_signature_that_is_denied_is_no_agreement(language: str, text: str, knowledge: Knowledge) -> None:
    assert understand(Document("d", "", text, language), knowledge).facts == ()


def test_an_event_is_right_when_name_and_start_agree() -> None:
    labels = [Stated(("Launch of SMILE",), "2026-05-19"), Stated(("SMILE workshop",), "2026-06")]
    found = [Stated(("SMILE发射",), "2026-05-19"), Stated(("SMILE workshop",), "2026-06-01")]
    assert counted(found, labels) == Counted(right=1, found=2, labelled=2)
    assert Counted(1, 2, 2).f1 == pytest.approx(0.5)


def test_names_overlap_when_a_third_of_the_shorter_one_is_shared() -> None:
    assert names_overlap("13th UK-China Space Workshop", "UK-China Space Conference")
    assert names_overlap("嫦娥六号发射", "嫦娥六号探测器在文昌发射")
    assert not names_overlap("Opening of the laboratory", "A session of the Council")


def test_proposed_agreements_may_be_left_out_of_the_count(knowledge: Knowledge) -> None:
    read = Document("d", "", "Roscosmos and ESA will sign a framework agreement in June 2025.", "en")
    facts = understand(read, knowledge).facts
    labels: list[LabelledFact] = [{"parties": "ESA; Roscosmos", "date": "2025-06", "title": "Framework agreement"}]
    assert counted_agreements(facts, labels, lambda _: ()) == Counted(1, 1, 1)
    assert counted_agreements(facts, labels, lambda _: (), with_proposed=False) == Counted(0, 0, 1)
    assert counted_events(facts, []) == Counted(0, 0, 0)


def test_may_with_a_capital_is_a_month_and_no_word_of_the_future(knowledge: Knowledge) -> None:
    text = "XICHANG, May 30 (wire) -- PakSat-MM1 was launched at 8:12 p.m. on a Long March-3B rocket."
    found = events_of(knowledge, text, title="China launches PakSat-MM1", published="2024-05-30")
    assert [fact.start for fact in found] == [PartialDate(2024, 5, 30)]


def test_a_meeting_without_a_day_is_of_the_month_that_the_page_was_published(knowledge: Knowledge) -> None:
    text = "Программа СПАЙДЕР-ООН провела конференцию о космических решениях. Собралось более ста участников."
    title = "Бонн: конференция СПАЙДЕР-ООН о больших данных"
    found = events_of(knowledge, text, title=title, published="2022-11", language="ru")
    assert [fact.start for fact in found] == [PartialDate(2022, 11)]


def test_until_without_a_date_behind_it_is_no_deadline(knowledge: Knowledge) -> None:
    text = "L'engin avait quitté Vostochny le 11 août et devait se poser deux jours avant le Chandrayaan-3 indien."
    found = events_of(knowledge, text, title="Luna-25 en route", published="2023-08-20", language="fr")
    assert [fact for fact in found if fact.subkind == "deadline"] == []


@pytest.mark.parametrize(
    ("text", "parties", "start"),
    [
        ("He stays under a contract between JAXA and Roscosmos.", ("jaxa", "roscosmos"), None),
        ("NASA and Roscosmos fly again. The document, signed on 14 July 2022, covers four flights.",
         ("nasa", "roscosmos"), PartialDate(2022, 7, 14)),
    ],
)  # fmt: skip
def test_an_agreement_that_stands_or_is_called_a_document_has_sides(
    knowledge: Knowledge, text: str, parties: tuple[str, ...], start: PartialDate | None
) -> None:
    facts = understand(Document("d", "", text, "en"), knowledge).facts
    agreements = [fact for fact in facts if fact.kind is FactKind.AGREEMENT]
    assert [(set(fact.parties), fact.start) for fact in agreements] == [(set(parties), start)]


@pytest.mark.parametrize("start", range(MAX_SENTENCE_CHARS - 14, MAX_SENTENCE_CHARS + 2))
def test_a_sentence_without_an_end_may_be_cut_within_any_word(knowledge: Knowledge, start: int) -> None:
    lead = "On 3 May 2022 the agencies met "
    text = lead + ("and talked " * 99)[: start - len(lead) - 1] + " Conference Roscosmos and went on to talk"
    facts = understand(Document("d", "", text, "en"), knowledge).facts
    assert all(fact.span.end <= MAX_SENTENCE_CHARS for fact in facts)
