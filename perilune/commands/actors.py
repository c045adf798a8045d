"""Commands about actors: the gazetteer's rows, and the names that are proposed for it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from perilune.commands import options

if TYPE_CHECKING:
    from perilune.actors import Changed
    from perilune.archive import Archive

app = typer.Typer(no_args_is_help=True, help="Who is recognised in articles: organisations, missions, treaties.")
Slug = Annotated[str, typer.Argument(help="The actor's short name.")]
Name = Annotated[str, typer.Argument(help="The name, as `perilune actors proposed` prints it.")]
Kind = Annotated[str, typer.Option(help="agency, un, organisation, association, mission, programme, ...")]
Country = Annotated[str | None, typer.Option(help="ISO 3166 code, EU-ESA or UN.")]
Wikidata = Annotated[str | None, typer.Option(help="Its identifier there, such as Q42262.")]
Cited = Annotated[str | None, typer.Option(help="Address of a page that gives its names.")]
Names = Annotated[
    list[str] | None, typer.Option("--add", help="A further name; LANGUAGE=NAME where its script does not tell.")
]
Contexts = Annotated[
    list[str] | None,
    typer.Option(
        "--context",
        help="'NAME=word, -word': the name counts only beside a word, and not beside one with a hyphen; "
        "'NAME=' makes it plain again.",
    ),
]
By = Annotated[str, typer.Option(help="Who says so.")]


@app.command("list")
def list_actors(
    *,
    kind: Annotated[str | None, typer.Option(help="Only those of a kind.")] = None,
    country: Annotated[str | None, typer.Option(help="Only those of a country.")] = None,
    as_json: options.Json = False,
) -> None:
    """List the actors with the number of articles that name each."""
    from perilune.output import print_rows
    from perilune.reading_actors import actor_rows

    archive = _seeded()
    rows = actor_rows(archive, kind=kind, country=country)
    print_rows(rows, as_json=as_json, empty="There is no such actor.")


@app.command()
def show(slug: Slug) -> None:
    """Show all that is known of an actor, as JSON: names, context words, where they come from, newest articles."""
    from perilune.output import print_json
    from perilune.reading_actors import actor_in_full

    print_json(actor_in_full(_seeded(), slug))


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="Its name as people should read it.")],
    *,
    kind: Kind,
    slug: Annotated[str | None, typer.Option(help="Short name; default: made from the name.")] = None,
    country: Country = None,
    names: Names = None,
    contexts: Contexts = None,
    wikidata: Wikidata = None,
    cited: Cited = None,
    as_json: options.Json = False,
) -> None:
    """Add an actor; articles that bear its names are understood anew."""
    from perilune.actors import ActorChange, actor_from_name, add_actor, changed_actor

    said = {"slug": slug, "kind": kind, "country": country, "wikidata": wikidata, "cited": cited}
    change = ActorChange(add=_names(names or []), context=_contexts(contexts or []))
    archive = _seeded()
    actor = changed_actor(actor_from_name(name, said), change)
    _tell(add_actor(archive, actor, now=options.now()), as_json=as_json)


@app.command()
def edit(
    slug: Slug,
    *,
    name: Annotated[str | None, typer.Option(help="Another name for people to read.")] = None,
    kind: Annotated[str | None, typer.Option(help="Another kind.")] = None,
    country: Annotated[str | None, typer.Option(help="Another country; '' for none.")] = None,
    wikidata: Annotated[str | None, typer.Option(help="Another identifier; '' for none.")] = None,
    cited: Annotated[str | None, typer.Option(help="Another page that gives its names; '' for none.")] = None,
    names: Names = None,
    drop: Annotated[list[str] | None, typer.Option(help="A name that it bears no more.")] = None,
    contexts: Contexts = None,
    active: Annotated[bool | None, typer.Option("--on/--off", help="Whether it is looked for in articles.")] = None,
    as_json: options.Json = False,
) -> None:
    """Change an actor, which no file overwrites from then on; articles that name it are understood anew."""
    from perilune.actors import ActorChange, edit_actor

    change = ActorChange(
        texts={"name": name, "kind": kind, "country": country, "wikidata": wikidata, "cited": cited},
        add=_names(names or []),
        drop=drop or [],
        context=_contexts(contexts or []),
        is_active=active,
    )
    _tell(edit_actor(_seeded(), slug, change, now=options.now()), as_json=as_json)


@app.command()
def proposed(*, limit: options.Limit = 50, as_json: options.Json = False) -> None:
    """List names of organisations that three articles or more bear and no actor has, to accept or dismiss."""
    from perilune.actors import proposals
    from perilune.output import print_rows

    rows: list[dict[str, object]] = [
        {"name": each.name, "articles": each.article_count, "such_as": each.article_keys}
        | ({"spellings": each.spellings} if as_json else {})
        for each in proposals(options.archive_to_read(), limit=limit)
    ]
    print_rows(rows, as_json=as_json, empty="No name is proposed; what one or two articles bear is not.")


@app.command()
def accept(
    name: Name,
    *,
    kind: Kind,
    called: Annotated[str | None, typer.Option("--name", help="Its name for people; default: as proposed.")] = None,
    slug: Annotated[str | None, typer.Option(help="Short name; default: made from the name.")] = None,
    country: Country = None,
    wikidata: Wikidata = None,
    cited: Cited = None,
    by: By = "analyst",
    as_json: options.Json = False,
) -> None:
    """Make an actor of a proposed name; the articles that bear it are understood anew."""
    from perilune.actors import accept_name, actor_from_name

    said = {"slug": slug, "kind": kind, "country": country, "wikidata": wikidata, "cited": cited}
    actor = actor_from_name(called or name, said, aliases=[] if called is None else [name])
    _tell(accept_name(_seeded(), name, actor, by=by, now=options.now()), as_json=as_json)


@app.command()
def dismiss(name: Name, *, by: By = "analyst") -> None:
    """Say that a proposed name is no actor's; it is never proposed again."""
    from perilune.actors import dismiss_name

    dismiss_name(options.archive(), name, by=by, now=options.now())
    typer.echo(f"{name} is not proposed again.")


