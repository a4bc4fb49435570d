"""What the parent process builds once: forked processes share it; where there is no fork, each builds its own.

The parent itself uses none of it afterwards: a lock that one of its threads holds during a fork would stay locked in
the child, and a database connection would belong to both.
"""

from __future__ import annotations

import functools

from flask import Flask

from idp import config
from idp.app import assemble, create_app
from idp.config import Settings
from idp.server import metrics
from idp.services import Services
from idp.web import logs

_read: list[Settings] = []
"""The settings that the parent has read; none where there is no fork."""


def build(settings: Settings) -> Services:
    """Build everything in the parent, and return the services; raises as `app.assemble`."""
    _read.append(settings)
    application()
    return services()


@functools.cache
def services() -> Services:
    """Return the services of workers and background process; raises as `app.assemble`."""
    return assemble(_read[-1] if _read else config.load())


@functools.cache
def application() -> Flask:
    """Return the WSGI application of workers."""
    return create_app(services())


def enter_process() -> None:
    """Set up logs, metrics and environment of this process, once `services` have read their settings."""
    settings = services().settings
    config.scrub_env()
    logs.configure(settings.log_level)
    if settings.ops_port:
        metrics.install()
