"""The id of one call of our APIs, for the logs of both sides (FAPI 1.0 Baseline section 6.2.1)."""

from __future__ import annotations

from uuid import UUID

from flask import Response, request

from idp.web.context import services

HEADER = "x-fapi-interaction-id"


def add_interaction_id(response: Response) -> Response:
    """Set the header to the client's id, when that is a UUID, else to one of ours."""
    try:
        sent = UUID(request.headers.get(HEADER, ""))
    except ValueError:
        sent = UUID(bytes=services().entropy.bytes(16), version=4)
    response.headers[HEADER] = str(sent)
    return response
