"""What reads strange input keeps its word: a few inputs of each target here, a search by coverage when long."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.bodies import SITEMAP
from tests.fuzz.targets import TARGETS

EXAMPLES = {"addresses": 60, "pages": 12, "pdfs": 8, "sources": 40}
USUAL_EXAMPLES = 80
A_SOURCE = b'name = "A"\nhome = "http://a.example/"\n'
FOUND = [
    ("addresses", "https://www.google.com/amp/s/agency\U0009a1e4mple/news;jsessionid=1?x=%e6%9c%88".encode()),
    ("addresses", "http://agency.example/?ÿ=1&b=2&a=1".encode()),
    ("addresses", b"http://\\user:\x8dd@[::ff:126.0.0.1]:8600/"),
    ("addresses", b"https://www.google.cmo/amp/s/agency.example\0\0?a"),
    ("addresses", b"https://www.google.cmo:/amp/s/y.example/z"),
    ("addresses", b"http://www.google.c/amp/s/www.google.c/amp/;"),
    ("addresses", b"https://www.google.c/www.google.c:/amp/amp/"),
    ("addresses", b"http://a.example/amp/s/amp/s/.."),
    ("dates", b"0411111111111111111111111111"),
    ("feeds", SITEMAP.replace(b"2022-03-10", b"9" * 40)),
    ("sources", b"a = " + b"[" * 5000),
    ("sources", A_SOURCE + b'links = "a{99999999999999999999}"'),
    ("sources", A_SOURCE + b'links = "' + b"(" * 3000 + b')"'),
    ("sources", A_SOURCE + b"authority = 1" + b"0" * 5000),
]
"""Inputs that were treated wrongly once."""


@pytest.mark.parametrize("name", TARGETS)
def test_what_reads_strange_input_keeps_its_word(name: str) -> None:
    target = TARGETS[name]
    for content in [*target.seeds()[:3], *(content for found, content in FOUND if found == name)]:
        target.run(content)
    inputs = target.inputs()

    @settings(
        max_examples=EXAMPLES.get(name, USUAL_EXAMPLES),
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def strange(data: st.DataObject) -> None:
        target.run(data.draw(inputs))

    strange()


@pytest.mark.long
@pytest.mark.skipif(importlib.util.find_spec("atheris") is None, reason="atheris has no package for this machine")
@pytest.mark.parametrize("name", TARGETS)
def test_a_search_by_coverage_finds_nothing_that_breaks(name: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.fuzz", name, "--seconds", "60", "--corpus", str(tmp_path / name)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=500)
    assert done.returncode == 0, done.stderr[-4000:]
    assert "number_of_executed_units" in done.stderr
