"""What other processes and libraries find in the environment."""

from __future__ import annotations

import os

from idp.config.loading import PREFIX


def export_env(name: str, value: str) -> None:
    """Set a variable for child processes; for libraries that have no other setting."""
    os.environ[name] = value


def scrub_env() -> None:
    """Forget our settings in this process's environment, and whatever could pass for a request header.

    A WSGI server copies the environment into every request's; passwords of databases and mail servers have no business
    there, nor has HTTP_PROXY (CVE-2016-5385).
    """
    for name in [name for name in os.environ if name.startswith((PREFIX, "HTTP_"))]:
        del os.environ[name]


def child_env(**changes: str) -> dict[str, str]:
    """This process's environment without any setting of ours, and with `changes`: what a child process is given."""
    return {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)} | changes
