"""What changed on a page: sentences, moves, and edits told from what rotates beside a text."""

from __future__ import annotations

import datetime as dt
import random
import time

import pytest

from benchmarks.changes import APART_SEED, cases_of, told_of, verdicts_on
from benchmarks.changes_pages import own_pages
from perilune.changes import Rewording, Told, is_same_content, real_rewordings, rewordings, sentences_of

PROSE = "The agencies met in Vienna. They signed an agreement on data."
MIN_RECALL = 0.98
MAX_FALSE_ALARMS = 0.01


def told(*passages: str, title: str = "Workshops", seen_on: dt.date | None = None) -> Told:
    """Make a version with a sentence or two before what matters."""
    return Told(title, (PROSE, *passages), seen_on)


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Mr. Li met the U.K. minister on 3 May. He left.", ["Mr. Li met the U.K. minister on 3 May.", "He left."]),
        ("中方宣布计划。会议在北京举行！", ["中方宣布计划。", "会议在北京举行！"]),
        ("他说：“合作很好。”会议结束。", ["他说：“合作很好。”", "会议结束。"]),
        ("Встреча прошла 12 апр. 2021 г. в Москве. Да.", ["Встреча прошла 12 апр. 2021 г. в Москве.", "Да."]),
        ("L'accord de M. Martin est signé. Il dure.", ["L'accord de M. Martin est signé.", "Il dure."]),
        ("SMILE | 2025\nSVOM | 2024", ["SMILE | 2025", "SVOM | 2024"]),
    ],
)
def test_sentences_are_cut_in_four_languages_and_tables_by_rows(text: str, sentences: list[str]) -> None:
    assert sentences_of(text) == sentences


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("12 views", "1,310 views"),
        ("Views: 55 | Comments (3)", "Views: 56 | Comments (4)"),
        ("Source: Xinhua | Views: 55 | Editor: Li", "Source: Xinhua | Views: 56 | Editor: Li"),
        ("阅读 1234", "阅读 1240"),
        ("您是第 12345 位访客", "您是第 12399 位访客"),
        ("Просмотров: 55", "Просмотров: 56"),
        ("Cet article a été lu 1 234 fois", "Cet article a été lu 1 235 fois"),
        ("Today is Friday, 12 April 2024", "Today is Saturday, 13 April 2024"),
        ("今天是2024年4月12日 星期五", "今天是2024年4月13日 星期六"),
        ("Сегодня пятница, 12 апреля 2024 г.", "Сегодня суббота, 13 апреля 2024 г."),
        ("Nous sommes le vendredi 12 avril 2024", "Nous sommes le samedi 13 avril 2024"),
        ("Posted 3 hours ago by the press office", "Posted 5 days ago by the press office"),
        ("2天前", "3天前"),
        ("5 минут назад", "7 часов назад"),
        ("il y a 3 jours", "il y a 4 jours"),
        ("USD 92,45 EUR 99,12", "USD 92,51 EUR 98,80"),
        ("今日天气：晴 12℃", "今日天气：多云 13℃"),
        ("Request ID: 8f3a9c2e1b", "Request ID: 77aa9c2e1b"),
        ("Read also: Probe sends first pictures", "Read also: Minister visits test centre"),
        ("“Data” – it’s open…", '"Data" - it\'s open...'),
        ("É é 10\u00a0000", "E\u0301 e\u0301 10 000"),
    ],
)
def test_what_rotates_is_no_edit(before: str, after: str) -> None:
    assert is_same_content(told(before), told(after))
    assert rewordings(told(before), told(after))


