"""Reading the archive on the command line: rows as JSON values, and the same values printed for people."""

from __future__ import annotations

from collections.abc import Sequence

from rich.markup import escape
from sqlalchemy.orm import Session

from models.article import Article, TopicAssignment, Version, find_article
from models.search import Hit
from models.story import Story
from models.takedown import takedown_of, withdrawn_among
from perilune.output import console
from perilune.problems import Problem

Value = dict[str, object]
WORDS_SHOWN = 6


def value_of_hit(hit: Hit) -> Value:
    """Turn a hit into what `--json` prints."""
    return {
        "key": hit.key,
        "title": hit.title,
        "url": hit.url,
        "source": hit.source_slug,
        "published": str(hit.published) if hit.published else None,
        "language": hit.language,
        "relevance": hit.relevance,
        "doc_type": hit.doc_type,
        "topics": list(hit.topics),
        "countries": list(hit.countries),
        "story": hit.story_key,
        "copies": hit.copy_count,
        "snippet": "".join(part.text for part in hit.snippet),
        "page": hit.page_number,
    }


def print_hits(hits: Sequence[Hit]) -> None:
    """Print hits for people."""
    out = console()
    for hit in hits:
        date = str(hit.published) if hit.published else "date not stated"
        out.print(f"\n[bold]{escape(hit.title)}[/bold]")
        out.print(f"  {date}  {escape(hit.source_name)}  {hit.language or ''}  [dim]{hit.key}[/dim]")
        marked = "".join(f"[bold]{escape(p.text)}[/bold]" if p.is_hit else escape(p.text) for p in hit.snippet)
        if marked:
            out.print(f"  {marked}" + (f"  (page {hit.page_number})" if hit.page_number else ""))


def article_value(session: Session, key: str) -> Value:
    """Read an article by its key; Problem when there is none."""
    article = find_article(session, key)
    takedown = takedown_of(session, article.key) if article else None
    if takedown is not None:
        raise Problem(f"article {takedown.article_key} was withdrawn on {takedown.made_at:%Y-%m-%d}: {takedown.reason}")
    if article is None or article.current_version is None:
        raise Problem(f"there is no article {key!r}; `perilune search` prints the keys.")
    version = article.current_version
    story = session.get(Story, article.story_id) if article.story_id else None
    return {
        "key": article.key,
        "url": article.url,
        "source": article.source.slug,
        "title": version.title,
        "published": str(version.published) if version.published else None,
        "published_by": version.published_by,
        "first_seen_at": article.first_seen_at,
        "language": version.language,
        "doc_type": version.doc_type,
        "relevance": version.relevance,
        "relevance_because": version.relevance_because,
        "reads_like": _titles_like(session, version.reads_like),
        "topics": [_topic_value(session, row) for row in version.topics],
        "corrected": version.corrected,
        "countries": [row.country for row in version.countries],
        "actors": [row.actor_slug for row in version.actors],
        "facts": [_fact_value(version, ordinal) for ordinal in range(len(version.witnesses))],
        "story": story.key if story else None,
        "copy_of": session.get_one(Article, article.copy_of_id).key if article.copy_of_id else None,
        "versions": len(article.versions),
        "passages": [
            {"text": row.text, "kind": row.kind, "page": row.page_number, "start": row.start, "end": row.end}
            for row in version.passages
        ],
    }


def _fact_value(version: Version, ordinal: int) -> Value:
    fact = version.witnesses[ordinal]
    return {
        "number": fact.ordinal + 1,
        "by_human": fact.by_human,
        "kind": fact.kind,
        "name": fact.name,
        "status": fact.status,
        "start": str(fact.start_on) if fact.start_on else None,
        "end": str(fact.end_on) if fact.end_on else None,
        "place": fact.place,
        "parties": fact.parties,
        "says": version.text[fact.start : fact.end],
    }


def print_article(value: Value) -> None:
    """Print an article for people."""
    out = console()
    out.print(f"[bold]{escape(str(value['title']))}[/bold]")
    out.print(f"{value['published'] or 'date not stated'}  {value['source']}  {escape(str(value['url']))}")
    out.print(f"{value['relevance']}{_because(value['relevance_because'], value['reads_like'])}", highlight=False)
    for topic in _values(value["topics"]):
        reasons = ": set by hand" if topic["by_human"] else _because(topic["because"], topic["reads_like"])
        out.print(f"  {topic['slug']} {topic['score']}{reasons}", highlight=False)
    corrected = value["corrected"]
    if isinstance(corrected, list) and corrected:
        out.print(f"corrected by people: {', '.join(corrected)}")
    for fact in _values(value["facts"]):
        when = f"{fact['start'] or 'date not stated'}{' to ' + str(fact['end']) if fact['end'] else ''}"
        out.print(f"fact {fact['number']}: {escape(str(fact['name']))} [dim]({fact['status']}, {when})[/dim]")
    for passage in _values(value["passages"]):
        page = f"[dim](page {passage['page']})[/dim] " if passage["page"] else ""
        out.print(f"\n{page}{escape(str(passage['text']))}")


def _titles_like(session: Session, rows: Sequence[Value]) -> list[object]:
    """Read the titles of likenesses, but for articles that are withdrawn."""
    withdrawn = withdrawn_among(session, [str(row["id"]) for row in rows])
    return [row["title"] for row in rows if str(row["id"]) not in withdrawn]


def _topic_value(session: Session, row: TopicAssignment) -> Value:
    return {
        "slug": row.topic_slug,
        "score": round(row.score, 3),
        "by_human": row.by_human,
        "because": row.because,
        "reads_like": _titles_like(session, row.reads_like),
    }


def _because(words: object, texts: object) -> str:
    """Write reasons in one line, or nothing."""
    parts = []
    if isinstance(words, list) and words:
        parts.append(", ".join(f"“{escape(str(word))}”" for word in words[:WORDS_SHOWN]))
    if isinstance(texts, list) and texts:
        parts.append("reads like " + ", ".join(f"“{escape(str(text))}”" for text in texts))
    return f": {'; '.join(parts)}" if parts else ""


def _values(value: object) -> list[Value]:
    return value if isinstance(value, list) else []
