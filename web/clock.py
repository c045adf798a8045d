"""The day and the moment of a request: the one place where pages and API read the clock."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from fastapi import Depends


def today_here() -> dt.date:
    """Read the clock for one request."""
    return dt.datetime.now(dt.UTC).date()


def now_here() -> dt.datetime:
    """Read the clock to the microsecond."""
    return dt.datetime.now(dt.UTC)


Today = Annotated[dt.date, Depends(today_here)]
Now = Annotated[dt.datetime, Depends(now_here)]
