"""Environment variables of child processes and libraries."""

from __future__ import annotations

import os

from idp.config.loading import PREFIX


def export_env(name: str, value: str) -> None:
    """Set a variable for child processes and libraries that have no other configuration."""
    os.environ[name] = value


def scrub_env() -> None:
    """Remove our settings, and variables that look like request headers, from the environment.

    A WSGI server copies the environment into every request's: passwords must not be there, nor HTTP_PROXY
    (CVE-2016-5385).
    """
    for name in [name for name in os.environ if name.startswith((PREFIX, "HTTP_"))]:
        del os.environ[name]


def child_env(**changes: str) -> dict[str, str]:
    """Return this environment without our settings, and with `changes`."""
    return {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)} | changes
