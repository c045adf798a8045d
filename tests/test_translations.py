"""Texts that are one text in two languages, and reports that only tell of the same."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pipeline.stories.translations import Rendering, is_translation, telling_figures

UNITS = np.eye(4, dtype=np.float32)
ENGLISH = Rendering(
    "China and France extend ocean satellite",
    "The agencies agreed on 14 May 2023 to extend the mission. Some 400 users receive its data free of charge.",
    "en",
    UNITS[0],
    UNITS[:2],
)
CHINESE = Rendering(
    "中法延长海洋卫星任务",
    "两国航天机构于2023年5月14日商定延长该卫星任务。目前约有400名用户免费获取卫星的观测数据。",
    "zh",
    UNITS[0],
    UNITS[:2],
)


def test_one_text_in_two_languages_is_a_translation() -> None:
    assert telling_figures(ENGLISH.text) == telling_figures(CHINESE.text) == {"14", "2023", "400"}
    assert is_translation(ENGLISH, CHINESE)
    assert is_translation(replace(CHINESE, sentence_vectors=None), replace(ENGLISH, sentence_vectors=None))


def test_other_figures_another_length_or_other_sentences_are_no_translation() -> None:
    assert not is_translation(ENGLISH, replace(CHINESE, text=CHINESE.text.replace("400", "600")))
    assert not is_translation(ENGLISH, replace(CHINESE, text=3 * CHINESE.text))
    assert not is_translation(ENGLISH, replace(CHINESE, sentence_vectors=UNITS[2:]))
    assert not is_translation(ENGLISH, replace(CHINESE, vector=UNITS[3]))
    assert not is_translation(ENGLISH, replace(CHINESE, language="en"))
