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
"""No path of ours has such a part but for the handles of mailed links, which are found here wherever they are put."""


class HandleConverter(BaseConverter):
    """Handles and ids of our own making: URL-safe base64, as `Entropy.token` gives it out.

    Anything else is not found (PostgreSQL takes no NUL).
    """

    regex = "[A-Za-z0-9_-]{1,128}"


class ClientIdConverter(BaseConverter):
    """Ids of clients, which administrators choose."""

    regex = "[A-Za-z0-9._~-]{1,100}"


def install(app: Flask) -> None:
    """Add the converters, that of handles as the default one; call before rules are added."""
    app.url_map.converters |= {"default": HandleConverter, "client": ClientIdConverter}


def redact_secrets(path: str) -> str:
    """Remove secrets from a path, for logs."""
    return LONG.sub("...", MAILED_LINK.sub(r"\g<kept>...", path))
