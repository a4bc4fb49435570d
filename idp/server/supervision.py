"""Processes that are started again after they ended unexpectedly, with a pause that grows while they live briefly."""

from __future__ import annotations

import contextlib
import logging
import signal
import threading
from collections.abc import Callable
from pathlib import Path

from granian.server.mp import WorkerProcess

from idp.kernel.clock import stopwatch
from idp.server.stopping import signals_blocked

log = logging.getLogger(__name__)

LONG_ENOUGH = 5.0
"""Seconds: a process that ran as long is restarted at once."""
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
"""Seconds before a process that ran for less is restarted."""
LONGEST_WITHOUT = 2.0
"""Seconds at most, while no process of its kind runs."""
forking = threading.Lock()
"""Held while a process starts, and by a thread of the parent while it has a database connection: SQLite's locks are
the process's own, so a child that is forked then would believe that it has them."""
NAME = Path("/proc/self/comm")
"""Linux takes at most 15 characters."""


def restart_pause(short_runs: int, *, alone: bool) -> float:
    """Return the seconds before a restart after `short_runs` in a row; `alone`: no other of its kind runs."""
    if not short_runs:
        return 0.0
    return min(FIRST_PAUSE * 2.0 ** min(short_runs - 1, 10), LONGEST_WITHOUT if alone else LONGEST_PAUSE)


def name_process(name: str) -> None:
    """Show this name in `ps` and `top`, where the system allows it."""
    with contextlib.suppress(OSError):
        NAME.write_text(name, encoding="ascii")


class SupervisedProcess:
    """One process, its deaths, and when it starts again. `runs` and `deaths` may be read from any thread."""

    def __init__(self, name: str, create: Callable[[], WorkerProcess]) -> None:
        """Remember how to create the process; `name` is for the log."""
        self.process: WorkerProcess | None = None
        self.deaths = 0
        self._name, self._create = name, create
        self._started, self._short_runs, self._due = 0.0, 0, 0.0

    @property
    def runs(self) -> bool:
        """Whether it runs, as far as is known; a pause before the restart does not count."""
        return self._due == 0.0

    def start(self) -> None:
        """Start the process, with SIGTERM and SIGINT blocked."""
        process = self._create()
        process.interrupt_by_parent = True  # granian would log a death itself, and exit with code 1
        with forking, signals_blocked():
            process.start()  # type: ignore[no-untyped-call]  # the library has no types
        self.process = process
        self._started, self._due = stopwatch(), 0.0

    def restart_if_due(self, *, others_run: Callable[[], bool]) -> None:
        """Notice an unexpected end, or start again when the pause is over."""
        now = stopwatch()
        if self.process and self.runs and not self.process.inner.is_alive():
            self._record_death(self.process.inner.exitcode or 0, now, others_run)
        if not self.runs and now >= self._due:
            self.start()

    def _record_death(self, code: int, now: float, others_run: Callable[[], bool]) -> None:
        self.deaths += 1
        ran = now - self._started
        self._short_runs = self._short_runs + 1 if ran < LONG_ENOUGH else 0
        self._due = now  # it does not count as running any more
        pause = restart_pause(self._short_runs, alone=not others_run())
        self._due = now + pause
        reason = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
        log.error("%s %s after %.1f s; it starts again in %.1f s", self._name, reason, ran, pause)
