"""Commands about sources."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from perilune.commands import options

app = typer.Typer(no_args_is_help=True, help="What is watched: list, show and check sources.")
Render = Annotated[
    bool, typer.Option("--render", help="Read its pages as a browser shows them, with what programs fill in.")
]


@app.command("list")
def list_sources(*, as_json: options.Json = False) -> None:
    """List the sources with what their last visit gave."""
    from perilune.archive import source_rows
    from perilune.output import print_rows
    from perilune.seeding import seed

    archive = options.archive()
    problems = seed(archive, now=options.now())
    print_rows(source_rows(archive), as_json=as_json, empty="There is no source; PERILUNE_SOURCES names their folder.")
    for problem in problems:
        typer.echo(f"perilune: left out {problem}", err=True)


@app.command()
def show(slug: Annotated[str, typer.Argument(help="The source's short name.")]) -> None:
    """Show all that is known of one source, as JSON: how it is watched, how it fares, its incidents and visits."""
    from perilune.archive import require_sources, source_in_full
    from perilune.output import print_json
    from perilune.seeding import seed

    archive = options.archive()
    seed(archive, now=options.now())
    require_sources(archive, [slug])
    print_json(source_in_full(archive, slug))


@app.command()
def lint(paths: Annotated[list[Path], typer.Argument(help="Source files.")], *, as_json: options.Json = False) -> None:
    """Read source files and say what is wrong in them; exit code 1 when anything is."""
    from crawler.source_file import SourceProblem, load_source_file
    from perilune.output import print_rows

    rows: list[dict[str, object]] = []
    for path in paths:
        try:
            file = load_source_file(path)
            rows.append({"file": str(path), "verdict": "good", "kind": str(file.kind), "name": file.name})
        except SourceProblem as problem:
            rows.append({"file": str(path), "verdict": "unusable", "kind": None, "name": str(problem)})
    print_rows(rows, as_json=as_json, empty="")
    if any(row["verdict"] != "good" for row in rows):
        raise typer.Exit(1)


@app.command()
def find(
    url: Annotated[str, typer.Argument(help="The page that lists the news.")],
    *,
    render: Render = False,
    as_json: options.Json = False,
) -> None:
    """Say how an address can be watched, and show its newest items as they would be stored. Stores nothing."""
    from perilune.onboarding import find_source, print_found
    from perilune.output import print_json, waiting

    with waiting(f"asking {url}", is_shown=not as_json):
        found = find_source(options.settings(), url, today=options.now().date(), render=render)
    if as_json:
        print_json(found.value)
    else:
        print_found(found)
    if found.discovery.chosen is None:
        raise typer.Exit(1)


@app.command()
def new(
    url: Annotated[str, typer.Argument(help="The page that lists the news.")],
    *,
    slug: Annotated[str | None, typer.Option(help="Short name; default: made from the address.")] = None,
    name: Annotated[str | None, typer.Option(help="What readers see; default: the page's title.")] = None,
    country: Annotated[str | None, typer.Option(help="ISO 3166 code, EU-ESA or UN.")] = None,
    authority: Annotated[int, typer.Option(min=1, max=9, help="9 issues the act itself, 1 copies others.")] = 5,
    owner: Annotated[str | None, typer.Option(help="Mail address of whoever is told when it is not well.")] = None,
    months: Annotated[int, typer.Option(min=0, max=240, help="Months of history to fetch.")] = 3,
    render: Render = False,
    as_json: options.Json = False,
) -> None:
    """Add the source at an address: find out how it can be watched, and watch it from the next crawl on."""
    from rich.markup import escape

    from perilune.onboarding import add_source, find_source
    from perilune.output import console, print_json, waiting

    archive, now = options.archive(), options.now()
    with waiting(f"asking {url}", is_shown=not as_json):
        found = find_source(archive.settings, url, today=now.date(), render=render)
    said = {"slug": slug, "name": name, "country": country, "authority": authority}
    said |= {"owner": owner, "backfill_months": months}
    source = add_source(archive, found, said, now=now)
    if as_json:
        print_json({"source": source.slug, "name": source.name, "home": source.home, "chosen": source.chosen})
        return
    console().print(f"{source.slug}: {escape(source.name)}\nIt is crawled when `perilune run` looks next, or now with:")
    console().print(f"  perilune crawl {source.slug} && perilune process")


@app.command()
def check(
    slugs: Annotated[list[str] | None, typer.Argument(help="Sources.")] = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="Check all sources that are watched.")] = False,
    as_json: options.Json = False,
) -> None:
    """Ask sources for their links now, and say what each gives; exit code 1 when one gives none. Stores nothing."""
    from perilune.archive import require_sources, watched_slugs
    from perilune.inspecting import check_sources
    from perilune.output import print_rows, stage_progress
    from perilune.problems import Problem
    from perilune.seeding import seed

    if every == bool(slugs):
        raise Problem("name the sources to check, or say --all.")
    archive = options.archive()
    seed(archive, now=options.now())
    require_sources(archive, slugs or [])
    wanted = list(dict.fromkeys(slugs or watched_slugs(archive)))
    results = []
    with stage_progress(is_shown=not as_json) as progress:
        for result in check_sources(wanted):
            results.append(result)
            progress("checked", len(results), len(wanted))
    results.sort(key=lambda each: (each.is_good, each.source))
    rows = [
        {
            "source": each.source,
            "verdict": "good" if each.is_good else "bad",
            "kind": each.kind,
            "links": each.link_count,
            "newest": each.newest,
            "what": each.words,
        }
        for each in results
    ]
    print_rows(rows, as_json=as_json, empty="There is no source to check.")
    if not all(each.is_good for each in results):
        raise typer.Exit(1)


@app.command()
def freeze(
    slug: Annotated[str, typer.Argument(help="The source's short name.")],
    *,
    into: Annotated[Path, typer.Option(help="Folder of frozen sources.")] = Path("tests/sources"),
    as_json: options.Json = False,
) -> None:
    """Write a source's index and newest page to a folder, with what is read out of them, as a test."""
    from perilune.archive import require_sources
    from perilune.freezing import freeze as write_copy
    from perilune.inspecting import copy_of_source
    from perilune.output import print_rows, waiting
    from perilune.seeding import seed

    archive, now = options.archive(), options.now()
    seed(archive, now=now)
    require_sources(archive, [slug])
    with waiting(f"asking {slug}", is_shown=not as_json):
        copy = copy_of_source(slug)
    written = write_copy(archive.settings, copy, into / slug, today=now.date())
    print_rows([{"written": str(path)} for path in written], as_json=as_json, empty="")
    if not any(path.name == "page.json" for path in written):
        typer.echo("perilune: the index leads to no page that can be had, so that it is frozen alone.", err=True)


