"""Path parameters, and redaction of secrets in paths."""

from __future__ import annotations

import re

from flask import Flask
from werkzeug.routing import BaseConverter

from idp.web import mailed_link_paths

NAMES = "|".join(path.strip("/") for path in mailed_link_paths.ALL)
MAILED_LINK = re.compile(rf"(?i)(?P<kept>(?:^|/)(?:{NAMES})/).{{16,}}", re.DOTALL)
"""The secret part of a mailed link, also when something is added before or after it, or breaks it."""
LONG = re.compile(r"[^/]{32,}")
"""The handles of mailed links, wherever they are put. Beside these only some imported ids of people are as long."""


class HandleConverter(BaseConverter):
    """Handles and ids of our own making: URL-safe base64, as `Entropy.token` gives it out.

    Anything else is not found (PostgreSQL takes no NUL).
    """

    regex = "[A-Za-z0-9_-]{1,128}"


class ClientIdConverter(BaseConverter):
    """Ids of clients, which administrators choose."""

    regex = "[A-Za-z0-9._~-]{1,100}"


class PersonIdConverter(BaseConverter):
    """Ids of people: ours, or what an import took over as `sub`."""

    regex = "[A-Za-z0-9._|-]{1,64}"


def install(app: Flask) -> None:
    """Add the converters, that of handles as the default one; call before rules are added."""
    app.url_map.converters |= {"default": HandleConverter, "client": ClientIdConverter, "person": PersonIdConverter}


def redact_secrets(path: str) -> str:
    """Remove secrets from a path, for logs."""
    return LONG.sub("...", MAILED_LINK.sub(r"\g<kept>...", path))
