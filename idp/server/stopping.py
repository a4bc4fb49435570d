"""Stopping of processes: by a signal, and by the end of the parent process.

No handler here raises: an exception raised inside a destructor or callback is lost. None sets a `threading.Event`
either: the main thread may hold its lock.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from idp.kernel.clock import sleep, stopwatch

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)
POLL_INTERVAL = 0.05
PARENT_INTERVAL = 0.5
"""Seconds between two checks whether the parent process is alive."""


class StopRequest:
    """Records a signal that asks this process to stop."""

    def __init__(self) -> None:
        self._made = False

    def handle(self, *_: object) -> None:
        """Handle a signal."""
        self._made = True

    def wait(self, seconds: float) -> bool:
        """Wait `seconds` at most; True once a stop was requested."""
        end = stopwatch() + seconds
        while not self._made and (left := end - stopwatch()) > 0:
            sleep(min(left, POLL_INTERVAL))
        return self._made


@contextmanager
def stop_request() -> Iterator[StopRequest]:
    """Record SIGTERM and SIGINT inside the block."""
    request = StopRequest()
    before = {sign: signal.signal(sign, request.handle) for sign in STOP_SIGNALS}
    try:
        yield request
    finally:
        for sign, handler in before.items():
            signal.signal(sign, handler)


@contextmanager
def signals_blocked() -> Iterator[None]:
    """Block SIGTERM and SIGINT for a fork: the child must not run the parent's handlers."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def use_default_interrupt() -> None:
    """Let SIGINT end this process at once, until a handler is set: there is nothing to stop in order yet."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # else it is ignored, as for background jobs
        signal.signal(signal.SIGINT, signal.SIG_DFL)


def stop_once(stop: Callable[[], None]) -> None:
    """Call `stop` in a thread at the first SIGTERM or SIGINT, and never again. Both must be blocked."""

    def wait() -> None:
        signal.sigwait(STOP_SIGNALS)
        stop()

    threading.Thread(target=wait, name="stop signals", daemon=True).start()


def end_with_parent(parent: int, *, within: float) -> None:
    """End this process when `parent` has ended: SIGTERM, and SIGKILL `within` seconds later."""

    def watch() -> None:
        while os.getppid() == parent:
            sleep(PARENT_INTERVAL)
        os.kill(os.getpid(), signal.SIGTERM)
        sleep(within)
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, name="parent watch", daemon=True).start()
