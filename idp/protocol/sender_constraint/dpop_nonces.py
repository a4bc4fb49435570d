"""Nonces for DPoP proofs (RFC 9449 section 8): derived from the time, so that no node has to store them."""

from __future__ import annotations

import hmac

from flask import Response, request

from idp.kernel.entropy import urlsafe
from idp.kernel.handles import constant_time_equal
from idp.web.context import services

HEADER = "DPoP-Nonce"


def required() -> bool:
    """Whether a proof needs a nonce of ours."""
    return services().settings.dpop_nonce_lifetime > 0


def current_nonce(now: int, *, ago: int = 0) -> str:
    """Return the nonce of a moment (seconds, UTC), or the one that many nonces `ago`."""
    period = now // services().settings.dpop_nonce_lifetime - ago
    key = services().sealer.pepper("DPoP nonce")
    return urlsafe(hmac.digest(key, str(period).encode(), "sha256"))


def is_current(nonce: str, now: int) -> bool:
    """Whether it is the nonce of this moment, or the one before."""
    return any(constant_time_equal(nonce, current_nonce(now, ago=ago)) for ago in (0, 1))


def add_nonce(response: Response) -> Response:
    """Add the nonce for the next proof to the response to a request with one."""
    if "DPoP" in request.headers and required():
        response.headers[HEADER] = current_nonce(services().clock.now())
    return response
