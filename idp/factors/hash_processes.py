"""Processes that compute hashes for this one, started when they are needed and kept.

    compute -> a free process, or a new one -> a line to it -> a line from it -> free again

Threads of lower priority would hold the interpreter's lock before and after each hash: when the processors are busy,
such a thread waits for its turn with the lock, and every request of the process waits for it (docs/decisions/0040).
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import subprocess
import sys
import threading
from collections import deque
from pathlib import Path
from typing import IO, Any, cast

from idp.config.environment import child_env
from idp.factors.hash_pool import HasherBusy

# The file and not the module, which would import ours first; -P: what lies beside it must not hide Python's modules.
COMMAND = (sys.executable, "-P", str(Path(__file__).with_name("hash_process.py")))


class HashProcessEnded(HasherBusy):
    """A process ended before it answered, or could not be started; nothing was computed."""

    def __str__(self) -> str:
        return "a process that computes hashes has ended or cannot be started; is there enough memory?"


class HashProcess:
    """One process; one thread at a time may use it."""

    def __init__(self) -> None:
        """Start it; raises `HashProcessEnded` when the system has no room for another process."""
        pipe = subprocess.PIPE
        try:
            self._process = subprocess.Popen(COMMAND, stdin=pipe, stdout=pipe, env=child_env())  # noqa: S603 - ours
        except OSError as error:
            raise HashProcessEnded from error

    def compute(self, *request: Any) -> Any:  # noqa: ANN401 - as JSON has it
        """Send one request and return what comes back; raises `HashProcessEnded`."""
        stdin, stdout = cast("IO[bytes]", self._process.stdin), cast("IO[bytes]", self._process.stdout)
        try:
            stdin.write(json.dumps(request).encode() + b"\n")
            stdin.flush()
            answer = stdout.readline()
        except OSError as error:
            raise HashProcessEnded from error
        if not answer.endswith(b"\n"):
            raise HashProcessEnded
        return json.loads(answer)

    def end(self) -> None:
        """End the process, and wait until it is gone."""
        self._process.kill()
        self._process.communicate()


class HashProcesses:
    """The processes of this one; as many as hashes were computed at a time.

    `seconds` is what all hashes have taken of a processor.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        self._lock = threading.Lock()
        self._free, self._of_parent = deque[HashProcess](), deque[HashProcess]()

    def compute(self, *request: Any) -> Any:  # noqa: ANN401 - as JSON has it
        """Return the answer to one request; a kept process may have ended meanwhile, then a new one gets it.

        Raises:
            HashProcessEnded: when a new process ends before it answers.
        """
        while process := self._take():
            with contextlib.suppress(HashProcessEnded):
                return self._compute_in(process, request)
        return self._compute_in(HashProcess(), request)

    def end(self) -> None:
        """End all processes that are free."""
        while process := self._take():
            process.end()

    def leave_to_parent(self) -> None:
        """Use none of those there are: after a fork, both processes would read each other's answers."""
        self._of_parent, self._free = self._free, deque[HashProcess]()

    def _compute_in(self, process: HashProcess, request: tuple[Any, ...]) -> Any:  # noqa: ANN401 - as JSON has it
        try:
            answer, seconds = process.compute(*request)
        except BaseException:  # half an answer would be read as the next one
            process.end()
            raise
        self._free.append(process)
        with self._lock:
            self.seconds += seconds
        return answer

    def _take(self) -> HashProcess | None:
        """Return the free process that was used last; None when there is none."""
        try:
            return self._free.pop()
        except IndexError:
            return None


PROCESSES = HashProcesses()
atexit.register(PROCESSES.end)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=PROCESSES.leave_to_parent)
