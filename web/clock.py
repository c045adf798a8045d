"""The day of a request: the one place where pages and API read the clock."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from fastapi import Depends


def today_here() -> dt.date:
    """Read the clock for one request."""
    return dt.datetime.now(dt.UTC).date()


Today = Annotated[dt.date, Depends(today_here)]
