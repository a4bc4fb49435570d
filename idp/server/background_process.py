"""The background process: the entry point for the parent."""

from __future__ import annotations

import signal

from idp.server import prepared, stopping
from idp.server.background import BackgroundJobs
from idp.server.supervision import name_process


def run(parent: int, stop_within: int) -> None:
    """Run the background jobs until SIGTERM, SIGINT or the end of the parent; both signals must be blocked.

    At a stop, jobs in progress are finished; the parent kills after `stop_within` seconds, and then claims run out.
    """
    name_process("idp background")
    stopping.end_with_parent(parent, within=stop_within)
    jobs = BackgroundJobs(prepared.services())
    prepared.enter_process()
    jobs.start()
    signal.sigwait(stopping.STOP_SIGNALS)
    jobs.stop()
