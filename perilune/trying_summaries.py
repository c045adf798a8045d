"""Trying summaries of a story without storing: extract, generated sentences, and what the check says of each."""

from __future__ import annotations

from collections.abc import Sequence

from rich.markup import escape

from models.edition import languages_of_editions
from models.story import find_story
from perilune.archive import Archive
from perilune.generating import entailment_of
from perilune.output import console
from perilune.problems import Problem
from perilune.understanding import EncoderOnDemand
from pipeline.generating.gate import Check, Verdict
from pipeline.generating.models import generator_of
from pipeline.generating.retelling import Retold, retell
from pipeline.grounding.ground import Judges
from pipeline.runners.places import story_documents
from pipeline.runners.summarise import Memory, budget_for, languages_of, without_orders
from pipeline.summaries.summarise import summarise
from pipeline.understanding.knowledge import gazetteer_from_rows
from pipeline.values import Document, SummarySentence

Value = dict[str, object]


def trial_of_summary(archive: Archive, key: str) -> Value:
    """Summarise a story as the settings say, in each language that editions need; Problem where there is no story."""
    generator = generator_of(archive.settings)
    with archive.sessions() as session:
        story = find_story(session, key)
        if story is None:
            raise Problem(f"there is no story {key!r}; `perilune stories list` prints the keys.")
        documents = [without_orders(document) for document in story_documents(story)]
        languages = languages_of(documents, languages_of_editions(session))
        gazetteer = gazetteer_from_rows(session)
        trial: Value = {"key": story.key, "headline": story.headline}
    encoder = EncoderOnDemand(archive.settings)
    memory = Memory(lambda texts: encoder().encode(texts))
    nli = entailment_of(archive.settings) if generator else None
    check = Check(gazetteer.spans, Judges(memory, nli=nli))
    budget, summaries = budget_for(documents), []
    for language in languages:
        extract = summarise(documents, memory, budget=budget, language=language)
        retold = retell(extract, documents, generator, check) if generator else None
        summaries.append(_summary_value(extract, retold, documents))
    return trial | {"generator": generator.name if generator else None, "summaries": summaries}


def _summary_value(extract: Sequence[SummarySentence], retold: Retold | None, documents: Sequence[Document]) -> Value:
    told = retold.sentences if retold else extract
    return {
        "language": extract[0].language if extract else None,
        "extract": [sentence.text for sentence in extract],
        "generated": [_verdict_value(verdict) for verdict in retold.verdicts] if retold else [],
        "remark": retold.remark if retold else None,
        "summary": [_sentence_value(sentence, documents) for sentence in told],
    }


def _verdict_value(verdict: Verdict) -> Value:
    return {"text": verdict.text, "has_passed": verdict.has_passed, "problems": list(verdict.problems)}


def _sentence_value(sentence: SummarySentence, documents: Sequence[Document]) -> Value:
    texts = {document.id: document.text for document in documents}
    return {
        "text": sentence.text,
        "maker": sentence.maker,
        "evidence": [
            {"article": span.document_id, "quote": texts[span.document_id][span.start : span.end]}
            for span in sentence.evidence
        ],
    }


def print_trial(trial: Value) -> None:
    """Print a trial for people."""
    out = console()
    out.print(f"[bold]{escape(str(trial['headline']))}[/bold]")
    summaries = trial["summaries"]
    for summary in summaries if isinstance(summaries, list) else []:
        out.print(f"\nExtract ({summary['language']})")
        for text in summary["extract"]:
            out.print(f"  • {escape(text)}")
        if trial["generator"] is not None:
            _print_generated(summary, str(trial["generator"]))


def _print_generated(summary: dict[str, list[dict[str, object]]], generator: str) -> None:
    out = console()
    out.print(f"\nBy {escape(generator)}")
    for verdict in summary["generated"]:
        problems = verdict["problems"]
        said = "passed" if verdict["has_passed"] else "; ".join(problems if isinstance(problems, list) else [])
        out.print(f"  • {escape(str(verdict['text']))} [dim]({escape(said)})[/dim]")
    if summary["remark"]:
        out.print(f"  {escape(str(summary['remark']))}")
    out.print("\nSummary")
    for sentence in summary["summary"]:
        mark = "" if sentence["maker"] else " [dim](copied)[/dim]"
        out.print(f"  • {escape(str(sentence['text']))}{mark}")
