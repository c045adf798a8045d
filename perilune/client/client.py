"""The client itself: one archive, asked and changed by methods."""

from __future__ import annotations

from types import TracebackType
from typing import Self

import httpx

from perilune.client.changing import Changing
from perilune.client.keeping import Keeping
from perilune.client.people import People
from perilune.client.reading import Reading
from perilune.client.searches import Searches
from perilune.client.transport import Habits, Transport

HABITS = Habits()


class Perilune(Reading, Changing, Keeping, Searches, People):
    """An archive at an address, asked in the name of a token's account; a context manager that closes connections.

    ApiProblem rises for an answer that is a problem, NoAnswer where there is none. `carrier` takes requests elsewhere
    than over the network.
    """

    def __init__(
        self,
        url: str,
        token: str | None = None,
        *,
        habits: Habits = HABITS,
        language: str = "en",
        carrier: httpx.BaseTransport | None = None,
    ) -> None:
        self._transport = Transport(url, token, habits, language=language, carrier=carrier)

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()
