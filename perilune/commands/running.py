"""Commands that run things: the whole system, one crawl, the pipeline, the archive's pages, the demo."""

from __future__ import annotations

import contextlib
import datetime as dt
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from perilune.commands import options

if TYPE_CHECKING:
    from perilune.archive import Archive


def run() -> None:
    """Run Perilune: crawl, process and mail when due, and serve the archive, until stopped."""
    from perilune.scheduler import run_everything

    run_everything(options.settings())


def worker(
    *,
    queues: Annotated[str | None, typer.Option(help="Queues to work on; default: crawl,process,digest.")] = None,
) -> None:
    """Work off jobs until stopped: crawl, process documents, send mail; on PostgreSQL, as many and where you like."""
    from perilune.jobs.worker import queues_named, run_worker

    run_worker(options.settings(), queues_named(queues))


def scheduler() -> None:
    """Put what is due into the queues of the workers, until stopped; several may run, and one acts at a time."""
    from perilune.scheduler import run_scheduler

    run_scheduler(options.settings())


def crawl(
    slugs: Annotated[list[str] | None, typer.Argument(help="Sources; default: all that are due.")] = None,
    *,
    force: Annotated[bool, typer.Option("--force", help="Crawl even what is not due.")] = False,
    as_json: options.Json = False,
) -> None:
    """Crawl due sources once, in a process of its own."""
    from perilune.archive import require_sources
    from perilune.crawling import crawl_in_child
    from perilune.output import print_rows
    from perilune.seeding import seed

    archive = options.archive()
    for problem in seed(archive, now=options.now()):
        typer.echo(f"perilune: left out {problem}", err=True)
    require_sources(archive, slugs or [], only_watched=True)
    counts = crawl_in_child(slugs or [], forced=force)
    rows = [{"source": slug, **_crawl_row(found)} for slug, found in counts.items()]
    print_rows(rows, as_json=as_json, empty=_why_no_source(archive))


def _why_no_source(archive: Archive) -> str:
    from perilune.due import Due

    if lag := Due(archive).lag():
        return (
            f"{lag:,} pages wait to be read, and crawling waits for them (PERILUNE_BACKLOG is"
            f" {archive.settings.backlog:,}): `perilune process` reads them; name a source to crawl it none the less."
        )
    return "No source is due; name one with --force to crawl it now."


def _crawl_row(counts: dict[str, object]) -> dict[str, object]:
    others = [
        f"{what} ({number})" for what, number in counts.items() if what.startswith(("failed", "skipped", "index"))
    ]
    return {
        "outcome": counts.get("outcome", "stopped"),
        "links": counts.get("links", 0),
        "new": counts.get("new pages", 0),
        "remarks": others,
    }


def process(
    *,
    again: Annotated[
        list[str] | None,
        typer.Option(
            help="Do again what ended for this reason, as `perilune status` words it; one that ends in ... stands for"
            " all that begin so. May be repeated."
        ),
    ] = None,
    as_json: options.Json = False,
) -> None:
    """Work off everything that waits in the pipeline."""
    from perilune.processing import await_again
    from perilune.seeding import seed

    archive, now = options.archive(), options.now()
    seed(archive, now=now)
    if again and not await_again(archive, again, now=now):
        typer.echo(f"perilune: nothing ended for this reason: {', '.join(again)}", err=True)
    work_off(archive, now=now, as_json=as_json)


def work_off(archive: Archive, *, now: dt.datetime, as_json: bool) -> None:
    """Run the pipeline until nothing waits, and print what became of it."""
    from models.beating import beating
    from perilune.output import print_rows, stage_progress
    from perilune.processing import process_due

    with (
        stage_progress(is_shown=not as_json) as progress,
        beating(archive.sessions, "process", silence=archive.settings.silence),
    ):
        counts = process_due(archive, now=now, progress=progress)
    rows: list[dict[str, object]] = [
        {"stage": str(stage), **{state: fates.get(state, 0) for state in ("done", "skipped", "failed")}}
        for stage, fates in counts.items()
    ]
    print_rows(rows, as_json=as_json, empty="Nothing waits.")


def serve(
    *,
    port: Annotated[int | None, typer.Option(help="Port; default: PERILUNE_PORT or 8600.")] = None,
) -> None:
    """Serve the archive's pages and API, without crawling."""
    from perilune.serving import serve_archive

    serve_archive(options.settings(), port=port)


def demo(
    *,
    folder: Annotated[Path, typer.Option(help="Where the demo keeps its archive and its digest.")] = Path("demo"),
    database: Annotated[
        str | None, typer.Option(help="An empty database for it; default: a file in the folder.")
    ] = None,
) -> None:
    """Show everything on a small web of real documents: crawl, pipeline, two digests; no network needed."""
    from perilune.demo.run import run_demo

    run_demo(folder, database=database)


def _shown(value: object) -> str | None:
    """Write a setting's value without any password that stands in an address."""
    from perilune.secrets import without_password

    return None if value is None else without_password(str(value))


def status(
    *,
    stages: Annotated[
        bool, typer.Option("--stages", help="Count what every stage did, skipped or failed at, by reason.")
    ] = False,
    watch: Annotated[
        float | None, typer.Option(min=0.5, help="Seconds after which to look again, until stopped.")
    ] = None,
    as_json: options.Json = False,
) -> None:
    """Show how the archive stands: what waits and since when, what was done lately, what failed, who works."""
    from perilune.output import print_json, print_rows
    from perilune.status import fate_rows, standing_of
    from perilune.verdicts import UNREAD_SCANS

    archive = options.archive()
    if watch is not None and not (as_json or stages):
        _watch(archive, watch)
        return
    rows = fate_rows(archive)
    if stages:
        print_rows(rows, as_json=as_json, empty="Nothing was crawled yet; start with `perilune crawl`.")
    elif as_json:
        print_json(standing_of(archive, now=options.now()).as_json() | {"fates": rows})
    else:
        _show_once(archive)
    if any(row["reason"] in UNREAD_SCANS for row in rows):
        again = " ".join(f'--again "{reason}"' for reason in UNREAD_SCANS)
        typer.echo(f"Scans are read after `make ocr`, and `perilune process {again}`.", err=True)


def _show_once(archive: Archive) -> None:
    from perilune.output import console
    from perilune.status import standing_of
    from perilune.status_screen import screen_of

    console().print(screen_of(standing_of(archive, now=options.now())))


def _watch(archive: Archive, seconds: float) -> None:
    """Show how the archive stands until somebody presses Ctrl-C."""
    from rich.live import Live

    from perilune.output import console
    from perilune.status import standing_of
    from perilune.status_screen import screen_of

    shown = console()
    with contextlib.suppress(KeyboardInterrupt), contextlib.ExitStack() as stack:
        live = stack.enter_context(Live(console=shown, auto_refresh=False)) if shown.is_terminal else None
        while True:
            screen = screen_of(standing_of(archive, now=options.now()))
            if live is not None:
                live.update(screen, refresh=True)
            else:
                shown.print(screen)
                shown.file.flush()
            time.sleep(seconds)


def config(*, as_json: options.Json = False) -> None:
    """List every setting: its value now, its variable and what it is for. Secrets are not shown."""
    from perilune.config import PREFIX
    from perilune.output import print_rows

    settings = options.settings()
    rows = [
        {"variable": PREFIX + name.upper(), "value": _shown(getattr(settings, name)), "meaning": field.description}
        for name, field in type(settings).model_fields.items()
    ]
    print_rows(rows, as_json=as_json, empty="")
