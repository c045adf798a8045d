"""Copies of a text, and texts that only look like copies."""

from __future__ import annotations

import itertools
import subprocess
import sys

import pytest

from perilune.dates import PartialDate
from pipeline.stories.duplicates import Copy, copy_likeness, is_copy, lead_of, normalised_hash
from pipeline.stories.parts import first_page_of, later_pages_of
from pipeline.stories.signatures import LEAD_BANDS, SENTENCE_BANDS, TEXT_BANDS, signature_of
from pipeline.stories.tokens import words_of

RELEASE = {
    "en": (
        "The China National Space Administration and the United Nations Office for Outer Space Affairs opened the "
        "third round of a joint programme on Monday. Universities of developing countries may propose experiments for "
        "the space station until 30 September. A panel of engineers from both sides will choose six of them, and the "
        "winners travel to Beijing for a week of training. The first experiments reached orbit two years ago and "
        "studied fire, fluids and the growth of plants in weightlessness. The office said that the offer is free of "
        "charge and that teams from several countries can apply together."
    ),
    "zh": (
        "国家航天局与联合国外空司周一启动联合计划第三轮征集。发展中国家的大学可在九月三十日之前提交空间站实验方案，"
        "双方工程师组成的评审组将从中选出六项，入选团队将赴北京接受为期一周的培训。首批实验两年前进入轨道，研究了失重"
        "条件下的燃烧、流体和植物生长。外空司表示，该机会免费，多个国家的团队可以联合申请，评审结果将在明年春天公布。"
    ),
    "ru": (
        "Китайское национальное космическое управление и Управление ООН по вопросам космического пространства в "
        "понедельник открыли третий раунд совместной программы. Университеты развивающихся стран могут до 30 сентября "
        "предложить эксперименты для космической станции. Группа инженеров обеих сторон выберет шесть из них, а "
        "победители поедут в Пекин на неделю обучения. Первые эксперименты вышли на орбиту два года назад и изучали "
        "горение, жидкости и рост растений в невесомости. Участие бесплатно, команды нескольких стран могут подать "
        "заявку вместе."
    ),
    "fr": (
        "L'administration spatiale chinoise et le Bureau des affaires spatiales des Nations unies ont ouvert lundi le "
        "troisième cycle d'un programme commun. Les universités des pays en développement peuvent proposer jusqu'au "
        "30 septembre des expériences pour la station spatiale. Un jury d'ingénieurs des deux parties en choisira "
        "six, et les lauréats iront à Pékin pour une semaine de formation. Les premières expériences ont gagné "
        "l'orbite il y a deux ans et portaient sur le feu, les fluides et la croissance des plantes."
    ),
}
CHANGES = {
    "another day": {"en": ("on Monday", "on Friday"), "ru": ("понедельник", "пятницу"), "fr": ("lundi", "jeudi")},
    "another month": {"en": ("30 September", "30 June"), "zh": ("九月", "六月"), "fr": ("30 septembre", "30 juin")},
    "another round": {
        "en": ("third round", "fourth round"),
        "zh": ("第三轮", "第四轮"),
        "ru": ("третий раунд", "четвёртый раунд"),
        "fr": ("troisième cycle", "quatrième cycle"),
    },
    "another number": {"en": ("30 September", "15 September"), "ru": ("30 сентября", "15 сентября")},
}
CASES = [(name, language, pair) for name, pairs in CHANGES.items() for language, pair in pairs.items()]
MENU = "Home News About us Contact Search Language Share this page Print Subscribe to our newsletter\n"


def _share_a_band(a: str, b: str) -> bool:
    return not set(signature_of(a).bands).isdisjoint(signature_of(b).bands)


@pytest.mark.parametrize("language", RELEASE)
def test_a_scraper_copy_with_junk_around_is_a_copy(language: str) -> None:
    text = RELEASE[language]
    copy = MENU + text + "\nYou may also like: ten facts about Mars. © 2023 all rights reserved. 1234 visitors."
    assert _share_a_band(text, copy)
    assert is_copy("Joint programme opens", text, "Joint programme opens | Space Daily 24", copy)


@pytest.mark.parametrize("language", RELEASE)
@pytest.mark.parametrize("share", [0.4, 0.6, 0.8])
def test_a_copy_that_breaks_off_is_a_copy(language: str, share: float) -> None:
    text = RELEASE[language]
    copy = text[: int(share * len(text))]
    assert _share_a_band(text, copy)
    assert is_copy("", text, "", copy)


