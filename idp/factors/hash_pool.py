"""Threads that compute hashes, and a bound on how many requests may wait for them.

A request thread that waits for a hash answers nobody else. So only some of them may wait; whoever comes then is asked
to try again in a few seconds, and every other page and endpoint still has threads. Known browsers and people who have
proven something have places of their own: strangers who guess cannot take those.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

RESERVED = 2
"""Places for known browsers and for people who have proven something, beside those for everybody."""
NICENESS = 10
"""Hashing yields the processor to threads that answer requests."""

R = TypeVar("R")


class HasherBusy(Exception):
    """Too many hashes are waited for; nothing was computed. Try again in a few seconds."""


class HashPool:
    """Runs `concurrency` hashes at a time; at most `queue` strangers run or wait for one."""

    def __init__(self, *, concurrency: int, queue: int) -> None:
        self._threads = ThreadPoolExecutor(concurrency, thread_name_prefix="hash", initializer=_lower_priority)
        self._queue, self._taken, self._lock = queue, 0, threading.Lock()

    def has_room(self, *, reserved: bool = False) -> bool:
        """Whether `run` would find a place now."""
        return self._taken < self._queue + (RESERVED if reserved else 0)

    def run(self, work: Callable[..., R], *args: Any, reserved: bool) -> R:
        """Return what `work` returns; `reserved`: the caller may use the reserved places.

        Raises:
            HasherBusy: when there is no place.
        """
        with self._place(reserved=reserved):
            return self._threads.submit(work, *args).result()

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


def _lower_priority() -> None:
    with contextlib.suppress(AttributeError, OSError):  # only Linux gives threads a priority of their own
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
