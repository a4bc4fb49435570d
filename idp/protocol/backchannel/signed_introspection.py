"""Signed introspection responses (RFC 9701): what an API can show to others as evidence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, request

from idp.persistence.clients import Client
from idp.protocol.client_responses import signing_alg
from idp.signing.algorithms import OWN
from idp.web.context import services
from idp.web.pages import JSON

MEDIA_TYPE = "application/token-introspection+jwt"
TYPE = "token-introspection+jwt"
DEFAULT_ALG = OWN[0]
"""RFC 9701 section 6."""


def is_requested() -> bool:
    """Whether the request being served asks for a signed answer (section 4)."""
    return MEDIA_TYPE in request.accept_mimetypes.values()


def sign(described: Mapping[str, Any], *, audience: str, client: Client | None, now: int) -> str:
    """Return the answer as a JWT for the caller, who is `audience` (section 5).

    Signed with the `introspection_signed_response_alg` of a client; without one, and for an API, with RS256.
    """
    alg = signing_alg(client, client.metadata.introspection_signed_response_alg) if client else DEFAULT_ALG
    claims = {
        "iss": services().settings.issuer,
        "aud": audience,
        "iat": now,
        "token_introspection": dict(described),
    }
    return services().keyring.sign(claims, alg=alg, typ=TYPE)


def respond(token: str) -> Response:
    """Return the signed answer."""
    return Response(token, headers=dict(JSON) | {"Content-Type": MEDIA_TYPE})
