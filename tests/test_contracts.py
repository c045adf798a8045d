"""The fences of the code base: every package stands under the import contracts, and nobody else takes its name."""

from __future__ import annotations

import importlib.metadata
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def top_level_packages() -> set[str]:
    """Name the packages that the project ships."""
    return set(PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"])


def test_every_top_level_package_stands_under_a_contract() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "benchmarks"}
    assert packages == top_level_packages()
    layers = PROJECT["tool"]["importlinter"]["contracts"][0]["layers"]
    named = {name.strip() for layer in layers for name in layer.split("|")}
    assert packages - {"perilune"} <= named
    modules = {f"perilune.{path.stem}" for path in (ROOT / "perilune").glob("*.py") if path.stem != "__init__"}
    folders = {f"perilune.{path.parent.name}" for path in (ROOT / "perilune").glob("*/__init__.py")}
    assert modules | folders == {name for name in named if name.startswith("perilune.")}


def test_no_installed_distribution_takes_our_names() -> None:
    owners = importlib.metadata.packages_distributions()
    for package in top_level_packages():
        assert set(owners.get(package, [])) <= {"perilune"}
