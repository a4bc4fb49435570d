"""A worker process: the entry point for granian."""

from __future__ import annotations

import os
import signal
import threading

from flask import Flask
from granian.server.mp import MPServer

from idp.kernel import user_agents
from idp.server import prepared, stopping
from idp.server.supervision import name_process


def run(parent: int, stop_within: int, *arguments: object) -> None:
    """Run a worker until SIGTERM, SIGINT or the end of the parent; both signals must be blocked.

    Granian's own handler hangs at the third signal, and one that arrives before it is set would be lost.
    """
    name_process("idp worker")
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # a fork has the parent's handler
    stopping.stop_once(_stop)
    stopping.end_with_parent(parent, within=stop_within)
    MPServer._spawn_wsgi_worker(*arguments)  # noqa: SLF001 - the target that granian itself passes


def _stop() -> None:
    handler = signal.getsignal(signal.SIGTERM)
    if callable(handler):
        handler(signal.SIGTERM, None)  # finishes requests in progress
    else:
        os._exit(0)  # still starting: nothing is in progress


def application() -> Flask:
    """Return the WSGI application of a worker."""
    app = prepared.application()
    prepared.enter_process()
    # Its first call reads long lists: better here than in somebody's sign-in, or while everybody waits for the start.
    threading.Thread(target=user_agents.browser_name, args=("",), name="browser names", daemon=True).start()
    return app
