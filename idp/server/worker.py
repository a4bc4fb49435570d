"""A worker process: the entry point for granian."""

from __future__ import annotations

from flask import Flask

from idp import config
from idp.app import assemble, create_app
from idp.server import metrics
from idp.server.background import BackgroundJobs
from idp.web import logs


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
