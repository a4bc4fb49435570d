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
    found: Services = current_app.extensions[KEY]
    return found
