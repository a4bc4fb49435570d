"""What the JWTs of clients and of other issuers must have in common, whatever they are for.

Errors are `InvalidToken`; callers turn it into their own.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import Any

from idp.signing.jws import InvalidToken
from idp.web.forms import is_storable

LEEWAY = 30
"""Seconds by which clocks may differ."""
LONGEST_JTI = 255


def require_type(header: Mapping[str, Any], types: Collection[str]) -> None:
    """Require one of these `typ` values, or that there is none where `types` has "" (RFC 8725 section 3.11)."""
    if str(header.get("typ", "")).lower() not in types:
        raise InvalidToken("another kind of token")


def read_jti(claims: Mapping[str, Any]) -> str:
    """Return the id by which the JWT is recognised when it comes again."""
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 0 < len(jti) <= LONGEST_JTI or not is_storable(jti):
        raise InvalidToken("jti is missing or too long")
    return jti


def last_use(claims: Mapping[str, Any]) -> int:
    """Return until when the JWT counts, and its id must be remembered (seconds, UTC)."""
    until: int = math.ceil(claims["exp"]) + LEEWAY
    return until
