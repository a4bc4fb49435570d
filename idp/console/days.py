"""Days that a filter names, in the time zone of the reader."""

from __future__ import annotations

import datetime as dt

from idp.kernel.clock import DAY
from idp.language import zones
from idp.web.language import current_reader


def first_second(day: str) -> int | None:
    """Return when a day (`2026-06-01`) begins, in seconds, UTC; None for what is no day."""
    try:
        midnight = dt.datetime.combine(dt.date.fromisoformat(day), dt.time(), zones.find(current_reader().zone))
        return int(midnight.timestamp())
    except (ValueError, OverflowError):
        return None


def last_second(day: str) -> int | None:
    """Return when a day ends, likewise."""
    start = first_second(day)
    return None if start is None else start + DAY - 1
