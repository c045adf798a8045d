"""One folding of titles, so that a document is the same however it is quoted; shared by pipeline and archive."""

from __future__ import annotations

import re
import unicodedata

_ARTICLE = re.compile(r"^(?:the|a|an|le|la|les|l|el)\s+")
_NO_WORD = re.compile(r"[\W_]+")


def plain_title(title: str) -> str:
    """Fold a title: no case, accents, marks or leading article."""
    letters = unicodedata.normalize("NFKD", title).casefold()
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return _ARTICLE.sub("", " ".join(_NO_WORD.sub(" ", bare).split()))
