"""An ID token of ours that is sent back as a hint: who somebody was, to one client, in one session."""

from __future__ import annotations

from dataclasses import dataclass

from idp.protocol.tokens import ID_TOKEN_TYPE
from idp.signing.jws import InvalidToken
from idp.web.context import services

LEEWAY = 60
"""Seconds by which the clocks of nodes may differ."""


@dataclass(frozen=True)
class Hint:
    """The claims of a genuine ID token of ours, however old it is."""

    subject: str
    client_id: str
    sid: str | None


def read_hint(token: str, *, now: int) -> Hint:
    """Verify an `id_token_hint` (OIDC Core section 3.1.2.1, RP-Initiated Logout 1.0 section 2); `now` in seconds, UTC.

    Raises:
        InvalidToken: when we did not sign it, or as something else than an ID token.
    """
    claims = services().keyring.verify(token, typ=ID_TOKEN_TYPE, now=now, leeway=LEEWAY, allow_expired=True)
    subject, audience, sid = claims.get("sub"), claims.get("aud"), claims.get("sid")
    if claims.get("iss") != services().settings.issuer or not isinstance(subject, str) or not isinstance(audience, str):
        raise InvalidToken("not an ID token of this issuer for one client")
    return Hint(subject, audience, sid if isinstance(sid, str) else None)
