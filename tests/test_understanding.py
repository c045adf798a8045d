"""What an article is understood to be: the five seeds, hard cases in four languages, and floors on labelled pages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TypedDict

import pytest

from models.vocabulary import DocType, FactKind, Relevance
from perilune.dates import PartialDate
from pipeline.facts.cues import cues_in
from pipeline.facts.date_shapes import CALENDAR_GROUPS, dates_among
from pipeline.facts.dates import DateContext, resolved
from pipeline.understanding.checking import Said, scores_of
from pipeline.understanding.doctype import doc_type_and_words
from pipeline.understanding.evidence import MAX_CHARS
from pipeline.understanding.gazetteer import Gazetteer, folded
from pipeline.understanding.labelled import LABELLED_FOLDER, load_texts
from pipeline.understanding.lexicon import Lexicon, pattern_from_words
from pipeline.understanding.tagging import Tagger
from pipeline.understanding.taxonomy import load_topics, load_vocabulary, topic_file_from_table
from pipeline.understanding.understand import Knowledge, load_knowledge, understand
from pipeline.values import Document, Fact, Understanding

FOLDER = Path(__file__).parent / "understanding"
TAXONOMY = [
    "capacity-building",
    "commercial-space",
    "diplomacy",
    "disaster-climate",
    "earth-observation",
    "human-spaceflight",
    "launch",
    "law-policy",
    "lunar-exploration",
    "microgravity",
    "outreach-inclusion",
    "planetary-defence",
    "planetary-exploration",
    "satellite-communications",
    "satellite-navigation",
    "security",
    "space-science",
    "space-weather",
    "sustainability",
    "technology",
]


class ExpectedFact(TypedDict, total=False):
    """A fact that must be found; keys left out are not looked at."""

    kind: str
    name: str
    status: str
    subkind: str
    start: str | None
    end: str | None
    place: str
    parties: list[str]


class Seed(TypedDict):
    """A seed document and what a good system gets out of it; each list in `required` asks for one of its topics."""

    file: str
    title: str
    published: str | None
    language: str
    required: list[list[str]]
    allowed: list[str]
    doc_type: str
    countries: list[str]
    background: list[str]
    facts: list[ExpectedFact]


class Case(TypedDict):
    """A short text that must get its relevance right."""

    relevance: str
    language: str
    title: str
    text: str


class FactCase(TypedDict, total=False):
    """A sentence and the date, agreement or event to be found in it; each table has its own columns."""

    sentence: str
    published: str | None
    is_future: bool
    expected: str
    language: str
    text: str
    kind: str
    name: str
    status: str
    start: str
    end: str | None
    parties: list[str]


SEEDS: list[Seed] = json.loads((FOLDER / "seeds.json").read_text(encoding="utf-8"))
FACTS: dict[str, list[FactCase]] = json.loads((FOLDER / "facts.json").read_text(encoding="utf-8"))
CASES: list[Case] = json.loads((FOLDER / "relevance.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return load_knowledge()


def document(text: str = "", **fields: str | None) -> Document:
    published = fields.get("published")
    return Document(
        "d",
        fields.get("title") or "",
        text,
        fields.get("language") or "en",
        PartialDate.parse(published) if published else None,
        fields.get("url"),
    )


def understood_seed(seed: Seed, knowledge: Knowledge) -> tuple[Document, Understanding]:
    text = (FOLDER / "seeds" / seed["file"]).read_text(encoding="utf-8")
    read = document(text, title=seed["title"], published=seed["published"], language=seed["language"])
    return read, understand(read, knowledge)


def seed_name(seed: Seed) -> str:
    return seed["file"][:3]


@pytest.mark.parametrize("seed", SEEDS, ids=seed_name)
def test_a_seed_is_core_of_its_kind_and_names_those_that_take_part(seed: Seed, knowledge: Knowledge) -> None:
    _, found = understood_seed(seed, knowledge)
    assert found.relevance is Relevance.CORE
    assert found.doc_type == seed["doc_type"]
    assert set(seed["countries"]) <= set(found.countries) <= {*seed["countries"], *seed["background"]}


@pytest.mark.parametrize("seed", SEEDS, ids=seed_name)
def test_a_seed_has_its_required_topics_and_only_allowed_ones(seed: Seed, knowledge: Knowledge) -> None:
    _, found = understood_seed(seed, knowledge)
    slugs = {topic.slug for topic in found.topics}
    assert all(slugs & set(choice) for choice in seed["required"])
    assert slugs <= {*seed["allowed"], *(slug for choice in seed["required"] for slug in choice)}
    assert all(topic.because and 0 < topic.score <= 1 for topic in found.topics)


@pytest.mark.parametrize("seed", SEEDS, ids=seed_name)
def test_a_seed_yields_its_facts_each_with_the_sentence_that_says_so(seed: Seed, knowledge: Knowledge) -> None:
    read, found = understood_seed(seed, knowledge)
    for expected in seed["facts"]:
        matching = [fact for fact in found.facts if states(fact, expected)]
        assert matching, (expected, found.facts)
    assert all(0 <= fact.span.start < fact.span.end <= len(read.text) for fact in found.facts)


def states(fact: Fact, expected: ExpectedFact) -> bool:
    written: Mapping[str, object] = {
        "kind": str(fact.kind),
        "name": expected["name"] if expected["name"] in fact.name else fact.name,
        "status": fact.status,
        "subkind": fact.subkind,
        "start": str(fact.start) if fact.start else None,
        "end": str(fact.end) if fact.end else None,
        "place": fact.place,
        "parties": list(fact.parties),
    }
    return all(written[key] == value for key, value in expected.items())


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['language']}: {case['title'][:50]}")
def test_words_that_only_sound_like_space_or_cooperation_do_not_decide(case: Case, knowledge: Knowledge) -> None:
    found = understand(document(case["text"], title=case["title"], language=case["language"]), knowledge)
    assert found.relevance == case["relevance"], found.relevance_because
    assert found.relevance is not Relevance.OFF or not found.topics


def test_labelled_pages_are_understood_by_words_alone_above_the_floors(knowledge: Knowledge) -> None:
    texts = load_texts(LABELLED_FOLDER / "gold.jsonl")
    found = [understand(text.document, knowledge) for text in texts]
    scores = scores_of(
        [Said(text.relevance, frozenset(text.topics)) for text in texts],
        [Said(each.relevance, frozenset(topic.slug for topic in each.topics)) for each in found],
    )
    assert scores.core >= 0.90
    assert scores.relevance >= 0.88
    assert scores.topics >= 0.78


def test_one_word_of_space_does_not_make_a_long_article_one_about_space(knowledge: Knowledge) -> None:
    filler = "The ministers talked about trade, schools and the price of grain for a long time. " * 40
    assert understand(document(filler + "A satellite was mentioned."), knowledge).relevance is Relevance.OFF


def test_understanding_reads_only_the_beginning_of_an_endless_text(knowledge: Knowledge) -> None:
    text = "x" * MAX_CHARS + " UNOOSA and JAXA signed a memorandum of understanding on 3 May 2022."
    assert understand(document(text), knowledge).facts == ()


def test_a_declared_kind_goes_before_what_the_words_say() -> None:
    declared = Document("d", "Press release: call for applications", "", "en", doc_type=DocType.SPEECH)
    assert doc_type_and_words(declared)[0] is DocType.SPEECH


@pytest.mark.parametrize(
    ("kind", "language", "title", "text"),
    [
        ("opportunity", "en", "UNOOSA opens call for applications for KiboCUBE", "Apply by 31 March."),
        ("opportunity", "zh", "中国空间站国际合作项目征集", "申请人须在截止日期前提交。"),
        ("agreement", "ru", "Соглашение между Правительством РФ и КНР", "Стороны согласились о нижеследующем."),
        ("speech", "fr", "Discours du président du CNES", "Mesdames, Messieurs,"),
        ("speech", "en", "Remarks by the Ambassador at the UK-China Space Forum", "Ladies and gentlemen,"),
        ("white-paper", "en", "China's Space Program: A 2021 Perspective", "Preamble\nTo explore the cosmos"),
        ("report", "en", "Report of the Legal Subcommittee on its sixtieth session", ""),
        ("news", "en", "China and France sign agreement on lunar samples", "They signed it on Monday."),
    ],
)
def test_the_kind_of_a_document_is_told_by_its_words(kind: str, language: str, title: str, text: str) -> None:
    assert doc_type_and_words(document(text, title=title, language=language))[0] == kind


def test_a_kind_comes_with_the_words_that_decided() -> None:
    read = document("Apply by 31 March.", title="UNOOSA opens call for applications for KiboCUBE")
    assert doc_type_and_words(read) == (DocType.OPPORTUNITY, ("call for applications", "opens call"))
    assert doc_type_and_words(document("It flew.", title="A rocket flew", published="2020-01-01"))[1] == ()


def test_participants_are_understood_with_the_words_that_name_them(knowledge: Knowledge) -> None:
    read = document("CNSA and Roscosmos signed a memorandum on a lunar station.", title="Lunar station agreed")
    spans = understand(read, knowledge).country_spans
    assert {code: read.text[span.start : span.end] for code, span in spans.items()} == {"CN": "CNSA", "RU": "Roscosmos"}


@pytest.mark.parametrize("case", FACTS["dates"], ids=lambda case: case["sentence"])
def test_a_date_without_its_year_is_inferred_or_left_unknown(case: FactCase) -> None:
    published = case["published"]
    context = DateContext(PartialDate.parse(published) if published else None, is_future=case["is_future"])
    sentence = folded(case["sentence"])
    cues = [cue for cue in cues_in(sentence.lower(), None) if cue.group in CALENDAR_GROUPS]
    stated = dates_among(sentence.lower(), cues, shape=sentence)
    start, end = resolved(stated[0], context)
    assert str(start) + (f"/{end}" if end else "") == case["expected"]


@pytest.mark.parametrize("case", FACTS["agreements"], ids=lambda case: case["text"])
def test_an_agreement_is_found_with_its_parties_date_and_status(case: FactCase, knowledge: Knowledge) -> None:
    facts = understand(document(case["text"], language=case["language"]), knowledge).facts
    found = [fact for fact in facts if fact.kind is FactKind.AGREEMENT]
    assert [(fact.subkind, fact.status, str(fact.start), list(fact.parties)) for fact in found] == [
        (case["kind"], case["status"], case["start"], case["parties"])
    ]


@pytest.mark.parametrize("case", FACTS["events"], ids=lambda case: case["text"])
def test_an_event_is_found_with_its_full_name_and_days(case: FactCase, knowledge: Knowledge) -> None:
    read = document(case["text"], language=case["language"], published="2018-11-20")
    found = [
        (fact.name, str(fact.start), str(fact.end) if fact.end else None, fact.status)
        for fact in understand(read, knowledge).facts
    ]
    assert found == [(case["name"], case["start"], case["end"], case["status"])]


def test_two_editions_of_a_yearly_workshop_are_two_facts(knowledge: Knowledge) -> None:
    text = (
        "The 12th UK-China Space Workshop was held in Beijing on 6 September 2017. "
        "The 13th UK-China Space Workshop was held in Ningbo on 10 December 2018."
    )
    facts = understand(document(text), knowledge).facts
    assert [str(fact.start) for fact in facts] == ["2017-09-06", "2018-12-10"]


def test_every_topic_of_the_taxonomy_has_a_file_with_words_in_four_languages() -> None:
    topics = load_topics()
    assert [topic.slug for topic in topics] == TAXONOMY
    assert all({"en", "zh", "ru", "fr"} <= set(topic.patterns) for topic in topics)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ('slugg = "x"', "slugg: unknown key; did you mean 'slug'"),
        ("patterns = 3", "patterns: must be lists"),
        ('patterns.english = ["x"]', "patterns.english: 'english' is no language"),
        ('patterns.en = [{ word = "x" }]', "patterns.en[0].word: unknown key"),
        ('patterns.en = [{ pattern = "(" }]', "patterns.en[0].pattern: bad regular expression"),
        ('patterns.en = [{ pattern = "x*" }]', "patterns.en[0].pattern: matches the empty text"),
        ('patterns.en = [{ words = "x", weight = -1 }]', "patterns.en[0].weight: must be above 0"),
        ('patterns.en = ["*"]', "patterns.en[0]: no words"),
    ],
)
def test_a_mistake_in_a_topic_file_names_the_file_and_the_key(line: str, complaint: str, tmp_path: Path) -> None:
    head = 'slug = "x"\nname = "X"\ndescription = "x"\n'
    patterns = "" if "patterns" in line else '[patterns]\nen = ["x"]\n'
    (tmp_path / "x.toml").write_text(head + line + "\n" + patterns, encoding="utf-8")
    with pytest.raises(ValueError, match=r"^x\.toml: ") as caught:
        load_topics(tmp_path)
    assert complaint in str(caught.value)


def test_a_vocabulary_must_have_its_groups(tmp_path: Path) -> None:
    (tmp_path / "v.toml").write_text('[space]\nen = ["x"]\n', encoding="utf-8")
    with pytest.raises(ValueError, match=r"v\.toml: cooperation: is missing"):
        load_vocabulary(tmp_path / "v.toml", ("space", "cooperation"))


def test_knowledge_can_be_made_of_rows() -> None:
    row = {"slug": "tea", "name": "Tea", "description": "Tea.", "patterns": {"en": ["teapot satellite"]}}
    knowledge = Knowledge(Tagger((topic_file_from_table(row, "topic tea").topic,)), Gazetteer(()))
    read = document("Two teapot satellites were put into orbit by a carrier rocket.", title="Teapot satellite launched")
    assert [topic.slug for topic in understand(read, knowledge).topics] == ["tea"]


@pytest.mark.parametrize(
    ("words", "language", "text", "is_found"),
    [
        ("remote-sensing", "en", "Remote sensing satellites", True),
        ("satellite", "en", "satellites", True),
        ("lunar", "en", "sublunary", False),
        ("MoU", "en", "mou", False),
        ("спутник* связи", "ru", "запуск спутников связи", True),
        ("sursaut* gamma", "fr", "les sursauts gamma", True),
        ("télédétection", "fr", "TELEDETECTION", True),
        ("遥感", "zh", "發射遙感衛星", True),
        ("Chang'e", "en", "the Chang’e-4 probe", True),
    ],
)
def test_plain_words_match_whole_words_and_their_forms(words: str, language: str, text: str, is_found: bool) -> None:  # noqa: FBT001 - a parameter of the case
    lexicon = Lexicon({"group": {language: [(pattern_from_words(words, language), 1.0)]}})
    assert bool(lexicon.hits(folded(text), language)) is is_found


@pytest.mark.parametrize(
    ("pattern", "found"),
    [(r"(?:^|\n)news", ["news", "\nnews"]), (r"(?:^|\n)news|old", ["news", "old", "\nnews"]), (r"old", ["old"])],
)
def test_a_pattern_of_lines_matches_where_lines_begin(pattern: str, found: list[str]) -> None:
    lexicon = Lexicon({"release": {"en": ((pattern, 1.0),)}})
    assert [hit.words for hit in lexicon.hits("news and old news\nnews", "en")] == found
