"""What a text shows to the story rule: numbers of editions and crafts, stages of a craft, calendar words."""

from __future__ import annotations

import pytest

from pipeline.stories.craft_stages import CraftStage, stage_of
from pipeline.stories.numbers import calendar_number, event_numbers_of, number_from_chinese


@pytest.mark.parametrize(
    ("text", "editions"),
    [
        ("13th annual UK-China Space Workshop", {13}),
        ("Report of the Subcommittee on its fifty-fourth session", {54}),
        ("Winner of 5th round announced and opening of 6th round", {5, 6}),
        ("Council meeting 10 held in Istanbul", {10}),
        ("La cinquième session du comité", {5}),
        ("Le 3e forum sino-arabe", {3}),
        ("54-я сессия подкомитета", {54}),
        ("Тринадцатый семинар по космосу", {13}),
        ("第三屆中阿北斗合作論壇舉行", {3}),
        ("联合国外空委第六十二届会议", {62}),
        ("第5轮征集", {5}),
        ("On the first day the ministers of both states signed an agreement", set()),
    ],
)
def test_ordinals_of_meetings_are_read(text: str, editions: set[int]) -> None:
    assert event_numbers_of(text).editions == editions


@pytest.mark.parametrize(
    ("text", "crafts"),
    [
        ("Yaogan-42 02 is in orbit", {("yaogan", "42-2")}),
        ("遥感四十二号02星发射成功", {("遥感", "42-2")}),
        ("嫦娥六号带回样品", {("嫦娥", "6")}),
        ("«Луна-25» разбилась", {("луна", "25")}),
        ("Artemis II comes before Artemis III", {("artemis", "2"), ("artemis", "3")}),
        ("CBERS-4A is in orbit", {("cbers", "4A")}),
        ("It was signed in March 5 years ago, in Vienna 2019", set()),
        ("Briefing 17 September", set()),
    ],
)
def test_numbers_of_missions_are_read(text: str, crafts: set[tuple[str, str]]) -> None:
    assert event_numbers_of(text).crafts == crafts


@pytest.mark.parametrize(
    ("numeral", "number"),
    [("十", 10), ("四十二", 42), ("二十", 20), ("一百零三", 103), ("12", 12), ("六", 6), ("一二", 12)],
)
def test_chinese_numerals_are_read(numeral: str, number: int) -> None:
    assert number_from_chinese(numeral) == number


@pytest.mark.parametrize(
    ("word", "number"),
    [("March", 3), ("août", 8), ("марта", 3), ("июле", 7), ("пятницу", 25), ("lundi", 21), ("orbit", None)],
)
def test_months_and_weekdays_are_known_in_their_forms(word: str, number: int | None) -> None:
    assert calendar_number(word) == number


@pytest.mark.parametrize(
    ("title", "lead", "stage"),
    [
        ("Camera arrives in Toulouse", "It will be launched in April.", CraftStage.DELIVERY),
        ("A camera for Jupiter", "Engineers met. The probe reached its orbit on 14 June after delivery.", None),
        ("Limadou flies again", "It was morning in Rome. The satellite reached its 500-km orbit.", CraftStage.LAUNCH),
        ("埃及二号卫星交付埃及", "卫星计划年底前发射。", CraftStage.DELIVERY),
        ("中法天文卫星在轨交付", "卫星由长征二号丙火箭发射。", CraftStage.OPERATION),
        ("梦天实验舱完成加注", "梦天实验舱运抵文昌航天发射场以来,已完成测试。", None),
        ("Камера сделала первые снимки", "После запуска прошло семь недель.", CraftStage.OPERATION),
        ("MisrSat-2 lancé depuis Jiuquan", "Une fusée a décollé lundi.", CraftStage.LAUNCH),
    ],
)
def test_the_stage_of_a_craft_is_what_title_or_opening_report(title: str, lead: str, stage: CraftStage | None) -> None:
    assert stage_of(title, lead) is stage
