"""Texts that are one text in two languages, and reports that only tell of the same."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.story import Story
from pipeline.stories.translations import Rendering, is_translation, telling_figures
from tests.bench import Bench, page_of
from tests.conftest import NOW
from web.story_view import story_view

UNITS = np.eye(4, dtype=np.float32)
ENGLISH = Rendering(
    "China and France extend ocean satellite",
    "The agencies agreed on 14 May 2023 to extend the mission. Some 400 users in 26 lands have its data, 18 daily.",
    "en",
    UNITS[0],
    UNITS[:2],
)
CHINESE = Rendering(
    "中法延长海洋卫星任务",
    "两国航天机构于2023年5月14日商定延长该卫星任务。目前26个国家的约400名用户获取卫星的观测数据，其中18个国家每天获取。",
    "zh",
    UNITS[0],
    UNITS[:2],
)


def test_one_text_in_two_languages_is_a_translation() -> None:
    assert telling_figures(ENGLISH.text) == telling_figures(CHINESE.text) == {"14", "18", "26", "400", "2023"}
    assert is_translation(ENGLISH, CHINESE)
    assert is_translation(replace(CHINESE, sentence_vectors=None), replace(ENGLISH, sentence_vectors=None))


def test_other_figures_another_length_or_other_sentences_are_no_translation() -> None:
    assert not is_translation(ENGLISH, replace(CHINESE, text=CHINESE.text.replace("400", "600")))
    assert not is_translation(ENGLISH, replace(CHINESE, text=3 * CHINESE.text))
    assert not is_translation(ENGLISH, replace(CHINESE, sentence_vectors=UNITS[2:]))
    assert not is_translation(ENGLISH, replace(CHINESE, vector=UNITS[3]))
    assert not is_translation(ENGLISH, replace(CHINESE, language="en"))


def test_reports_of_one_event_that_share_its_days_are_no_translation() -> None:
    near = np.full(4, 0.5, np.float32)
    said = "Réuni à Paris les 16 et 17 mars 2022, le conseil a suspendu la mission."
    french = Rendering("ExoMars", said, "fr", UNITS[0], UNITS[:1])
    russian = Rendering("ЭкзоМарс", "Совет 16–17 марта 2022 года приостановил миссию.", "ru", near, UNITS[:1])
    assert telling_figures(french.text) == telling_figures(russian.text)
    assert not is_translation(french, russian)


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
