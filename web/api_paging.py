"""Lists a page at a time: which page a program asks for, and where its neighbours are, in the answer and in Link."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, TypeVar

from fastapi import Depends, Query, Request, Response

MAX_LIMIT = 100
MAX_OFFSET = 100_000
Entry = TypeVar("Entry")
Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT, description="How many at the most.")]
Offset = Annotated[int, Query(ge=0, le=MAX_OFFSET, description="How many to pass over.")]


@dataclass(frozen=True)
class Window:
    """The page of a list that a request asks for."""

    limit: int
    offset: int
    request: Request
    response: Response

    def of(self, total: int) -> Mapping[str, object]:
        """Return what every page says of itself, and put its neighbours into the header Link (RFC 8288)."""
        after, before = self.offset + self.limit, max(0, self.offset - self.limit)
        links = {
            "next": self._address(after) if after < total and after <= MAX_OFFSET else None,
            "previous": self._address(before) if self.offset else None,
        }
        told = [f'<{address}>; rel="{rel}"' for rel, address in links.items() if address]
        if told:
            self.response.headers["Link"] = ", ".join(told)
        return {"total": total, "limit": self.limit, "offset": self.offset, **links}

    def cut(self, every: Sequence[Entry]) -> Sequence[Entry]:
        """Cut the page out of a list that was read whole."""
        return every[self.offset : self.offset + self.limit]

    def _address(self, offset: int) -> str:
        url = self.request.url.include_query_params(limit=self.limit, offset=offset)
        return f"{url.path}?{url.query}"


def window_of(request: Request, response: Response, limit: Limit = 20, offset: Offset = 0) -> Window:
    """Read which page a request asks for."""
    return Window(limit, offset, request, response)


WindowHere = Annotated[Window, Depends(window_of)]
