"""Time in whole seconds since 1970-01-01T00:00:00Z. The only module that reads the system clock."""

from __future__ import annotations

import time
from typing import Protocol

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR


class Clock(Protocol):
    """A source of the current time."""

    def now(self) -> int:
        """Seconds since the Unix epoch, UTC (the NumericDate of RFC 7519, without fractions)."""
        ...


class SystemClock:
    """The system clock."""

    def now(self) -> int:
        """Seconds since the Unix epoch, UTC."""
        return int(time.time())


def stopwatch() -> float:
    """Return a monotonic time in seconds, for measuring durations only."""
    return time.perf_counter()


def sleep(seconds: float) -> None:
    """Sleep; for background loops only."""
    time.sleep(seconds)
