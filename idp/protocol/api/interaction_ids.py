"""`x-fapi-interaction-id`: one name for a request in the logs of both sides (FAPI 1.0 Part 1 section 6.2.1 (11))."""

from __future__ import annotations

import logging
import re
import uuid

from flask import Response, request

from idp.persistence.clients import Client
from idp.security_profiles import profile_of
from idp.web.context import services

log = logging.getLogger(__name__)

HEADER = "x-fapi-interaction-id"
UUID = re.compile("-".join(f"[0-9a-fA-F]{{{length}}}" for length in (8, 4, 4, 4, 12)))
"""RFC 9562 section 4."""


def name_interaction(response: Response, client: Client) -> Response:
    """Answer with the client's UUID, or a new one where its profile wants one; and log it."""
    name = _sent() or (_new() if profile_of(client).names_interactions else None)
    if name:
        response.headers[HEADER] = name
        log.info("interaction %s", name)
    return response


def _new() -> str:
    return str(uuid.UUID(bytes=services().entropy.bytes(16), version=4))


def _sent() -> str | None:
    given = request.headers.get(HEADER, "")
    return given if UUID.fullmatch(given) else None
