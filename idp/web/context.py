"""The services available to every view."""

from __future__ import annotations

from flask import Flask, current_app

from idp.services import Services

KEY = "countersign"


def install(app: Flask, services: Services) -> None:
    """Attach the services to the application."""
    app.extensions[KEY] = services


def services() -> Services:
    """Return the services of the current application."""
    # Through the proxy it would take five times as long, twenty times a request.
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - how Flask documents it
    found: Services = app.extensions[KEY]
    return found
