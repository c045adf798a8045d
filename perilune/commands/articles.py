"""Commands that search the archive, read an article, and correct it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from perilune.commands import options

if TYPE_CHECKING:
    from models.search import FindsByMeaning, Query
    from perilune.archive import Archive

app = typer.Typer(no_args_is_help=True, help="Read one article, or correct what was understood of it.")


def search(
    query: Annotated[list[str] | None, typer.Argument(help='Such as: "lunar station" country:CN after:2021-03')] = None,
    *,
    limit: options.Limit = 10,
    as_json: options.Json = False,
) -> None:
    """Search the archive; words, "phrases" and filters such as topic: country: source: lang: type: after: before:.

    By words, unless the line says by:meaning or by:both, for which the encoder is loaded.
    """
    from models.search import parse_query, search_by
    from perilune.output import console, print_json
    from perilune.reading import print_hits, value_of_hit

    wanted = parse_query(" ".join(query or []))
    archive = options.archive_to_read()
    meaning = _meaning_for(wanted, archive)
    with archive.sessions() as session:
        results = search_by(session, wanted, meaning, limit=limit)
    if as_json:
        counts = {"total": results.total, "by": results.by, "by_meaning_alone": results.by_meaning_alone}
        print_json(counts | {"hits": [value_of_hit(hit) for hit in results.hits]})
        return
    alone = f", {results.by_meaning_alone} of them by meaning alone" if results.by_meaning_alone else ""
    console().print(f"{results.total} found{alone}" if results.total else "Nothing found; try fewer words or filters.")
    print_hits(results.hits)


def _meaning_for(query: Query, archive: Archive) -> FindsByMeaning | None:
    """Load what finds by meaning where the line asks for it; say so where it cannot be."""
    from models.search import By, way_of

    if query.by is None or way_of(query) == By.WORDS:
        return None
    from perilune.serving_meaning import UNLOADABLE, load_meaning

    try:
        return load_meaning(archive)[0]
    except UNLOADABLE as problem:
        typer.echo(f"By words only: {problem}.", err=True)
        return None


@app.command("show")
def show_article(
    key: Annotated[str, typer.Argument(help="The article's key, as search prints it.")],
    *,
    as_json: options.Json = False,
) -> None:
    """Show an article: what it says, what was understood of it, and why."""
    from perilune.output import print_json
    from perilune.reading import article_value, print_article

    archive = options.archive_to_read()
    with archive.sessions() as session:
        value = article_value(session, key)
    if as_json:
        print_json(value)
    else:
        print_article(value)


@app.command("correct")
def correct_article(
    key: Annotated[str, typer.Argument(help="The article's key.")],
    *,
    relevance: Annotated[str | None, typer.Option(help="core, space or off.")] = None,
    add_topic: Annotated[str | None, typer.Option(help="A topic that it has.")] = None,
    remove_topic: Annotated[str | None, typer.Option(help="A topic that it has not.")] = None,
    topics: Annotated[str | None, typer.Option(help="All its topics, separated by commas.")] = None,
    doc_type: Annotated[str | None, typer.Option("--type", help="What kind of document it is, such as report.")] = None,
    countries: Annotated[str | None, typer.Option(help="Who takes part: codes such as CN,RU,UN.")] = None,
    story: Annotated[
        str | None, typer.Option(help="Key of an article or story that it belongs with; or alone.")
    ] = None,
    one_story_with: Annotated[
        str | None, typer.Option(help="Key of an article or story whose story and this one's are one.")
    ] = None,
    note: options.Note = None,
    by: options.By = "analyst",
) -> None:
    """Correct what was understood of an article; it is obeyed at once, and no later run overrides it."""
    from perilune.correcting import correct

    said = {
        "relevance": relevance,
        "topics": topics,
        "add_topic": add_topic,
        "remove_topic": remove_topic,
        "doc_type": doc_type,
        "countries": countries,
        "story": story,
        "one_story_with": one_story_with,
        "note": note,
    }
    typer.echo(correct(options.archive(), key, said, by=by, now=options.now()).words)


@app.command("correct-fact")
def correct_fact(
    key: Annotated[str, typer.Argument(help="The article's key.")],
    number: Annotated[int | None, typer.Argument(help="The fact's number, as `articles show` prints it.")] = None,
    *,
    remove: Annotated[bool, typer.Option("--remove", help="The article does not say so.")] = False,
    add: Annotated[str | None, typer.Option(help="A fact that is missing: event or agreement; needs --quote.")] = None,
    same_as: Annotated[str | None, typer.Option(help="It is one fact with this one, KEY:NUMBER.")] = None,
    apart_from: Annotated[str | None, typer.Option(help="It is another fact than this one, KEY:NUMBER.")] = None,
    quote: Annotated[str | None, typer.Option(help="The words of the article that state the fact.")] = None,
    name: Annotated[str | None, typer.Option(help="What it is called.")] = None,
    start: Annotated[str | None, typer.Option(help="When it begins: 2022, 2022-03 or 2022-03-09.")] = None,
    end: Annotated[str | None, typer.Option(help="When it ends; an empty text for one day.")] = None,
    place: Annotated[str | None, typer.Option(help="Where it is.")] = None,
    status: Annotated[str | None, typer.Option(help="Such as announced, held, cancelled; proposed, signed.")] = None,
    parties: Annotated[str | None, typer.Option(help="Hosts or parties: actors and country codes, by commas.")] = None,
    subkind: Annotated[str | None, typer.Option(help="What kind of event or agreement it is.")] = None,
    note: options.Note = None,
    by: options.By = "analyst",
) -> None:
    """Correct a fact of an article: take it away, change what it says, add one, or say which are one."""
    from perilune.correcting import correct
    from perilune.problems import Problem

    times = {"start": start, "end": end}
    details = {"name": name, **times, "place": place, "status": status, "parties": parties, "subkind": subkind}
    chosen = {"remove_fact": remove, "add_fact": add, "same_fact": same_as, "apart_fact": apart_from}
    sayings = [saying for saying, value in chosen.items() if value] or ["change_fact"]
    if len(sayings) > 1:
        raise Problem("say one thing of a fact at a time: --remove, --add, --same-as or --apart-from.")
    if add is not None and number is not None:
        raise Problem("a fact that is added has no number yet; leave it out, or leave --add out to change that one.")
    if add is None and number is None:
        raise Problem("give the fact's number; `perilune articles show KEY` prints the facts with theirs.")
    other = same_as or apart_from
    said = {sayings[0]: add or str(number), "quote": quote, "other": other, "note": note, **details}
    typer.echo(correct(options.archive(), key, said, by=by, now=options.now()).words)


@app.command("withdraw")
def withdraw_article(
    key: Annotated[str, typer.Argument(help="The article's key, or its address.")],
    *,
    reason: Annotated[str, typer.Option(help="Why; its tombstone says so.")],
    by: options.By = "administrator",
) -> None:
    """Take an article down: nothing shows it any more, and its address here says when and why."""
    from perilune.takedowns import withdraw

    typer.echo(withdraw(options.archive(), key, reason, by=by, now=options.now()))


@app.command("restore")
def restore_article(
    key: Annotated[str, typer.Argument(help="The article's key, or its address.")],
    *,
    by: options.By = "administrator",
) -> None:
    """Put an article back that was withdrawn."""
    from perilune.takedowns import restore

    typer.echo(restore(options.archive(), key, by=by, now=options.now()))


@app.command("withdrawn")
def list_withdrawn(
    *,
    with_lifted: Annotated[bool, typer.Option("--all", help="Those that were put back too.")] = False,
    as_json: options.Json = False,
) -> None:
    """List the articles that are withdrawn, with the reasons."""
    from perilune.output import print_rows
    from perilune.takedowns import rows_of_takedowns

    archive = options.archive_to_read()
    with archive.sessions() as session:
        rows = rows_of_takedowns(session, with_lifted=with_lifted)
    print_rows(rows, as_json=as_json, empty="No article is withdrawn.")
