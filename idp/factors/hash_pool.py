"""How many hashes are computed at a time, and how many requests may wait for one.

A request thread that waits for a hash answers nobody else. So only some of them may wait; whoever comes then is asked
to try again in a few seconds, and every other page and endpoint still has threads. Known browsers and people who have
proven something have places of their own: strangers who guess cannot take those.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

RESERVED = 2
"""Places for known browsers and for people who have proven something, beside those for everybody."""

R = TypeVar("R")


class HasherBusy(Exception):
    """Too many hashes are waited for; nothing was computed. Try again in a few seconds."""

    def __str__(self) -> str:
        return "too many hashes are waited for"


class HashPool:
    """Runs `concurrency` hashes at a time; at most `queue` strangers run or wait for one."""

    def __init__(self, *, concurrency: int, queue: int) -> None:
        self._running = threading.Semaphore(concurrency)
        self._queue, self._taken, self._lock = queue, 0, threading.Lock()

    def has_room(self, *, reserved: bool = False) -> bool:
        """Whether `run` would find a place now."""
        return self._taken < self._queue + (RESERVED if reserved else 0)

    def run(self, work: Callable[..., R], *args: Any, reserved: bool) -> R:
        """Run `work` within the limits; `reserved`: the caller may use the reserved places.

        Raises:
            HasherBusy: when there is no place.
        """
        with self._place(reserved=reserved), self._running:
            return work(*args)

    @contextlib.contextmanager
    def _place(self, *, reserved: bool) -> Iterator[None]:
        with self._lock:
            if not self.has_room(reserved=reserved):
                raise HasherBusy
            self._taken += 1
        try:
            yield
        finally:
            with self._lock:
                self._taken -= 1