@app.command()
def expect(
    slug: Annotated[str, typer.Argument(help="The source's short name.")],
    *,
    accept: Annotated[bool, typer.Option(help="Hold the source to them; for sources that come from no file.")] = False,
    as_json: options.Json = False,
) -> None:
    """Propose bounds from a source's history, as lines for its file; what lies outside them is an incident."""
    from perilune.archive import require_sources
    from perilune.cataloguing import bounds_of
    from perilune.output import print_json
    from perilune.seeding import seed

    archive, now = options.archive(), options.now()
    seed(archive, now=now)
    require_sources(archive, [slug])
    bounds = bounds_of(archive, slug, now=now, is_accepted=accept)
    if as_json:
        print_json(bounds)
        return
    lines = [f"{key} = {value}" for key, value in bounds.items() if value is not None]
    typer.echo("\n".join(lines) or f"# {slug} has been visited too seldom to tell.")


@app.command()
def repair(
    slug: Annotated[str, typer.Argument(help="The source's short name.")], *, as_json: options.Json = False
) -> None:
    """Do what is proposed for a source that is not well, as `sources show` and the archive say it."""
    from perilune.archive import require_sources
    from perilune.cataloguing import repair as do_repair
    from perilune.output import print_json

    archive = options.archive()
    require_sources(archive, [slug])
    done = do_repair(archive, slug, now=options.now())
    if as_json:
        print_json({"source": slug, "done": done})
    else:
        typer.echo(done)


