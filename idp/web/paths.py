"""What may stand in a variable part of our addresses, and which of them may be written down."""

from __future__ import annotations

import re

from flask import Flask
from werkzeug.routing import BaseConverter

MAILED_LINK = re.compile(r"(?<=^/recover/).{16,}|(?<=^/(?:alert|email)/).{16,}|(?<=^/undo/).{16,}", re.DOTALL)
"""The secret part of a mailed link, also with something stuck to it that makes it none of ours."""


class HandleConverter(BaseConverter):
    """Handles and ids of our own making: URL-safe base64, as `Entropy.token` gives it out.

    Anything else is not found (PostgreSQL takes no NUL).
    """

    regex = "[A-Za-z0-9_-]{1,128}"


def install(app: Flask) -> None:
    """Make it what `<name>` means in every rule; call before rules are added."""
    app.url_map.converters["default"] = HandleConverter


def redact_secrets(path: str) -> str:
    """A path without what would open something for whoever reads the log."""
    return MAILED_LINK.sub("...", path)