@pytest.mark.parametrize("language", RELEASE)
def test_case_spacing_and_punctuation_change_nothing(language: str) -> None:
    text = RELEASE[language]
    copy = text.upper().replace(" ", "\n ").replace(".", " .").replace("，", " , ")
    assert normalised_hash(text) == normalised_hash(copy)
    assert len(set(signature_of(text).bands) & set(signature_of(copy).bands)) >= TEXT_BANDS
    assert is_copy("", text, "", copy)


@pytest.mark.parametrize(("name", "language", "pair"), CASES, ids=[f"{name} {language}" for name, language, _ in CASES])
def test_a_text_with_another_figure_at_the_same_place_is_no_copy(
    name: str, language: str, pair: tuple[str, str]
) -> None:
    text = RELEASE[language]
    other = text.replace(*pair)
    assert other != text, name
    assert copy_likeness(text, other) > 0.75
    assert not is_copy("", text, "", other)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("12th UK-China workshop", "13th UK-China workshop"),
        ("Yaogan-42 01 is in orbit", "Yaogan-42 02 is in orbit"),
        ("遥感四十二号01星发射成功", "遥感四十二号02星发射成功"),
        ("World Space Week 2021", "World Space Week 2022"),
    ],
)
def test_titles_of_other_editions_forbid_a_copy(a: str, b: str) -> None:
    assert not is_copy(a, RELEASE["en"], b, RELEASE["en"])
    assert is_copy(a, RELEASE["en"], a, RELEASE["en"])


def test_a_rewritten_headline_does_not_hide_a_copy() -> None:
    assert is_copy("CNSA and UNOOSA open third round", RELEASE["en"], "China invites the world", RELEASE["en"])


def test_an_item_deep_in_a_round_up_does_not_make_it_a_copy() -> None:
    other = " ".join(f"Item {n}: the probe number {n} sent picture {n * 7} of crater {n * 13}." for n in range(60))
    assert not is_copy("", RELEASE["en"], "News of the week", other + RELEASE["en"] + other)


@pytest.mark.parametrize(("a", "b"), list(itertools.combinations(RELEASE, 2)))
def test_other_texts_are_no_copies(a: str, b: str) -> None:
    assert copy_likeness(RELEASE[a], RELEASE[b]) < 0.1
    assert not is_copy("", RELEASE[a], "", RELEASE[b])
    assert normalised_hash(RELEASE[a]) != normalised_hash(RELEASE[b])


@pytest.mark.parametrize("text", ["", " \n", "…!?"])
def test_a_text_without_words_is_like_nothing(text: str) -> None:
    assert signature_of(text).bands == ()
    assert copy_likeness(text, text) == 0
    assert not is_copy("", text, "", text)


def test_bands_fit_a_signed_64_bit_column_and_name_their_place() -> None:
    bands = signature_of(RELEASE["en"]).bands
    assert TEXT_BANDS + LEAD_BANDS < len(set(bands)) == len(bands) <= TEXT_BANDS + LEAD_BANDS + SENTENCE_BANDS
    assert all(-(2**63) <= band < 2**63 for band in bands)


