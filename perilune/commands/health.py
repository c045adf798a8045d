"""The command that looks for whatever may be wrong with an installation."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from perilune.commands import options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from perilune.doctor.findings import Finding


def doctor(
    *,
    thorough: Annotated[
        bool, typer.Option("--thorough", help="Also check what takes minutes: every page of the database, many pages.")
    ] = False,
    as_json: options.Json = False,
) -> None:
    """Look for whatever may be wrong, and say what to do about it; exit code 1 where something does not work."""
    from rich.console import Console

    from perilune.doctor.examining import examine
    from perilune.doctor.findings import State
    from perilune.logs import configure_logging
    from perilune.output import print_json

    configure_logging("error")
    found: list[Finding] = []
    try:
        with Console(stderr=True).status("looking at the program ...") as spinner:

            def tell(what: str) -> None:
                spinner.update(f"looking at {what} ...")

            found.extend(examine(os.environ, now=options.now(), is_thorough=thorough, tell=tell))
    finally:  # whatever else is wrong with us, what was found is shown
        if as_json:
            print_json([vars(each) for each in found])
        else:
            _show(found)
    if any(each.state is State.PROBLEM for each in found):
        raise typer.Exit(1)


def _show(found: Sequence[Finding]) -> None:
    from rich.markup import escape
    from rich.table import Table

    from perilune.doctor.findings import State
    from perilune.logs import harmless
    from perilune.output import console

    colours = {State.OK: "green", State.WARNING: "yellow", State.PROBLEM: "bold red", State.SKIPPED: "dim"}
    table = Table(box=None, pad_edge=False, show_header=False)
    for style in ("", "bold", ""):
        table.add_column(style=style, overflow="fold")
    for each in found:
        colour = colours[each.state]
        said = escape(harmless(each.sentence)) + (
            f"\n[{colour}]→[/] {escape(harmless(each.remedy))}" if each.remedy else ""
        )
        table.add_row(f"[{colour}]{each.state}[/]", each.name, said)
    console().print(table)
    problems, warnings = (sum(each.state is state for each in found) for state in (State.PROBLEM, State.WARNING))
    console().print(f"\n{problems} problems, {warnings} warnings, {len(found) - problems - warnings} other findings.")
