"""What an agreement is called: its title in quotation marks, or the words around the kind of agreement."""

from __future__ import annotations

import re

from pipeline.facts.cues import Cue
from pipeline.facts.sentences import Statement

MAX_TITLE_CHARS = 160
MAX_BEFORE_CHARS = 140

_QUOTED = re.compile(r"[\"“«《「]([^\"”»》」\n]{8,200})[\"”»》」]")
_SUBJECT = re.compile(
    r"\s+(?:on|for|concerning|regarding|to|covering|of|о|об|по|sur|relatif a|relative a|pour"
    r"|de cooperation|para|sobre)\s+[^,.;:()\n]{4,110}",
    re.IGNORECASE,
)
_CUT = re.compile(
    r"\s+(?:was|were|is|are|has|have|had|at the|at a|signed|between|by|during|while|which|that|when"
    r"|after|before|this|last|says?|said|with|beside|and (?:is|are|was|were|signed|their|both)"
    r"|on \w+day|in \d{4}|on \d|подпис\w+|entre|lors|avec|anuncio|con)\b.*$",
    re.IGNORECASE | re.DOTALL,
)
_WORDS_BEFORE = re.compile(
    r"(?:(?:[A-ZÀ-Ý][\w'/-]*|(?:inter)?governmental|cooperation|co-operation|implementing|partnership|bilateral|loan"
    r"|technology safeguards"
    r"|association|host country|data sharing|launch services?)\s+(?:(?:of|on|and|for|the)\s+)?){1,10}$"
)
_NAME_AFTER = re.compile(
    r"\s+(?:d'|de\s+)?(?:[A-ZА-ЯÀ-Ý][\w-]+(?:\s+[A-ZА-ЯÀ-Ý][\w-]+){0,3}|[«“\"][^»”\"\n]{3,60}[»”\"])(?=[\s,.;)])"
)
_ABOUT_ZH = re.compile(r"(?:关于[^,,。;《》\n]{2,40}?的?|[^\s,,。;、与和同在署订签过了就按据]{2,24})$")


def title_of(statement: Statement, kind: Cue) -> str:
    """Take the title in quotation marks, or the words around the kind of agreement."""
    for quoted in _QUOTED.finditer(statement.text):
        if quoted.start(1) <= kind.start < quoted.end(1):
            return tidy(quoted[1])
    start, end = kind.start, kind.end
    written = statement.text[start:end]
    if not written.isascii() and not re.search(r"[^\W\d_]\s", statement.text[:80]):
        before = _ABOUT_ZH.search(statement.text[:start])
        return tidy((before[0] if before else "") + written)
    before = _WORDS_BEFORE.search(statement.text, max(0, start - MAX_BEFORE_CHARS), start)
    name_after = _NAME_AFTER.match(statement.text, end)
    if name_after:
        return tidy((before[0] if before else "") + written + name_after[0])
    subject = _SUBJECT.match(statement.shape, end)
    after = _CUT.sub("", statement.text[subject.start() : subject.end()]) if subject else ""
    return tidy((before[0] if before else "") + written + after)


def tidy(title: str) -> str:
    """Put a title on one line, without the marks around it."""
    return " ".join(title.split()).strip(" ,.;:-")[:MAX_TITLE_CHARS].rstrip()
