"""Responses of the registration endpoint (RFC 7591 section 3.2, RFC 7592 section 3)."""

from __future__ import annotations

from typing import Any

from flask import Response

from idp.admin.client_metadata_json import InvalidMetadata, to_json
from idp.admin.client_registrations import Registered
from idp.web.context import services
from idp.web.errors import ask_to_wait
from idp.web.pages import json_response

PATH = "/register"


def registered(found: Registered, token: str, *, status: int = 200) -> Response:
    """Return everything that is registered; `token` is the registration access token. The secret is shown once."""
    body: dict[str, Any] = to_json(found.client) | {
        "registration_access_token": token,
        "registration_client_uri": f"{services().settings.issuer}{PATH}/{found.client.client_id}",
    }
    if found.secret:
        body |= {"client_secret": found.secret, "client_secret_expires_at": 0}
    return json_response(body, status)


def invalid(error: InvalidMetadata) -> Response:
    """Return what is wrong with the metadata (RFC 7591 section 3.2.2)."""
    return json_response({"error": error.code, "error_description": error.description}, 400)


def too_many() -> Response:
    """Return that the limits are reached."""
    description = "too many registrations or changes of one; try again later"
    return ask_to_wait(json_response({"error": "temporarily_unavailable", "error_description": description}, 429))


def removed() -> Response:
    """Return that the client is gone (RFC 7592 section 2.3)."""
    return Response(status=204, headers={"Cache-Control": "no-store"})
