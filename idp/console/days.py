"""Days that a filter names, in the time zone of the reader."""

from __future__ import annotations

import datetime as dt

from idp.language import zones
from idp.web.language import current_reader


def first_second(day: str) -> int | None:
    """Return when a day (`2026-06-01`) begins, in seconds, UTC; None for what is no day."""
    return _midnight(day, later=0)


def last_second(day: str) -> int | None:
    """Return when a day ends, likewise; not every day has 24 hours."""
    end = _midnight(day, later=1)
    return None if end is None else end - 1


def _midnight(day: str, *, later: int) -> int | None:
    try:
        date = dt.date.fromisoformat(day) + dt.timedelta(days=later)
        return int(dt.datetime.combine(date, dt.time(), zones.find(current_reader().zone)).timestamp())
    except (ValueError, OverflowError):
        return None
