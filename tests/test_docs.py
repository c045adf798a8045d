"""The documents hold: generated pages are fresh, links lead somewhere, and what is named exists."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from perilune.cli import app
from perilune.config import PREFIX, SECRET_SUFFIX, Settings

ROOT = Path(__file__).parent.parent
GENERATED = ("sources", "commands", "settings", "api", "rights")
FRONT = ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md")
DOCUMENTS = sorted(
    str(path.relative_to(ROOT))
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "requirements").glob("*.md")]
)
DECISIONS = sorted(path.name for path in (ROOT / "docs" / "decisions").glob("*.md"))
DECISION_HEADS = ["Situation", "Decision", "Consequences", "What would change our mind"]
MAX_DECISION_LINES = 40

FENCED = re.compile(r"^( *)```.*?^\1```$", re.MULTILINE | re.DOTALL)
INLINE_CODE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
PATH = re.compile(r"\.?[\w*-]+(?:\.\w+)?(?:/[\w.*-]+)*/?")
ENDINGS = (".md", ".py", ".toml", ".txt", ".cfg", ".sh", ".json", ".html", ".png")
COMMAND = re.compile(r"(?:^|[\s`|])perilune ([a-z][a-z-]*(?: [a-z][a-z-]*)?)", re.MULTILINE)
TARGET = re.compile(r"(?:^|`)make ([a-z-]+)", re.MULTILINE)
VARIABLE = re.compile(rf"\b{PREFIX}[A-Z_]*[A-Z]\b")


def text_of(document: str) -> str:
    """Read a document."""
    return (ROOT / document).read_text(encoding="utf-8")


def code_in(document: str) -> str:
    """Keep only what a document marks as code, a piece a line."""
    text = text_of(document)
    blocks = [match.group() for match in FENCED.finditer(text)]
    return "\n".join([*blocks, *INLINE_CODE.findall(FENCED.sub("", text))])


def paths_named_in(document: str) -> Iterator[str]:
    """Find the paths that stand in backticks, outside blocks of code."""
    for piece in INLINE_CODE.findall(FENCED.sub("", text_of(document))):
        if PATH.fullmatch(piece) and ("/" in piece or piece.endswith(ENDINGS)):
            yield piece


def anchors_of(path: Path) -> set[str]:
    """Name a document's headings as links address them."""
    headings = HEADING.findall(FENCED.sub("", path.read_text(encoding="utf-8")))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def leads_somewhere(document: str, target: str) -> bool:
    """Tell whether a link's target is on the web, or a file here with the heading that it names."""
    if target.startswith(("https://", "http://", "mailto:")):
        return True
    address, _, anchor = target.partition("#")
    path = ((ROOT / document).parent / address).resolve() if address else ROOT / document
    return path.exists() and (not anchor or anchor in anchors_of(path))


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reference pages as the code would have them now."""
    folder = tmp_path_factory.mktemp("reference")
    subprocess.run([sys.executable, ROOT / "docs" / "reference.py", "--into", folder], check=True, cwd=folder)
    return folder


@pytest.mark.parametrize("name", GENERATED)
def test_a_generated_page_is_fresh(generated: Path, name: str) -> None:
    fresh = (generated / f"{name}.md").read_text(encoding="utf-8")
    assert text_of(f"docs/reference/{name}.md") == fresh, "stale: run `make docs`"


def test_no_other_page_stands_among_the_generated_ones() -> None:
    assert {path.stem for path in (ROOT / "docs" / "reference").iterdir()} == set(GENERATED)


@pytest.mark.parametrize(("document", "most"), [("README.md", 150), ("ARCHITECTURE.md", 200)])
def test_a_front_document_is_short(document: str, most: int) -> None:
    assert len(text_of(document).splitlines()) <= most


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_and_picture_leads_somewhere(document: str) -> None:
    targets = LINK.findall(FENCED.sub("", text_of(document)))
    assert [target for target in targets if not leads_somewhere(document, target)] == []


@pytest.mark.parametrize("document", FRONT)
def test_every_path_in_backticks_exists(document: str) -> None:
    named = sorted(set(paths_named_in(document)))
    assert named
    assert [path for path in named if not any(ROOT.glob(path.rstrip("/")))] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_command_named_exists(document: str) -> None:
    root = get_command(app)
    assert isinstance(root, TyperGroup)
    unknown = []
    for words in COMMAND.findall(code_in(document)):
        name, _, rest = words.partition(" ")
        command = root.commands.get(name)
        if command is None or (isinstance(command, TyperGroup) and rest and rest not in command.commands):
            unknown.append(words)
    assert unknown == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_make_target_named_exists(document: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", text_of("Makefile"), re.MULTILINE))
    assert set(TARGET.findall(code_in(document))) - targets == set()


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_setting_named_exists(document: str) -> None:
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    named = {name.removesuffix(SECRET_SUFFIX) for name in VARIABLE.findall(text_of(document))}
    assert named - known == set()


@pytest.mark.parametrize("name", DECISIONS)
def test_a_decision_is_short_and_says_all_four_things(name: str) -> None:
    text = text_of(f"docs/decisions/{name}")
    assert len(text.splitlines()) <= MAX_DECISION_LINES
    title, *heads = HEADING.findall(text)
    assert title.startswith(f"{name[:4]}. ")
    assert heads == DECISION_HEADS


def test_decisions_are_numbered_without_a_gap() -> None:
    assert [name[:4] for name in DECISIONS] == [f"{number:04}" for number in range(1, len(DECISIONS) + 1)]
