"""Time, as whole seconds since 1970-01-01T00:00:00Z. The only module that asks the machine what time it is."""

from __future__ import annotations

import time
from typing import Protocol

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR


class Clock(Protocol):
    """Anything that knows the time."""

    def now(self) -> int:
        """Seconds since the Unix epoch, UTC (the NumericDate of RFC 7519, without fractions)."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> int:
        """Seconds since the Unix epoch, UTC."""
        return int(time.time())


def stopwatch() -> float:
    """Return a monotonic reading in seconds, for durations only."""
    return time.perf_counter()


def sleep(seconds: float) -> None:
    """Sleep, for background loops only."""
    time.sleep(seconds)
