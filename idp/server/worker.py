"""A worker process: the entry point for granian."""

from __future__ import annotations

import os
import signal

from flask import Flask
from granian.server.mp import MPServer

from idp import config
from idp.app import assemble, create_app
from idp.server import metrics, stopping
from idp.server.background import BackgroundJobs
from idp.web import logs


def run(parent: int, stop_within: int, *arguments: object) -> None:
    """Run a worker until SIGTERM, SIGINT or the end of the parent; both signals must be blocked.

    Granian's own handler hangs at the third signal, and one that arrives before it is set would be lost.
    """
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
    """Create the WSGI application of a worker, and start its background threads."""
    settings = config.load()
    config.scrub_env()
    logs.configure(settings.log_level)
    if settings.ops_port:
        metrics.install()
    services = assemble(settings)
    app = create_app(services)
    BackgroundJobs(services).start()
    return app
