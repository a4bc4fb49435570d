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
import selectors
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
PATIENCE = 60
"""Seconds to wait for a hash; a process that takes longer is stopped or hangs, and is replaced."""


class HashProcessEnded(HasherBusy):
    """A process ended before it answered, or could not be started: the text says why. Nothing was computed."""

    def __str__(self) -> str:
        return f"a process that computes hashes {self.args[0]}"


class HashProcess:
    """One process; one thread at a time may use it."""

    def __init__(self) -> None:
        """Start it; raises `HashProcessEnded` when the system has no room for another process."""
        pipe = subprocess.PIPE
        try:
            self._process = subprocess.Popen(COMMAND, stdin=pipe, stdout=pipe, env=child_env())  # noqa: S603 - ours
        except OSError as error:
            raise HashProcessEnded(f"cannot be started: {error.strerror}") from error

    def compute(self, *request: Any) -> Any:  # noqa: ANN401 - as JSON has it
        """Send one request and return what comes back; raises `HashProcessEnded`."""
        stdin, stdout = cast("IO[bytes]", self._process.stdin), cast("IO[bytes]", self._process.stdout)
        try:
            stdin.write(json.dumps(request).encode() + b"\n")
            stdin.flush()
            with selectors.DefaultSelector() as selector:
                selector.register(stdout, selectors.EVENT_READ)
                if not selector.select(PATIENCE):
                    raise HashProcessEnded(f"has not answered for {PATIENCE} seconds")
            answer = stdout.readline()
        except OSError as error:
            raise HashProcessEnded(f"cannot be used: {error.strerror}") from error
        if not answer.endswith(b"\n"):
            raise HashProcessEnded("has ended; is there enough memory?")
        return json.loads(answer)

    def end(self) -> None:
        """End the process, and wait until it is gone."""
        self._process.kill()
        self._process.communicate()

    def close(self) -> None:
        """Close the pipes: the process ends once all others that have them do the same."""
        for pipe in (self._process.stdin, self._process.stdout):
            cast("IO[bytes]", pipe).close()


class HashProcesses:
    """The processes of this one; as many as hashes were computed at a time.

    `cpu_seconds` is what all hashes have taken of a processor.
    """

    def __init__(self) -> None:
        self.cpu_seconds = 0.0
        self._lock = threading.Lock()
        self._free, self._of_parent = deque[HashProcess](), deque[HashProcess]()

    def compute(self, *request: Any) -> Any:  # noqa: ANN401 - as JSON has it
        """Compute one request in a free process, or in a new one.

        A free process that has ended is dropped, and the next one tried.

        Raises:
            HashProcessEnded: when a new process cannot be started, or ends before it answers.
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
        """Use none of the processes there are: after a fork, both processes would read each other's answers."""
        self._lock = threading.Lock()  # another thread of the parent may have held it
        self._of_parent, self._free = self._free, deque[HashProcess]()  # kept: a Popen that is deleted warns
        for process in self._of_parent:
            process.close()

    def _compute_in(self, process: HashProcess, request: tuple[Any, ...]) -> Any:  # noqa: ANN401 - as JSON has it
        try:
            answer, seconds = process.compute(*request)
        except BaseException:  # half an answer would be read as the next one
            process.end()
            raise
        self._free.append(process)
        with self._lock:
            self.cpu_seconds += seconds
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
