"""The two moments of the demonstration; their own file because the web, its runner and the tests must agree on them."""

from __future__ import annotations

import datetime as dt

FIRST_MOMENT = dt.datetime(2022, 3, 14, 7, 0, tzinfo=dt.UTC)
"""Monday, one month after the deck of the UN/China workshop and three days before the ExoMars decision."""

SECOND_MOMENT = dt.datetime(2022, 3, 21, 7, 0, tzinfo=dt.UTC)
"""The Monday after: the ExoMars suspension is new, and a standing page has been rewritten in place."""
