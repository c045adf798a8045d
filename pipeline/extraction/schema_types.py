"""The document type where a page's form alone says it; the understanding stage decides the rest from the text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from models.vocabulary import DocType

SCHEMA_TYPES = {
    "OpinionNewsArticle": DocType.OPINION,
    "Event": DocType.EVENT_NOTICE,
    "BusinessEvent": DocType.EVENT_NOTICE,
    "EducationEvent": DocType.EVENT_NOTICE,
    "Report": DocType.REPORT,
    "NewsArticle": DocType.NEWS,
    "ReportageNewsArticle": DocType.NEWS,
    "AnalysisNewsArticle": DocType.NEWS,
    "BackgroundNewsArticle": DocType.NEWS,
}
SECTIONS = (
    (r"(?:press|media|news) ?releases?|communiqu[eé]s?(?: de presse)?|пресс релизы?|新闻稿", DocType.PRESS_RELEASE),
    (r"opinions?|op ?eds?|comment(?:ary|aries)?|editorials?|tribunes?|мнени[ея]|колонки|评论|观点", DocType.OPINION),
    (r"speech(?:es)?|remarks|statements? and speeches|discours|выступлени[ея]|речи|讲话|演讲", DocType.SPEECH),
    (r"calls? for (?:papers|proposals|applications)|tenders?|scholarships?|тендеры|招标公告", DocType.OPPORTUNITY),
    (r"appels? (?:d offres?|à projets|à candidatures)", DocType.OPPORTUNITY),
    (r"white ?papers?|livres? blancs?|白皮书", DocType.WHITE_PAPER),
)  # fmt: skip


def doc_type_of_form(types: Iterable[str], sections: Iterable[str], url: str) -> DocType | None:
    """Read it from schema.org types, then from the section that page or address names; None where none says it.

    That a page is news is the least telling of these: a site calls everything it publishes so.
    """
    named = {kind.rpartition("/")[2] for kind in types}
    of_schema = next((doc_type for kind, doc_type in SCHEMA_TYPES.items() if kind in named), None)
    if of_schema not in (None, DocType.NEWS):
        return of_schema
    return next(filter(None, map(_type_of_section, (*sections, *_folders_of(url)))), of_schema)


def _type_of_section(section: str) -> DocType | None:
    name = " ".join(re.findall(r"\w+", section.casefold().replace("_", " ")))
    return next((doc_type for pattern, doc_type in SECTIONS if re.fullmatch(pattern, name)), None)


def _folders_of(url: str) -> list[str]:
    return urlsplit(url).path.split("/")[1:-1]