@app.command()
def edit(
    context: typer.Context,
    slug: Annotated[str, typer.Argument(help="The source's short name.")],
    *,
    name: Annotated[str | None, typer.Option(help="What readers see.")] = None,
    home: Annotated[str | None, typer.Option(help="The page a person would open.")] = None,
    address: Annotated[list[str] | None, typer.Option(help="All addresses that are polled, one an option.")] = None,
    language: Annotated[str | None, typer.Option(help="ISO 639 code.")] = None,
    country: Annotated[str | None, typer.Option(help="ISO 3166 code, EU-ESA or UN.")] = None,
    authority: Annotated[str | None, typer.Option(help="9 issues the act itself, 1 copies others.")] = None,
    interval_minutes: Annotated[
        str | None, typer.Option(help="Minutes between two visits, until they show how often it publishes.")
    ] = None,
    expects: Annotated[
        str | None, typer.Option(help="core, mixed or mostly-off: how much is about our subject.")
    ] = None,
    least_links: Annotated[str | None, typer.Option(help="Links its index gives at least.")] = None,
    longest_silence_days: Annotated[str | None, typer.Option(help="Days that may bring nothing new.")] = None,
    owner: Annotated[str | None, typer.Option(help="Mail address of whoever is told when it is not well.")] = None,
    note: Annotated[str | None, typer.Option(help="What the next person should know.")] = None,
    as_json: options.Json = False,
) -> None:
    """Change a source; what is not named stays, '' is none. From then on its file, if it has one, is read no more."""
    from models.source import EDITABLE
    from perilune.cataloguing import edit as do_edit
    from perilune.output import print_json
    from perilune.seeding import seed

    said = {name: text for name, text in context.params.items() if name in EDITABLE and text is not None}
    archive, now = options.archive(), options.now()
    seed(archive, now=now)
    done = do_edit(archive, slug, said | ({"addresses": "\n".join(address)} if address else {}), now=now)
    if as_json:
        print_json({"source": slug, "done": done})
    else:
        typer.echo(done)


@app.command()
def retire(slugs: Annotated[list[str], typer.Argument(help="Sources to watch no more.")]) -> None:
    """Watch sources no more; what they gave stays in the archive, and no file brings them back."""
    from perilune.archive import require_sources
    from perilune.cataloguing import set_retired

    archive, now = options.archive(), options.now()
    require_sources(archive, slugs)
    set_retired(archive, slugs, at=now, now=now)


@app.command()
def resume(slugs: Annotated[list[str], typer.Argument(help="Retired sources to watch again.")]) -> None:
    """Watch retired sources again, from the next crawl on."""
    from perilune.cataloguing import set_retired

    set_retired(options.archive(), slugs, at=None, now=options.now())


@app.command()
def export(
    slugs: Annotated[list[str] | None, typer.Argument(help="Sources; default: those that were added by hand.")] = None,
    *,
    into: Annotated[Path | None, typer.Option(help="Folder for source files; default: print them.")] = None,
    opml: Annotated[Path | None, typer.Option(help="OPML file to write the feeds among them to.")] = None,
) -> None:
    """Write sources as files that another installation accepts unchanged, or their feeds as OPML."""
    from perilune.archive import require_sources
    from perilune.cataloguing import exported

    archive = options.archive()
    require_sources(archive, slugs or [])
    for line in exported(archive, slugs or [], into=into, opml=opml):
        typer.echo(line)


@app.command("import")
def import_opml(file: Annotated[Path, typer.Argument(help="An OPML file.")], *, as_json: options.Json = False) -> None:
    """Add the feeds that an OPML file lists; those that are watched already are left as they are."""
    from perilune.cataloguing import import_feeds
    from perilune.output import print_rows

    rows = import_feeds(options.archive(), file, now=options.now())
    print_rows(rows, as_json=as_json, empty="Every feed of the file is watched already.")
