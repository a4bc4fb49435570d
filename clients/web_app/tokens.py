"""Finds out whether a signed token is what it should be, and for us. Pure checks: the signature was verified before.

An ID token is for the app and says who signed in. An access token is for an API and says what may be done. Each check
refuses the other kind, so that one can never be passed off as the other.
"""

from typing import Any

from authlib.oauth2.rfc9068.claims import JWTAccessTokenClaims
from authlib.oidc.core import CodeIDToken
from joserfc.errors import InvalidClaimError, MissingClaimError
from joserfc.jwt import Token

LEEWAY = 60
"""Seconds by which the provider's clock and ours may differ."""

Claims = dict[str, Any]


def check_id_token(
    jwt: Token, *, issuer: str, client_id: str, nonce: str | None, access_token: str | None, now: int
) -> Claims:
    """OpenID Connect Core 1.0 section 3.1.3.7. Raises joserfc.errors.JoseError.

    `nonce` is None for a refreshed token only: those need not carry one (section 12.2).
    """
    claims = CodeIDToken(
        jwt.claims,
        jwt.header,
        {"iss": {"essential": True, "value": issuer}},
        {"client_id": client_id, "nonce": nonce, "access_token": access_token},
    )
    claims.validate(now=now, leeway=LEEWAY)
    # Authlib lets another app's token through when it names us in `azp`. Ours are for us and nobody else.
    if claims["aud"] not in (client_id, [client_id]):
        raise InvalidClaimError("aud")
    return dict(claims)


def check_access_token(jwt: Token, *, issuer: str, audience: str, client_id: str, now: int) -> Claims:
    """RFC 9068 section 4. Raises joserfc.errors.JoseError."""
    # Authlib accepts a token without `typ`. Requiring it keeps ID tokens and logout tokens out of the API.
    if str(jwt.header.get("typ", "")).lower() not in ("at+jwt", "application/at+jwt"):
        raise InvalidClaimError("typ")
    claims = JWTAccessTokenClaims(
        jwt.claims,
        jwt.header,
        {
            "iss": {"essential": True, "value": issuer},
            "aud": {"essential": True, "value": audience},
            "client_id": {"essential": True, "value": client_id},
            **{name: {"essential": True} for name in ("exp", "iat", "jti", "sub")},
        },
    )
    claims.validate(now=now, leeway=LEEWAY)
    return dict(claims)


def check_same_person(expected: Claims, received: Claims) -> None:
    """Core section 5.3.2 for userinfo, section 12.2 for refreshed tokens: the answer must be about the same person."""
    if "sub" not in received:
        raise MissingClaimError("sub")
    if received["sub"] != expected["sub"]:
        raise InvalidClaimError("sub")
