"""The processes of a server: workers and the background process, started, watched and stopped.

Granian ends the whole server when a worker ends twice within seconds. Here the others serve on, and that one restarts
after a pause; see `supervision`.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from granian.server.mp import MPServer, WorkerProcess

from idp.kernel.clock import sleep
from idp.server import background_process, worker
from idp.server.metrics import Count, ProcessCounts
from idp.server.supervision import SupervisedProcess

POLL_INTERVAL = 0.1


class WorkerServer(MPServer):
    """Granian's parent process, with another loop, and with the background process beside the workers."""

    signal_handler_reload = None  # type: ignore[assignment]  # granian sets a handler unless it is None
    """Not installed, so that SIGHUP keeps its usual meaning."""

    def __init__(self, target: str, *, stop_within: int, **options: Any) -> None:
        super().__init__(target, workers_kill_timeout=stop_within, **options)
        self._target = partial(worker.run, os.getpid(), stop_within)
        self._background = SupervisedProcess(
            "background process",
            # Granian's class, so that it is stopped with the workers, within the same time.
            partial(WorkerProcess, self, self.workers, partial(background_process.run, os.getpid(), stop_within), ()),
        )
        self._supervised_workers: list[SupervisedProcess] = []

    def serve(self) -> None:  # type: ignore[override]  # granian's takes a target; ours is fixed
        """Serve until SIGTERM or SIGINT."""
        if sys.platform == "linux":  # Python 3.14 would start processes that load everything once more
            multiprocessing.set_start_method("fork", force=True)
        super().serve(spawn_target=self._target)

    def count_processes(self) -> ProcessCounts:
        """Count the processes; callable from any thread."""
        return ProcessCounts(
            workers=_count(list(self._supervised_workers), self.workers), background=_count([self._background], 1)
        )

    def signal_handler_interrupt(self, *_: object, **__: object) -> None:
        """Request the stop. Only a flag: see `stopping`."""
        self.interrupt_signal = True

    def _spawn_workers(self, _target: Callable[..., None], load: Callable[..., object]) -> None:
        for index in range(self.workers):
            create = partial(self._spawn_worker, idx=index, target=self._target, callback_loader=load)
            self._supervised_workers.append(SupervisedProcess(f"worker {index + 1}", create))
        for each in self._supervised():
            each.start()

    def _serve_loop(self, _target: Callable[..., None], _load: Callable[..., object]) -> None:
        while not self.interrupt_signal:
            for each in self._supervised():
                each.restart_if_due(others_run=partial(self._others_run, each))
            sleep(POLL_INTERVAL)

    def _stop_workers(self) -> None:
        self.wrks = [each.process for each in self._supervised() if each.process]
        super()._stop_workers()  # type: ignore[no-untyped-call]  # the library has no types

    def _supervised(self) -> Iterator[SupervisedProcess]:
        yield from self._supervised_workers
        yield self._background  # last: the first answer is for a worker to give

    def _others_run(self, one: SupervisedProcess) -> bool:
        return one is not self._background and any(each.runs for each in self._supervised_workers)


def _count(processes: list[SupervisedProcess], wanted: int) -> Count:
    return Count(sum(each.runs for each in processes), wanted, sum(each.deaths for each in processes))
