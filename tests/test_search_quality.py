"""The search finds what judged queries ask for, on pages in four languages: floors below which it must not fall."""

from __future__ import annotations

from pathlib import Path

from benchmarks.search_quality import archive_of, finder, load_pages, load_queries, scores_of, store_pages


def test_judged_queries_find_their_pages(tmp_path: Path) -> None:
    pages = load_pages()
    assert all(query.relevant <= set(pages) for query in load_queries())
    assert len(load_queries()) >= 60
    sessions = archive_of(tmp_path)
    with sessions.begin() as session:
        names = store_pages(session, pages)
        scores = scores_of(finder(session, names), pages)
    assert scores["all"] >= 0.97
    assert scores["inflection"] >= 0.98
    assert scores["two-characters"] == 1.0
    assert min(scores[language] for language in ("en", "zh", "ru", "fr")) >= 0.95
