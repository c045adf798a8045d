"""Writes or checks the table of what mail programs support of what the digest's mail uses, from caniemail's data.

`python -m benchmarks.mail_clients --data DIR` reads `DIR/email/caniemail_features` and writes the table of the tests,
`tests/mail_clients.toml`; with `--check` it compares instead. The data is not kept: only letters of what is used are.
"""

from __future__ import annotations

import argparse
import re
import sys
import tomllib
from pathlib import Path

from tests.mail_clients import CLIENTS, TABLE, feature_of, used_in_issues

_PART = re.compile(r'"?([\w.\- ]+)"?\s*:\s*(?:(\{)|"([^"]*)")|(\})')
Tree = dict[str, "str | Tree"]


def support_in(text: str) -> str:
    """Read a feature's letters, one for each client: y supported, a partly, n not, u unknown; the newest version's."""
    stats = _tree(text[text.index("stats:") + len("stats:") :])
    return "".join(_newest(stats, family, kind) for family, kind in CLIENTS)


def _tree(text: str) -> Tree:
    """Read the braces that follow, whose commas and quotes are not always there."""
    root: Tree = {}
    stack = [root]
    for match in _PART.finditer(text[text.index("{") + 1 :]):
        name, opens, value, closes = match.groups()
        name = (name or "").strip()
        if closes:
            if len(stack) == 1:
                break
            stack.pop()
        elif opens:
            inner: Tree = {}
            stack[-1][name] = inner
            stack.append(inner)
        else:
            stack[-1][name] = value
    return root


def _newest(stats: Tree, family: str, kind: str) -> str:
    versions = stats.get(family, {})
    found = versions.get(kind, {}) if isinstance(versions, dict) else {}
    values = list(found.values()) if isinstance(found, dict) else []
    return str(values[-1])[:1] if values else "u"


def table_from(features: Path) -> dict[str, str]:
    """Read the letters of every feature that the mail uses and the data knows."""
    names = sorted({feature_of(use) for use in used_in_issues()})
    files = {name: features / f"{name}.md" for name in names}
    return {name: support_in(file.read_text("utf-8")) for name, file in files.items() if file.is_file()}


def main() -> None:
    """Write the table, or compare it with the data."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder with email/caniemail_features")
    parser.add_argument("--check", action="store_true", help="compare, and write nothing")
    given = parser.parse_args()
    table = table_from(given.data / "email" / "caniemail_features")
    if given.check:
        kept = tomllib.loads(TABLE.read_text("utf-8"))
        differences = sorted(name for name in table.keys() | kept.keys() if table.get(name) != kept.get(name))
        for name in differences:
            print(f"{name}: kept {kept.get(name)}, data {table.get(name)}")
        print(f"{len(table)} features of the mail are in the data, {len(differences)} differ from {TABLE.name}")
        sys.exit(bool(differences))
    lines = [
        "# What mail programs support of what the digest's mail uses, from the data of caniemail.com (MIT licence),",
        "# as `python -m benchmarks.mail_clients --data DIR` writes it. Letters: y yes, a partly, n no, u unknown; of",
        f"# {', '.join(' '.join(client) for client in CLIENTS)}.",
        *(f'{name} = "{letters}"' for name, letters in table.items()),
    ]
    TABLE.write_text("\n".join(lines) + "\n", "utf-8")
    print(f"{TABLE}: {len(table)} features")


if __name__ == "__main__":
    main()
