"""Sentence borders in four languages, and on input that means harm."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.summaries.sentences import sentences_of

CASES = [
    ("en", ["The U.K. China Space workshop is held yearly.", "It moved to Ningbo."]),
    ("en", ["The workshop moved to the U.K. last year.", "The next is in China."]),
    ("en", ["They met in the U.S.", "The talks went on."]),
    ("en", ["It opens on Sept. 18 in Fuzhou.", "Mr. Sainsbury and Dr. Wu spoke."]),
    ("en", ["Long March No. 3 flew on Jan. 5, 2020.", "It cost $1.5 billion."]),
    ("en", ["Was it signed?", "No.", "It was not."]),
    ("en", ["J. Smith and A. B. Jones signed.", "Nobody else did."]),
    ("en", ["“We will go.”", "He left for e.g. Paris, i.e. France."]),
    ("en", ['"Really?" he asked.', "Nobody answered..."]),
    ("en", ["It rose to 3.5 km.", "(See Fig. 2.)", "The rest fell."]),
    ("en", ["1. Introduction to the treaty.", "More text."]),
    ("en", ["The group was founded in 2016.", "55 delegates came."]),
    ("en", ["The end was quoted.[1]", "Then came more."]),
    ("en", ["The treaty was signed by J. A. Smith and A. I. Jones.", "It binds both."]),
    ("en", ["It opened in May.", "He left on Sept. 3 with Det. Insp. Brown."]),
    ("fr", ["Pékin, le 15 mai.", "Neuf minutes de silence.", "Tél. : +212 5 37 68."]),
    ("ru", ["Президент В. В. Путин принял А. А. Лаврова 12 мая.", "НПО имени С. А. Лавочкина работает."]),
    ("ru", ["Он измерил альбедо двух тысяч тел.", "Тел. приёмной: тел. +7 495, доб. 41-12."]),
    ("fr", ["M. Dupont a signé l’art. 5 du traité.", "Le traité est en vigueur."]),
    ("fr", ["Le 3 févr. 2022, le CNES a signé.", "« C’est bien. »", "Mme Roy était là."]),
    ("ru", ["В 2021 г. Роскосмос подписал меморандум.", "Станция, т.е. база, готова."]),
    ("ru", ["Соглашение с Китаем подписано в Москве в марте 2021 г.", "Роскосмос сообщил об этом."]),
    ("ru", ["НПО им. Лавочкина создаёт «Луну-26».", "Об этом сказал А. П. Петров.", "Ракета готова!"]),
    ("ru", ["Испытания, запуск и т.д. прошли.", "На станции г. Москва ждут."]),
    ("zh", ["中国国家航天局今日宣布，任务成功。", "“很好！”", "他说。", "“好！”，他答。", "下一次何时？"]),
    ("zh", ["搭载四个项目；", "另有两颗卫星。", "（第一；第二）均已完成。"]),
    ("zh", ["他说：“我们将继续合作。”", "双方签署了1.2亿元合同。"]),
]


def _cut(text: str, language: str | None) -> list[str]:
    return [text[span.start : span.end] for span in sentences_of(text, language)]


@pytest.mark.parametrize(("language", "sentences"), CASES)
def test_a_text_is_cut_into_its_sentences(language: str, sentences: list[str]) -> None:
    joint = "" if language == "zh" else " "
    assert _cut(joint.join(sentences), language) == sentences


@pytest.mark.parametrize(("language", "sentences"), [case for case in CASES if case[0] != "fr"])
def test_an_unknown_language_is_cut_alike(language: str, sentences: list[str]) -> None:
    joint = "" if language == "zh" else " "
    text = joint.join(sentences)
    assert _cut(text, None) == _cut(text, language)


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        (
            "It set up payment banks.In its report it said so.",
            ["It set up payment banks.", "In its report it said so."],
        ),
        ("It grew by 8.13.(This was less.)", ["It grew by 8.13.", "(This was less.)"]),
        ("Яндекс.Дзен растёт, как и Node.Js сам.", ["Яндекс.Дзен растёт, как и Node.Js сам."]),
    ],
)
def test_a_lost_space_hides_no_end(text: str, sentences: list[str]) -> None:
    assert _cut(text, None) == sentences


def test_headings_and_list_items_stand_alone_without_their_bullets() -> None:
    text = (
        "Previous Workshops\n\n  • 1st Beijing, China\n  • 2nd London, UK\nThe third was\nheld in Shanghai. It ended."
    )
    assert _cut(text, "en") == [
        "Previous Workshops",
        "1st Beijing, China",
        "2nd London, UK",
        "The third was\nheld in Shanghai.",
        "It ended.",
    ]


def test_a_blank_line_ends_even_an_unfinished_sentence() -> None:
    assert _cut("signed by the\n\nagency and\n \nothers", "en") == ["signed by the", "agency and", "others"]


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="aB г.1!?。；”“«» \n\t…-•中", max_size=80))
def test_sentences_hold_every_letter_once_and_in_order(text: str) -> None:
    spans = sentences_of(text, None)
    assert all(a.end <= b.start for a, b in pairwise(spans))
    covered = "".join(text[span.start : span.end] for span in spans)
    letters = [sign for sign in text if sign.isalnum()]
    assert [sign for sign in covered if sign.isalnum()] == letters
    assert all("\n\n" not in text[span.start : span.end] for span in spans)


@pytest.mark.parametrize(
    "unit", ["a", ".", " ", ". ", 'a." ', "“", "；", "。", "A. ", "\n", "\n ", "- ", "• ", "…", "[1]", "г. ", "(", "1."]
)
def test_a_hostile_line_is_cut_without_blowing_up(unit: str) -> None:
    text = unit * (200_000 // len(unit))
    spans = sentences_of(text, None)
    assert all(0 <= span.start < span.end <= len(text) for span in spans)