@pytest.mark.parametrize("seed", ["0", "1"])
def test_a_signature_is_the_same_in_every_process(seed: str) -> None:
    code = "import sys; from pipeline.stories.duplicates import signature_of; print(signature_of(sys.argv[1]).bands)"
    answer = subprocess.run(
        [sys.executable, "-c", code, RELEASE["zh"]],
        env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout.strip() == str(signature_of(RELEASE["zh"]).bands)


AGENCY = Copy("https://agency.example/a", 9, PartialDate(2022, 3, 2))
EARLY = Copy("https://wire.example/a", 5, PartialDate(2022, 3, 1))
LATE = Copy("https://wire.example/b", 5, PartialDate(2022, 3, 4))
UNDATED = Copy("https://aaa.example/", 5, None)
TWIN = Copy("https://wire.example/0", 5, PartialDate(2022, 3, 1))


@pytest.mark.parametrize(
    ("copies", "lead"),
    [
        ([EARLY, AGENCY, LATE], AGENCY),
        ([LATE, EARLY], EARLY),
        ([UNDATED, LATE], LATE),
        ([EARLY, TWIN], TWIN),
        ([UNDATED], UNDATED),
    ],
)
def test_authority_then_date_then_address_choose_the_lead(copies: list[Copy], lead: Copy) -> None:
    for order in itertools.permutations(copies):
        assert lead_of(order) == lead


def test_a_teaser_does_not_speak_for_the_whole_nor_a_later_page_for_the_first() -> None:
    whole = Copy("https://wire.example/c", 5, PartialDate(2022, 3, 4), chars=4000)
    teaser = Copy("https://wire.example/a", 5, PartialDate(2022, 3, 1), chars=400)
    assert lead_of([teaser, whole]) == whole
    first = Copy("https://wire.example/x", 5, PartialDate(2022, 3, 4), chars=3000)
    later = Copy("https://wire.example/x?page=2", 5, PartialDate(2022, 3, 4), chars=4000)
    assert lead_of([later, first]) == first


def test_a_date_known_to_the_month_comes_after_the_day_in_it() -> None:
    vague = Copy("https://wire.example/a", 5, PartialDate(2022, 3))
    assert lead_of([vague, LATE]) == LATE


@pytest.mark.parametrize(
    ("first", "later"),
    [
        ("https://a.example/x", "https://a.example/x?page=2"),
        ("https://a.example/x.html", "https://a.example/x_3.html"),
        ("https://a.example/x/", "https://a.example/x/page/2/"),
        ("https://a.example/read?id=7", "https://a.example/read?id=7&page=2"),
    ],
)
def test_pages_of_one_article_know_each_other_by_their_addresses(first: str, later: str) -> None:
    assert first in first_page_of(later)[0]
    assert later in later_pages_of(first)


@pytest.mark.parametrize("address", ["https://a.example/t20220301_123456.html", "https://a.example/2022", "no address"])
def test_other_numbers_in_an_address_are_no_pages(address: str) -> None:
    assert first_page_of(address) == (frozenset(), 1)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("may propose", "may not propose"),
        ("A panel of engineers", "No panel of engineers"),
        ("China National Space Administration and", "Indian Space Research Organisation and"),
    ],
)
def test_the_opposite_or_another_name_at_the_same_place_is_no_copy(old: str, new: str) -> None:
    text = RELEASE["en"]
    assert old in text
    assert not is_copy("", text, "", text.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("two years ago", "2 years ago"),
        ("third round", "3rd round"),
        ("programme", "program"),
        ("choose six", "select six"),
        ("30 September", "September 30"),
        (". ", ".&nbsp;<br/>"),
    ],
)
def test_another_form_of_the_same_words_is_a_copy(old: str, new: str) -> None:
    text = RELEASE["en"]
    assert old in text
    assert is_copy("", text, "", text.replace(old, new))


@pytest.mark.parametrize(
    ("words", "figures"),
    [
        ("two hundred and five satellites", "205 satellites"),
        ("one hundred thousand, then two thousand five hundred", "100,000, then 2,500"),
        ("the forty-first round, twelve and thirteen", "the 41st round, 12 and 13"),
        ("deux mille vingt-trois, quatre-vingt-dix-sept", "2023, 97"),
        ("cent pays, vingt et un ministres, pour cent", "100 pays, 21 ministres, pour cent"),
        ("сорок пять организаций, около пятидесяти тысяч", "45 организаций, около 50 тысяч"),
        ("сто двадцать, двадцать первый", "120, 21-й"),
        ("三亿五千万人，一万二千座，三公里", "3.5亿人，1.2万座，3千米"),
        ("five cents more", "5 cents more"),
        ("five cents and six euros", "5 cents and 6 euros"),
    ],
)
def test_composed_number_words_are_figures(words: str, figures: str) -> None:
    assert words_of(words) == words_of(figures)


@pytest.mark.parametrize("text", ["one" + " hundred and one" * 3_000, "one" + " million" * 3_000, "1" + "万" * 20_000])
def test_number_words_without_end_are_several_numbers(text: str) -> None:
    assert max(map(len, words_of(text))) < 40


def test_an_update_that_quotes_half_of_a_report_is_no_copy() -> None:
    sentences = RELEASE["en"].split(". ")
    news = (
        "The two offices said late on Thursday that the call is suspended, after a dispute over the cost of training. "
        "Teams that have applied already will hear from them within a month, a spokeswoman told reporters. "
    )
    assert not is_copy("Call for experiments", RELEASE["en"], "Call suspended", news + ". ".join(sentences[:3]))


def test_a_dateline_or_a_byline_changes_nothing() -> None:
    text = RELEASE["en"]
    one, other = f"BEIJING, March 3 (Xinhua) -- {text}", f"By Anna Smith, Geneva\nPublished 8 April 2021\n{text}"
    assert is_copy("", one, "", other)
    assert is_copy("", one, "", text)
