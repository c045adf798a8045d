"""Commands about topics: analysts add, edit, merge and switch them, and take them to files and back."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from perilune.commands import options

if TYPE_CHECKING:
    from models.word_list import WordEntry
    from perilune.archive import Archive
    from perilune.topics import Change

app = typer.Typer(no_args_is_help=True, help="The taxonomy: list, add, edit, merge and switch topics.")
Slug = Annotated[str, typer.Argument(help="The topic's short name, which never changes.")]
ENTRY = 'such as "lunar base*"; "lunar base = 2" gives a weight, "/a|b/" is a regular expression'


@app.command("list")
def list_topics(*, as_json: options.Json = False) -> None:
    """List the topics with their state, articles, examples and words by language."""
    from perilune.output import print_rows
    from perilune.topics import topic_rows

    rows = topic_rows(_seeded_archive())
    if not as_json:
        rows = [row | {"words": _counts_in_words(row["words"])} for row in rows]
    print_rows(rows, as_json=as_json, empty="There is no topic; add one with `perilune topics add`.")


@app.command()
def show(slug: Slug, *, as_json: options.Json = False) -> None:
    """Show a topic: its description, its examples, and its words by language."""
    from perilune.output import print_json
    from perilune.topics import topic_value

    value = topic_value(_seeded_archive(), slug)
    if as_json:
        print_json(value)
        return
    typer.echo(f"{value['name']} ({slug}), {value['state']}, articles: {value['articles']}\n{value['description']}")
    examples, words = value["examples"], value["words"]
    for number, text in enumerate(examples if isinstance(examples, list) else (), 1):
        typer.echo(f"example {number}: {text}")
    lists: Mapping[str, object] = words if isinstance(words, dict) else {}
    for language in lists:
        typer.echo(f"\nwords, {language}:\n{_lines_of(lists, language)}")


@app.command()
def add(
    slug: Slug,
    *,
    name: Annotated[str, typer.Option(help="What people read.")],
    description: Annotated[str, typer.Option(help="One or two sentences on what belongs to it.")],
    example: Annotated[list[str] | None, typer.Option(help="A text that is about it, or an article's key.")] = None,
    words: Annotated[
        list[str] | None, typer.Option(help='By language, as in en:"lunar station,moon base = 2".')
    ] = None,
    as_json: options.Json = False,
) -> None:
    """Add a topic: it works from its description, its examples and its words, or any of them."""
    from perilune.topics import TopicDraft, add_topic

    lists: dict[str, tuple[WordEntry, ...]] = {}
    for each in words or ():
        language, _, entries = each.partition(":")
        lists[language.strip()] = (*lists.get(language.strip(), ()), *_entries(entries, language.strip()))
    draft = TopicDraft(name, description, example or [], lists)
    _tell(add_topic(_seeded_archive(), slug, draft, now=options.now()), as_json=as_json)


@app.command()
def rename(
    slug: Slug,
    name: Annotated[str, typer.Argument(help="What people read from now on.")],
    *,
    as_json: options.Json = False,
) -> None:
    """Give a topic another name; its short name stays, so that searches and links do too."""
    from perilune.topics import TopicDraft, edit_topic

    _tell(edit_topic(_seeded_archive(), slug, TopicDraft(name=name), now=options.now()), as_json=as_json)


@app.command()
def describe(
    slug: Slug,
    description: Annotated[str, typer.Argument(help="One or two sentences on what belongs to it.")],
    *,
    as_json: options.Json = False,
) -> None:
    """Describe a topic anew."""
    from perilune.topics import TopicDraft, edit_topic

    _tell(edit_topic(_seeded_archive(), slug, TopicDraft(description=description), now=options.now()), as_json=as_json)


@app.command("words")
def change_words(
    slug: Slug,
    *,
    language: Annotated[str, typer.Option(help="The language of the words, of two letters.")],
    add: Annotated[list[str] | None, typer.Option(help=f"Words to add, {ENTRY}.")] = None,
    remove: Annotated[list[str] | None, typer.Option(help="Words to remove, without their weight.")] = None,
    weight: Annotated[float | None, typer.Option(help="The weight of the words added.")] = None,
    as_json: options.Json = False,
) -> None:
    """Add words to a topic or remove them; without either, show those of the language."""
    from dataclasses import replace

    from perilune.topics import edit_words, topic_value

    archive = _seeded_archive()
    if not add and not remove:
        words = topic_value(archive, slug)["words"]
        typer.echo(_lines_of(words, language) if isinstance(words, dict) else "")
        return
    added = [entry for text in add or () for entry in _entries(text, language)]
    added = added if weight is None else [replace(entry, weight=weight) for entry in added]
    removed = [entry for text in remove or () for entry in _entries(text, language)]
    _tell(edit_words(archive, slug, language, (added, removed), now=options.now()), as_json=as_json)


@app.command("example")
def change_examples(
    slug: Slug,
    *,
    add: Annotated[list[str] | None, typer.Option(help="A text that is about it, or an article's key.")] = None,
    remove: Annotated[list[int] | None, typer.Option(help="An example's number, as `show` prints it.")] = None,
    as_json: options.Json = False,
) -> None:
    """Add examples to a topic, or remove them."""
    from perilune.problems import Problem
    from perilune.topics import edit_examples

    if not add and not remove:
        raise Problem("nothing to change; give --add or --remove.")
    change = edit_examples(_seeded_archive(), slug, (add or (), remove or ()), now=options.now())
    _tell(change, as_json=as_json)


@app.command()
def merge(
    slug: Slug,
    into: Annotated[str, typer.Argument(help="The topic that takes its place.")],
    *,
    as_json: options.Json = False,
) -> None:
    """Merge a topic into another: articles move at once, and searches for the old one find what the other has."""
    from perilune.topics import merge_topic

    _tell(merge_topic(_seeded_archive(), slug, into, now=options.now()), as_json=as_json)


@app.command()
def off(slug: Slug, *, as_json: options.Json = False) -> None:
    """Switch a topic off: it goes from all articles, facets and digests at once."""
    from perilune.topics import switch_topic

    _tell(switch_topic(_seeded_archive(), slug, is_on=False, now=options.now()), as_json=as_json)


@app.command()
def on(slug: Slug, *, as_json: options.Json = False) -> None:
    """Switch a topic on again; one that was merged is one of its own again."""
    from perilune.topics import switch_topic

    _tell(switch_topic(_seeded_archive(), slug, is_on=True, now=options.now()), as_json=as_json)


@app.command("export")
def export_folder(
    folder: Annotated[Path, typer.Argument(help="The folder to write to.")], *, as_json: options.Json = False
) -> None:
    """Write the topics that are on as files, in the form of those that ship."""
    from perilune.output import print_rows
    from perilune.topic_files import export_topics

    print_rows(export_topics(_seeded_archive(), folder), as_json=as_json, empty="There is no topic.")


@app.command("import")
def import_folder(
    folder: Annotated[Path, typer.Argument(help="A folder of topic files.")], *, as_json: options.Json = False
) -> None:
    """Make edited topic files rows; where one is wrong, none is taken."""
    from perilune.output import print_rows
    from perilune.topic_files import import_topics

    print_rows(import_topics(_seeded_archive(), folder, now=options.now()), as_json=as_json, empty="")


def _seeded_archive() -> Archive:
    from perilune.seeding import seed

    archive = options.archive()
    seed(archive, now=options.now())
    return archive


def _tell(change: Change, *, as_json: bool) -> None:
    from perilune.output import print_json

    if as_json:
        print_json({"topic": change.slug, "done": change.done, "judged_again": change.judged_again})
    else:
        typer.echo(change.sentence)


def _entries(text: str, language: str) -> tuple[WordEntry, ...]:
    from models.word_list import lines_in
    from perilune.topics import entries_said

    return entries_said("\n".join(lines_in(text)), language)


def _lines_of(words: Mapping[str, object], language: str) -> str:
    from models.word_list import word_lists_of

    return "\n".join(entry.line for entry in word_lists_of(words).get(language, ()))


def _counts_in_words(counts: object) -> str:
    return ", ".join(f"{language} {count}" for language, count in counts.items()) if isinstance(counts, dict) else ""
