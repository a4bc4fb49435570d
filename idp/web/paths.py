"""What may stand in a variable part of our addresses: handles and ids of our own making, and nothing else."""

from __future__ import annotations

from flask import Flask
from werkzeug.routing import BaseConverter


class Handle(BaseConverter):
    """URL-safe base64, as `Entropy.token` gives it out; anything else (PostgreSQL takes no NUL) is not found."""

    regex = "[A-Za-z0-9_-]{1,128}"


def install(app: Flask) -> None:
    """Make it what `<name>` means in every rule; call before rules are added."""
    app.url_map.converters["default"] = Handle
