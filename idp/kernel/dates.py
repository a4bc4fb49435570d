"""Times as people read them."""

from __future__ import annotations

import datetime as dt


def in_words(at: int) -> str:
    """A time (seconds, UTC) as text: "2 June 2026, 14:05 UTC"."""
    moment = dt.datetime.fromtimestamp(at, dt.UTC)
    return f"{moment.day} {moment:%B %Y, %H:%M} UTC"