@pytest.mark.parametrize(
    "line", ["Advertisement", "Subscribe to our newsletter", "关注我们的公众号", "Реклама", "Abonnez-vous"]
)
def test_advertisements_come_and_go_without_an_edit(line: str) -> None:
    assert is_same_content(told("The end."), told(line, "The end."))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("12 countries", "13 countries"),
        ("The committee received 12 comments.", "The committee received 13 comments."),
        ("12 comments from member states", "13 comments from member states"),
        ("Participants: 55", "Participants: 56"),
        ("17 September 2024", "18 September 2024"),
        ("Date: 12 April 2024", "Date: 13 April 2024"),
        ("Friday, 12 April 2024", "Friday, 19 April 2024"),
        ("The satellite was lost 3 days ago.", "The satellite was lost 5 days ago."),
        ("It will be launched in May.", "It has been launched in May."),
        ("Chaired by Ms Marsh", "Chaired by Ms Marsch"),
        ("Fee: USD 250", "Fee: USD 260"),
        ("会议有12个国家参加。", "会议有13个国家参加。"),
        ("会议将于9月举行。", "会议已于9月举行。"),
        ("Встреча пройдёт 5 мая.", "Встреча пройдёт 6 мая."),
        ("La réunion aura lieu le 5 mai.", "La réunion est annulée."),
        ("SMILE | 2025", "SMILE | 2025\nSVOM | 2024"),
        ("Online", "Vienna"),
    ],
)
def test_an_edit_is_never_taken_for_what_rotates(before: str, after: str) -> None:
    assert not is_same_content(told(before), told(after))
    assert not is_same_content(told(), told(after))


def test_the_date_of_the_day_is_known_by_the_days_of_the_visits() -> None:
    days = dt.date(2024, 4, 12), dt.date(2024, 4, 19)
    before, after = (told(f"Friday, {day.day} April 2024", seen_on=day) for day in days)
    assert is_same_content(before, after)
    assert not is_same_content(before, told("Friday, 26 April 2024", seen_on=days[1]))


def test_an_edit_beside_what_rotates_is_told_alone() -> None:
    before = told("It has 12 members. It meets in May.", "Views: 5")
    after = told("It has 13 members. It meets in May.", "Advertisement", "Views: 9")
    assert real_rewordings(before, after) == (Rewording(("It has 12 members.",), ("It has 13 members.",), 1),)


def test_moved_paragraphs_and_related_links_are_no_rewordings() -> None:
    passages = [f"Paragraph number {number} tells of a mission. It is long." for number in range(9)]
    assert not rewordings(Told("T", tuple(passages)), Told("T", (*passages[5:], *passages[:5])))
    related = ["Probe sends first pictures", "Minister visits the test centre", "Crew returns from orbit"]
    other = ["Students launch a balloon", "Observatory finds three comets", "Radar maps the glaciers"]
    assert is_same_content(told("Related news", *related), told("Related news", *reversed(related)))
    assert is_same_content(told("Related news", *related), told("Related news", *other))


def test_a_title_is_told_first_and_a_count_before_it_is_none_of_it() -> None:
    found = rewordings(told(title="Old"), told("More.", title="New"))
    assert found == (Rewording(("Old",), ("New",), 0), Rewording((), ("More.",), 1))
    assert is_same_content(told(title="(3) Workshops"), told(title="Workshops"))


def test_a_rewording_is_stored_and_read_back() -> None:
    rewording = Rewording(("A.",), (), 3)
    assert Rewording.from_json(rewording.to_json()) == rewording
    with pytest.raises(ValueError, match="a rewording has"):
        Rewording.from_json({"before": "A."})


def test_ten_edits_of_a_long_document_cost_less_than_cutting_it_into_sentences() -> None:
    chance = random.Random(3)
    words = [f"w{number}" for number in range(4000)]
    passages = [
        "".join(f"{' '.join(chance.choices(words, k=20)).capitalize()}. " for _ in range(5)) for _ in range(3000)
    ]
    edited = list(passages)
    for place in range(10, 3000, 300):
        edited[place] += "One more."
    started = time.perf_counter()
    found = real_rewordings(Told("T", tuple(passages)), Told("T", tuple(edited)))
    middle = time.perf_counter()
    for passage in (*passages, *edited):
        sentences_of(passage)
    assert [one.after for one in found] == [("One more.",)] * 10
    assert middle - started < 2 * (time.perf_counter() - middle)


def test_edits_are_found_and_what_rotates_is_not_on_pages_of_our_own() -> None:
    cases = cases_of(list(own_pages(APART_SEED)), seed=APART_SEED, is_apart=True, count=2)
    pages = ((page, case.page.url) for case in cases for page in case.pair)
    verdicts = verdicts_on(cases, told_of(pages, dt.date(2025, 12, 1)), {})
    edits = [one for one in verdicts if one.case.is_edit and not one.is_lost]
    noise = [one for one in verdicts if not one.case.is_edit]
    assert sum(one.changed[0] for one in edits) / len(edits) >= MIN_RECALL
    assert sum(one.changed[0] for one in noise) / len(noise) <= MAX_FALSE_ALARMS
