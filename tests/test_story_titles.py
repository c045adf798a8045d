"""Titles without the sites that they name."""

from __future__ import annotations

import pytest

from pipeline.summaries.titles import is_empty_title, title_without_site


@pytest.mark.parametrize(
    ("title", "url", "expected"),
    [
        (
            "China and UK sign accord - Xinhua | English.news.cn",
            "http://www.xinhuanet.com/a",
            "China and UK sign accord",
        ),
        ("UK and China join together | UK Space Agency", None, "UK and China join together"),
        (
            "Chang'e-6 - China's return to the far side",
            "https://example.org/x",
            "Chang'e-6 - China's return to the far side",
        ),
        ("嫦娥六号探测器发射任务取得圆满成功_新华网", None, "嫦娥六号探测器发射任务取得圆满成功"),
        ("白俄罗斯正式加入国际月球科研站-国家航天局", None, "白俄罗斯正式加入国际月球科研站"),
        ("Роскосмос и НАСА подписали соглашение - РИА Новости", None, "Роскосмос и НАСА подписали соглашение"),
        ("La France et la Chine signent - Le Monde", None, "La France et la Chine signent"),
        ("White paper: China's space programme", None, "White paper: China's space programme"),
        ("News | CNSA", None, "News | CNSA"),
    ],
)
def test_a_title_loses_its_site_and_nothing_else(title: str, url: str | None, expected: str) -> None:
    assert title_without_site(title, url) == expected


@pytest.mark.parametrize("title", ["Luna-25", "ESA and CNSA sign", "Home for lunar samples opens", "月球科研站"])
def test_a_short_title_that_says_something_is_one(title: str) -> None:
    assert not is_empty_title(title, "https://www.esa.int/a")
