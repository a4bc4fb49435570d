"""Worker processes: started, watched, restarted after an unexpected end, and stopped.

Granian ends the whole server when a worker ends twice within seconds. Here the others serve on, and that one restarts
after a pause, which doubles each time the worker ran only for a short time.
"""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from granian.server.mp import MPServer, WorkerProcess

from idp.kernel.clock import sleep, stopwatch
from idp.server import worker
from idp.server.metrics import WorkerCounts
from idp.server.stopping import signals_blocked

log = logging.getLogger(__name__)

POLL_INTERVAL = 0.1
LONG_ENOUGH = 5.0
"""Seconds: a worker that ran as long is restarted at once."""
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
"""Seconds before a worker that ran for less is restarted."""
LONGEST_WITHOUT = 2.0
"""Seconds at most, while no worker runs."""


def restart_pause(short_runs: int, *, alone: bool) -> float:
    """Return the seconds before a worker restarts after `short_runs` in a row; `alone`: no other runs."""
    if not short_runs:
        return 0.0
    return min(FIRST_PAUSE * 2.0 ** min(short_runs - 1, 10), LONGEST_WITHOUT if alone else LONGEST_PAUSE)


@dataclass
class _Slot:
    """The history of one worker; `due` is when it starts again, None while it runs."""

    started: float
    short_runs: int = 0
    due: float | None = None


class WorkerServer(MPServer):
    """Granian's parent process, with another loop."""

    signal_handler_reload = None  # type: ignore[assignment]  # granian sets a handler unless it is None
    """Not installed, so that SIGHUP keeps its usual meaning."""

    def __init__(self, target: str, *, stop_within: int, **options: Any) -> None:
        super().__init__(target, workers_kill_timeout=stop_within, **options)
        self._target = partial(worker.run, os.getpid(), stop_within)
        self._slots: list[_Slot] = []
        self._died = 0

    def serve(self) -> None:  # type: ignore[override]  # granian's takes a target; ours is fixed
        """Serve until SIGTERM or SIGINT."""
        super().serve(spawn_target=self._target)

    def count_workers(self) -> WorkerCounts:
        """Count the workers; callable from any thread."""
        running = sum(slot.due is None for slot in list(self._slots))
        return WorkerCounts(running=running, wanted=self.workers, died=self._died)

    def signal_handler_interrupt(self, *_: object, **__: object) -> None:
        """Request the stop. Only a flag: see `stopping`."""
        self.interrupt_signal = True

    def _spawn_workers(self, _target: Callable[..., None], load: Callable[..., object]) -> None:
        for index in range(self.workers):
            self.wrks.append(self._start_worker(index, load))
            self._slots.append(_Slot(stopwatch()))

    def _start_worker(self, index: int, load: Callable[..., object]) -> WorkerProcess:
        started = self._spawn_worker(idx=index, target=self._target, callback_loader=load)
        with signals_blocked():
            started.start()  # type: ignore[no-untyped-call]  # the library has no types
        return started

    def _serve_loop(self, _target: Callable[..., None], load: Callable[..., object]) -> None:
        while not self.interrupt_signal:
            for index, slot in enumerate(self._slots):
                self._restart_if_due(index, slot, load)
            sleep(POLL_INTERVAL)
        self.interrupt_children.clear()  # granian would exit with code 1 if any had died

    def _restart_if_due(self, index: int, slot: _Slot, load: Callable[..., object]) -> None:
        now = stopwatch()
        if slot.due is None and not self.wrks[index].inner.is_alive():
            self._record_death(index, slot, now)
        if slot.due is not None and now >= slot.due:
            self.wrks[index] = self._start_worker(index, load)
            slot.started, slot.due = now, None

    def _record_death(self, index: int, slot: _Slot, now: float) -> None:
        self._died += 1
        ran = now - slot.started
        slot.short_runs = slot.short_runs + 1 if ran < LONG_ENOUGH else 0
        slot.due = now  # it does not count as running any more
        pause = restart_pause(slot.short_runs, alone=self.count_workers().running == 0)
        slot.due = now + pause
        code = self.wrks[index].inner.exitcode or 0
        reason = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
        log.error("worker %s %s after %.1f s; it starts again in %.1f s", index + 1, reason, ran, pause)
