"""Search of the archive: one query object and one index for web, digest, alerts and command line.

`parse_query` reads a line, `search` (by words), `search_by` (by meaning too) and `facets` answer it, `matching_ids`
lets other queries restrict it further, `index_article` keeps the index; a query means the same on both databases.
"""

from models.search.derived.reading import words_on_search
from models.search.facets import FacetValue, begin_facets, facets, facets_of_results
from models.search.filters import By, Sort
from models.search.fusion import FindsByMeaning, search_by, way_of
from models.search.index import index_article, rebuild_index, unindex_article
from models.search.matching import matching_ids, vocabulary_of
from models.search.problem import QueryProblem
from models.search.query import Query, Vocabulary, parse_query
from models.search.renewal import index_is_outdated, renew_index
from models.search.results import Hit, Results, hits_of, search
from models.search.snippets import SnippetPart
from models.search.suggestions import Suggestion, Suggestions, suggestions

__all__ = [
    "By",
    "FacetValue",
    "FindsByMeaning",
    "Hit",
    "Query",
    "QueryProblem",
    "Results",
    "SnippetPart",
    "Sort",
    "Suggestion",
    "Suggestions",
    "Vocabulary",
    "begin_facets",
    "facets",
    "facets_of_results",
    "hits_of",
    "index_article",
    "index_is_outdated",
    "matching_ids",
    "parse_query",
    "rebuild_index",
    "renew_index",
    "search",
    "search_by",
    "suggestions",
    "unindex_article",
    "vocabulary_of",
    "way_of",
    "words_on_search",
]
