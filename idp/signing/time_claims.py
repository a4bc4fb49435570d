"""The time claims of a JWT (RFC 7519 sections 4.1.4 to 4.1.6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from idp.signing.jws import InvalidToken


def check_times(
    claims: Mapping[str, Any], *, now: int, leeway: int, allow_expired: bool = False, exp_required: bool = True
) -> None:
    """Refuse a token outside its time; clocks may differ by `leeway` seconds.

    `exp` must be there unless not required; from `exp + leeway` on the token is not valid. `nbf` and `iat`, when there,
    may be at most `leeway` ahead of `now`. `allow_expired` is for an `id_token_hint`, which names who somebody was
    (OpenID Connect RP-Initiated Logout 1.0 section 2). Raises `InvalidToken`.
    """
    expires = _numeric_date(claims, "exp")
    if expires is None and exp_required:
        raise InvalidToken("exp is missing")
    if expires is not None and not allow_expired and now >= expires + leeway:
        raise InvalidToken("expired")
    for name in ("nbf", "iat"):
        instant = _numeric_date(claims, name)
        if instant is not None and now < instant - leeway:
            raise InvalidToken(f"{name} is in the future")


def _numeric_date(claims: Mapping[str, Any], name: str) -> int | float | None:
    if name not in claims:
        return None
    value = claims[name]
    # `true` is an int to Python, and would be the second after the epoch
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidToken(f"{name} is not a NumericDate")
    return value
