"""Texts that are one text in two languages, and reports that only tell of the same."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.story import Story
from pipeline.stories.translations import (
    Rendering,
    cosine_in_order,
    is_translation,
    may_be_translation,
    telling_figures,
)
from pipeline.values import Document
from tests.bench import Bench, page_of
from tests.conftest import NOW
from web.story_view import story_view

UNITS = np.eye(8, dtype=np.float32)
ENGLISH = Document(
    "a",
    "China and France extend ocean satellite",
    "The agencies of China and France agreed on 14 May 2023 to extend the mission. Some 400 users in 26 lands have its "
    "data.",
    "en",
)
CHINESE = Document(
    "b",
    "中法延长海洋卫星任务",
    "中法两国航天机构于2023年5月14日商定延长该卫星任务。目前26个国家的约400名用户获取卫星的观测数据。",
    "zh",
)


def _is_translation(one: Document, other: Document, *, near: float = 0.5, titles: float = 0.0, count: int = 3) -> bool:
    """Judge two texts of so many sentences, those at the same place so near to each other."""
    away = np.sqrt(1 - near**2)
    first = Rendering(one, UNITS[7], UNITS[:count])
    second = Rendering(other, titles * UNITS[7], near * UNITS[:count] + away * UNITS[3 : 3 + count])
    return is_translation(first, second)


def test_one_text_in_two_languages_is_a_translation() -> None:
    figures = {"14": 1, "5": 1, "2023": 1, "26": 1, "400": 1}
    assert telling_figures(ENGLISH.text) == telling_figures(CHINESE.text) == figures
    assert _is_translation(ENGLISH, CHINESE)
    assert _is_translation(CHINESE, ENGLISH)


@pytest.mark.parametrize(
    "other",
    [
        replace(CHINESE, text=CHINESE.text.replace("400", "600").replace("26", "28")),
        replace(CHINESE, text=3 * CHINESE.text),
        replace(CHINESE, text=CHINESE.text.replace("中法", "中日"), title="中日延长海洋卫星任务"),
        replace(CHINESE, language="en"),
    ],
    ids=["other figures", "another length", "another country", "one language"],
)
def test_other_figures_another_length_or_another_country_are_no_translation(other: Document) -> None:
    assert not may_be_translation(ENGLISH, other)
    assert not _is_translation(ENGLISH, other, near=1.0, titles=1.0)


def test_sentences_far_apart_or_in_another_order_are_no_translation() -> None:
    assert not _is_translation(ENGLISH, CHINESE, near=0.2)
    assert cosine_in_order(np.eye(3, dtype=np.float32)) == 1.0
    assert cosine_in_order(np.eye(3, dtype=np.float32)[::-1]) == pytest.approx(1 / 3)


def test_a_text_without_figures_must_have_its_title_in_common_and_three_sentences() -> None:
    english = replace(ENGLISH, text="China and France are content. They will go on.")
    chinese = replace(CHINESE, text="中法双方都满意。双方将继续合作。")
    assert may_be_translation(english, chinese)
    assert _is_translation(english, chinese, titles=0.6)
    assert not _is_translation(english, chinese, titles=0.4)
    assert not _is_translation(english, chinese, titles=0.6, count=2)


def test_a_translation_is_folded_under_the_text_that_leads(bench: Bench) -> None:
    english = (
        "On 14 May 2021 the China National Space Administration and CNES agreed in Beijing to extend CFOSAT's mission.",
        "Some 400 users in 26 countries receive its data free of charge. Most of them work at weather services.",
        "The satellite, launched in October 2018, measures waves and winds at the surface of the sea every 13 days.",
    )
    chinese = (
        "2021年5月14日，中国国家航天局与法国国家空间研究中心在中国北京商定，将两国联合研制的中法海洋卫星的在轨任务期延长。",
        "目前共有26个国家的约400名用户免费获取该卫星的观测数据，其中大多数用户在各国的气象部门工作。",
        "该卫星于2018年10月发射升空，每13天对全球海面的波浪和海风进行一次测量，为海洋研究提供观测资料。",
    )
    bench.lay("http://a.example/1", page_of("China and France extend ocean satellite", english, "2021-05-15"))
    bench.lay(
        "http://b.example/1", page_of("中法延长海洋卫星任务", chinese, "2021-05-15"), source="embassy", authority=3
    )
    bench.work()
    assert len(bench.stories()) == 1
    with bench.archive.sessions() as session:
        original, translation = (
            bench.article(session, "http://a.example/1"),
            bench.article(session, "http://b.example/1"),
        )
        assert (translation.translation_of_id, original.translation_of_id) == (original.id, None)
        (member,) = story_view(session, session.get_one(Story, original.story_id).key, today=NOW.date()).articles
        assert [(copy.source.slug, copy.language) for copy in member.copies] == [("embassy", "zh")]
