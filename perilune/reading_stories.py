"""Reading stories on the command line: rows as JSON values, and the same values printed for people."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from rich.markup import escape
from sqlalchemy.orm import Session

from models.article import Article
from models.story import Evidence, Story, find_story
from perilune.output import console
from perilune.problems import Problem
from web.facts_view import WitnessView
from web.labels import date_in_words, period_in_words, words_of
from web.story_history import ChangeLine, history_of
from web.story_view import story_timeline
from web.timeline import Development, Report

Value = dict[str, object]


def story_rows(session: Session, *, limit: int) -> list[Value]:
    """Read the newest stories, those that are pinned first."""
    count = sa.select(sa.func.count()).where(Article.story_id == Story.id).scalar_subquery()
    order = (Story.pinned_by.is_not(None).desc(), Story.last_on.desc().nulls_last(), Story.key)
    newest = sa.select(Story, count).order_by(*order).limit(limit)
    return [
        {
            "key": story.key,
            "headline": story.headline,
            "last": story.last_on,
            "articles": articles,
            "pinned_by": story.pinned_by,
        }
        for story, articles in session.execute(newest)
    ]


def story_value(session: Session, key: str, *, today: dt.date) -> Value:
    """Read a story by its key; Problem when there is none."""
    story = find_story(session, key)
    if story is None:
        raise Problem(f"there is no story {key!r}; `perilune stories list` prints the keys.")
    return {
        "key": story.key,
        "headline": story.headline,
        "renamed_by": story.renamed_by,
        "pinned_by": story.pinned_by,
        "sentences": [
            {
                "text": sentence.text,
                "language": sentence.language,
                "maker": sentence.maker,
                "evidence": [_evidence_value(row) for row in sentence.evidence],
            }
            for sentence in story.sentences
        ],
        "timeline": [_development_value(each) for each in story_timeline(session, story, today=today)],
        "articles": [
            {"key": article.key, "title": version.title, "source": article.source.slug, "because": article.story_reason}
            for article in story.articles
            if (version := article.current_version) is not None
        ],
        "history": [_change_value(each) for each in history_of(session, story.key)],
    }


def _evidence_value(row: Evidence) -> Value:
    return {
        "article": row.version.article.key,
        "page": row.page_number,
        "start": row.start,
        "end": row.end,
    }


def _development_value(each: Development) -> Value:
    return {
        "date": str(each.date),
        "until": str(each.until) if each.until else None,
        "when": period_in_words(each.date, each.until),
        "kind": each.kind,
        "what": each.what or None,
        "status": each.status,
        "as_reported": each.is_told,
        "to_come": each.is_to_come,
        "fact": each.fact_key,
        "says": _witness_value(each.witness) if each.witness else None,
        "also": [_witness_value(one) for one in each.also],
        "reports": [_report_value(report) for report in each.reports],
    }


def _witness_value(witness: WitnessView) -> Value:
    return {
        "article": witness.article_key,
        "source": witness.source.name,
        "language": witness.language,
        "page": witness.page_number,
        "quote": witness.quote,
        "link": witness.link,
    }


def _report_value(report: Report) -> Value:
    return {"article": report.key, "title": report.title, "source": report.source.name, "language": report.language}


def _change_value(change: ChangeLine) -> Value:
    return {
        "at": change.at.replace(microsecond=0),
        "kind": change.kind,
        "words": change.words,
        "articles": [article.key for article in change.articles],
        "story": change.other_key,
        "because": change.reason,
        "by": change.made_by,
    }


def print_story(value: Value) -> None:
    """Print a story for people."""
    out = console()
    named = f" [dim](headline by {escape(str(value['renamed_by']))})[/dim]" if value["renamed_by"] else ""
    out.print(f"[bold]{escape(str(value['headline']))}[/bold]{named}")
    if value["pinned_by"]:
        out.print(f"[dim]pinned by {escape(str(value['pinned_by']))}[/dim]")
    out.print()
    for sentence in _values(value["sentences"]):
        marks = ", ".join(str(mark["article"]) for mark in _values(sentence["evidence"]))
        maker = f"; written by {escape(str(sentence['maker']))}, checked" if sentence["maker"] else ""
        out.print(f"• {escape(str(sentence['text']))} [dim]({marks}{maker})[/dim]")
    out.print()
    for each in _values(value["timeline"]):
        out.print(_line_of(each), highlight=False)
    out.print()
    for article in _values(value["articles"]):
        out.print(f"  {article['key']}  {escape(str(article['title']))}  [dim]{article['source']}[/dim]")
    for change in _values(value["history"]):
        out.print(f"[dim]{escape(_line_of_change(change))}[/dim]", highlight=False)


def _line_of_change(change: Value) -> str:
    """Write what became of a story in one line."""
    at, because = change["at"], f": {change['because']}" if change["because"] else ""
    day = date_in_words(at.date()) if isinstance(at, dt.datetime) else at
    return f"{day}, by {change['by'] or 'the evidence'}: {change['words']}{because}"


def _line_of(each: Value) -> str:
    """Write an entry of a timeline in one line."""
    to_come = ", to come" if each["to_come"] else ""
    sources = ", ".join(str(one["source"]) for one in _values(each["reports"]))
    if sources:
        return f"{each['when']}  [dim]reported by {escape(sources)}[/dim]"
    said = [one for one in (each["says"], *_values(each["also"])) if isinstance(one, dict)]
    sources = ", ".join(str(one["source"]) for one in said)
    status = words_of(str(each["status"]))
    return f"{each['when']}  [bold]{status}{to_come}[/bold]: {escape(str(each['what']))}  [dim]{escape(sources)}[/dim]"


def _values(value: object) -> list[Value]:
    return value if isinstance(value, list) else []
