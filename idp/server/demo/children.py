"""Child processes: started, watched and stopped with this one."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from idp.kernel.clock import stopwatch
from idp.server import CannotServe
from idp.server.stopping import StopRequest, stop_request

PROGRAM = "idp.server.demo.program"
POLL_INTERVAL = 0.05
END_WITHIN = 10
"""Seconds for a program to stop by itself."""


@dataclass(frozen=True)
class Child:
    """A running program; its output goes to `log`."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def raise_if_ended(self) -> None:
        """Raise `CannotServe`, with its last output, when it has ended."""
        if (code := self.process.poll()) is not None:
            last = "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-10:])
            raise CannotServe(f"{self.name} ended with exit code {code}. Its last words, from {self.log}:\n{last}")

    def signal(self, sign: signal.Signals) -> None:
        """Send a signal to it and whatever it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, sign)

    def wait(self) -> None:
        """Wait until it has ended; kill it when that takes too long."""
        try:
            self.process.wait(END_WITHIN)
        except subprocess.TimeoutExpired:
            self.signal(signal.SIGKILL)
            self.process.wait()


class Children:
    """All child processes."""

    def __init__(self, stop: StopRequest) -> None:
        self._all: list[Child] = []
        self.wait_for_stop = stop.wait

    def start(
        self, name: str, module: str, *arguments: str, environment: Mapping[str, str], log: Path, folder: Path
    ) -> None:
        """Start a program in its own process group: Ctrl-C reaches only the parent, which stops it."""
        command = [sys.executable, "-m", PROGRAM, str(os.getpid()), module, *arguments]
        with log.open("wb") as output:
            process = subprocess.Popen(  # noqa: S603 - our own programs, with arguments of our own
                command, env=dict(environment), stdout=output, stderr=output, cwd=folder, start_new_session=True
            )
        self._all.append(Child(name, process, log))

    def wait_until(self, ready: Callable[[], bool], *, within: float) -> None:
        """Wait for a condition; raises `CannotServe` when a program ends first, or after `within` seconds."""
        end = stopwatch() + within
        while not ready() and not self.wait_for_stop(POLL_INTERVAL):
            self.raise_if_ended()
            if stopwatch() > end:
                raise CannotServe(f"The programs did not answer within {within:.0f} seconds.")

    def raise_if_ended(self) -> None:
        """Raise `CannotServe` when a program has ended."""
        for child in self._all:
            child.raise_if_ended()

    def end(self) -> None:
        """Stop all, in reverse order."""
        for child in self._all:
            child.signal(signal.SIGTERM)
        for child in self._all:
            child.wait()
        self._all.clear()


@contextlib.contextmanager
def children() -> Iterator[Children]:
    """Manage child processes for the length of the block; SIGTERM ends it like Ctrl-C."""
    with stop_request() as stop:
        running = Children(stop)
        try:
            yield running
        finally:
            running.end()
