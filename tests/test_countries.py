"""Which countries take part, with the words that say so: grammar, places, lists, background and hostile texts."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from benchmarks.fitted_toml import with_table
from pipeline.understanding.actor_files import load_actors
from pipeline.understanding.gazetteer import Gazetteer
from pipeline.understanding.labelled import LABELLED_FOLDER, load_texts
from pipeline.understanding.participants import Participant, evidence_by_country, participants_of
from pipeline.understanding.sightings import cues_file, sentences_of

FOLDER = Path(__file__).parent / "understanding"
GAZETTEER = Gazetteer(load_actors())
BODY = "The two sides reviewed ten years of work on instruments, data and training. " * 12


def found_in(title: str, text: str, language: str | None = "en") -> tuple[Participant, ...]:
    return participants_of(title, text, GAZETTEER.mentions(text), GAZETTEER.actors, language=language)


def taking_part(title: str, text: str, language: str | None = "en") -> tuple[str, ...]:
    found = participants_of(title, text, GAZETTEER.mentions(text), GAZETTEER.actors, language=language)
    return tuple(participant.code for participant in found)


def shown(title: str, text: str, language: str | None = "en") -> dict[str, str | None]:
    spans = {found.code: found.span for found in found_in(title, text, language)}
    return {code: text[span.start : span.end] if span else None for code, span in spans.items()}


def test_countries_of_title_and_agencies_take_part() -> None:
    text = f"CNSA and Roscosmos signed a memorandum in Beijing. {BODY}"
    assert set(taking_part("Lunar station agreed", text)) == {"CN", "RU"}
    assert taking_part("France joins the mission", BODY) == ("FR",)


def test_an_actor_in_the_title_brings_its_country() -> None:
    assert taking_part("ISRO plans a flight", BODY + " ISRO will tell more.") == ("IN",)


def test_a_country_named_once_far_down_is_background() -> None:
    text = f"China and the UK opened a laboratory. {BODY} A fire in Australia was mapped by radar."
    assert set(taking_part("China-UK workshop", text)) == {"CN", "GB"}


def test_countries_that_sign_together_take_part_though_the_title_names_none() -> None:
    text = f"China and Russia have signed agreements on deep space. {BODY}"
    assert set(taking_part("White paper", text)) == {"CN", "RU"}


def test_a_launch_site_brings_nobody() -> None:
    text = f"A rocket took off from Baikonur with a satellite of Angola. Angola will run it. {BODY}"
    assert taking_part("Angola has a satellite", text) == ("AO",)


def test_what_hong_kong_does_china_does() -> None:
    assert taking_part("Hong Kong chooses an astronaut", BODY) == ("CN",)


def test_every_weight_is_of_evidence_that_is_drawn_and_the_other_way_round() -> None:
    text = "China and France signed an accord on a satellite. " * 3
    drawn = evidence_by_country("China", text, GAZETTEER.mentions(text), GAZETTEER.actors, "en")
    names = {name for evidence in drawn.values() for name in evidence}
    assert names == cues_file().weights.keys() - {"always"}


def test_fitted_numbers_replace_a_table_and_nothing_else() -> None:
    text = '# Words.\n[words]\nen = ["a"]\n\n[weights]\nold = 1.00\n\n[more]\nb = 2\n'
    written = '# Words.\n[words]\nen = ["a"]\n\n[weights]\na = -0.50\nb = 2.00\n\n[more]\nb = 2\n'
    assert with_table(text, "weights", {"b": 2, "a": -0.5}) == written
    with pytest.raises(ValueError, match="no table"):
        with_table(text, "lost", {})


@pytest.mark.parametrize(
    ("language", "title", "text", "expected"),
    [
        ("zh", "白俄罗斯加入国际月球科研站", "中国国家航天局与白俄罗斯国家科学院签署联合声明。", {"CN", "BY"}),
        ("ru", "Роскосмос и NASA договорились", "Роскосмос и NASA создадут станцию.", {"RU", "US"}),
        ("fr", "SVOM, une mission franco-chinoise", "Le CNES et la CNSA ont lancé SVOM.", {"FR", "CN"}),
        ("en", "KiboCUBE opens", "UNOOSA and JAXA opened the next round of KiboCUBE.", {"UN", "JP"}),
    ],
)
def test_participants_are_found_in_each_language(language: str, title: str, text: str, expected: set[str]) -> None:
    assert set(taking_part(title, text, language)) == expected


@pytest.mark.parametrize(
    ("language", "title", "text", "expected"),
    [
        (
            "en",
            "A pact on satellites",
            "Paris and Beijing signed an agreement on ocean satellites on Monday.",
            {"FR", "CN"},
        ),
        ("ru", "Договор о спутнике", "Париж и Пекин подписали соглашение о спутнике.", {"FR", "CN"}),
    ],
)
def test_capitals_stand_for_their_countries(language: str, title: str, text: str, expected: set[str]) -> None:
    assert set(taking_part(title, text, language)) == expected


def test_those_that_did_it_before_do_not_take_part() -> None:
    text = (
        "India has landed a probe near the Moon's south pole. ISRO's engineers cheered in Bengaluru. "
        "The lander will work for two weeks. "
        "India is the fourth to land there, after the Soviet Union, the United States and China."
    )
    assert taking_part("India lands on the Moon", text) == ("IN",)


def test_a_menu_and_a_footer_bring_nobody() -> None:
    text = (
        "Home\nFrance\nGermany\nJapan\nSubscribe\n\n"
        "China and Brazil agreed on Tuesday to build a sixth satellite for the survey of forests.\n"
        "Both agencies, CNSA and AEB, will share its data freely with the countries of the region.\n\n"
        "Related news\nItaly opens a station\nAustralia burns\n"
    )
    assert set(taking_part("China and Brazil agree on satellite", text)) == {"CN", "BR"}


def test_every_country_shows_the_words_that_say_it_best() -> None:
    text = "Menu | China\n\nOn Tuesday the Chinese and Brazilian governments signed a protocol on a sixth satellite."
    assert shown("A sixth satellite", text) == {"CN": "Chinese", "BR": "Brazilian"}


def test_a_country_that_only_the_title_names_shows_no_words() -> None:
    assert shown("France joins the mission", BODY) == {"FR": None}


def test_an_actor_shows_its_own_name_where_it_stands_for_its_country() -> None:
    assert shown("KiboCUBE opens", "UNOOSA and JAXA opened the next round of KiboCUBE.") == {
        "UN": "UNOOSA",
        "JP": "JAXA",
    }


def test_an_article_that_names_nobody_has_no_countries() -> None:
    assert taking_part("Telescopes", "A telescope gathers light.") == ()
    assert taking_part("", "") == ()


def test_labelled_pages_get_their_countries_above_the_floor() -> None:
    counts = [0, 0, 0]
    for page in load_texts(LABELLED_FOLDER / "gold.jsonl"):
        document = page.document
        found, true = set(taking_part(document.title, document.text, document.language)), set(page.countries)
        counts = [count + more for count, more in zip(counts, (len(found & true), len(found), len(true)), strict=True)]
    assert 2 * counts[0] / (counts[1] + counts[2]) >= 0.86


@pytest.mark.parametrize("text", ["China and " * 6_000, "中俄" * 30_000, "\n".join(["US"] * 20_000), "." * 60_000])
def test_a_hostile_text_is_weighed_in_bounded_time(text: str) -> None:
    taking_part("China", "China")
    began = time.process_time()
    taking_part(text[:1_000], text[:60_000])
    assert time.process_time() - began < 3


def test_sentences_cover_a_text_without_gaps() -> None:
    sentences = sentences_of("One. Two!\nThree")
    assert list(sentences.starts) == [0, 5, 10, 15]
    assert [sentences.at(place) for place in (0, 5, 14)] == [0, 1, 2]


def test_cues_are_lower_case_as_they_are_matched() -> None:
    stems = [stem for languages in cues_file().cues.values() for words in languages.values() for stem in words]
    assert stems
    assert all(stem == stem.lower() for stem in stems)