@app.command()
def export(folder: Annotated[Path, typer.Argument(help="Folder to write the files to.")]) -> None:
    """Write all actors that are looked for as TOML files, one for each kind, as Perilune ships them."""
    from perilune.actors import export_actors

    for path in export_actors(_seeded(), folder):
        typer.echo(f"{path}: written")


def _seeded() -> Archive:
    from perilune.seeding import seed

    archive = options.archive()
    seed(archive, now=options.now())
    return archive


def _names(given: Sequence[str]) -> dict[str, list[str]]:
    """Read names that may say their language: `fr=Agence`; others belong to the language of their script."""
    from perilune.actors import language_of_name

    names: dict[str, list[str]] = {}
    for text in given:
        language, separator, name = text.partition("=")
        if not (separator and language.isascii() and language.islower() and len(language) in {2, 3}):
            language, name = language_of_name(text), text
        names.setdefault(language, []).append(name.strip())
    return names


def _contexts(given: Sequence[str]) -> dict[str, list[str]]:
    from perilune.problems import Problem

    contexts: dict[str, list[str]] = {}
    for text in given:
        name, separator, words = text.rpartition("=")
        if not separator:
            raise Problem(f"--context takes 'NAME=word, word', not {text!r}.")
        contexts[name.strip()] = [word.strip() for word in words.split(",") if word.strip()]
    return contexts


def _tell(changed: Changed, *, as_json: bool) -> None:
    from perilune.output import print_json

    if as_json:
        print_json({"actor": changed.slug, "understood_anew": changed.article_count})
        return
    count = changed.article_count
    if count:
        noun = "article is" if count == 1 else "articles are"
        typer.echo(f"{changed.slug}: written; {count} {noun} understood anew by the next `perilune process`.")
    else:
        typer.echo(f"{changed.slug}: written; no article bears its names yet.")
