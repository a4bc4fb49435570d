"""Validation of token claims. Pure: signatures were verified before.

An ID token is for the app and says who signed in; an access token is for an API and says what is allowed; a logout
token is for the app and says whose session is over. Each check refuses the other kinds, so that none can be passed off
as another.
"""

from typing import Any

from authlib.oauth2.rfc9068.claims import JWTAccessTokenClaims
from authlib.oidc.core import CodeIDToken
from joserfc.errors import InvalidClaimError, MissingClaimError
from joserfc.jwt import JWTClaimsRegistry, Token

LEEWAY = 60
"""Seconds by which the provider's clock and ours may differ."""

LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
LONGEST_LOGOUT_TOKEN = 600
"""Seconds. Two minutes are recommended; one that lives for days could be replayed for days."""

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


def check_logout_token(jwt: Token, *, issuer: str, client_id: str, now: int) -> Claims:
    """OpenID Connect Back-Channel Logout 1.0 section 2.6. Raises joserfc.errors.JoseError.

    Whether its `jti` was seen before is left to the caller, who remembers. Authlib has nothing for logout tokens.
    """
    # The kind is named in the header, so that no other token can end a session (RFC 8725 section 3.11).
    if str(jwt.header.get("typ", "")).lower() not in ("logout+jwt", "application/logout+jwt"):
        raise InvalidClaimError("typ")
    claims = jwt.claims
    JWTClaimsRegistry(
        now=now,
        leeway=LEEWAY,
        iss={"essential": True, "value": issuer},
        iat={"essential": True},
        exp={"essential": True},
        jti={"essential": True},
        events={"essential": True},
    ).validate(claims)
    if claims.get("aud") not in (client_id, [client_id]):
        raise InvalidClaimError("aud")
    if abs(claims["exp"] - claims["iat"]) > LONGEST_LOGOUT_TOKEN:
        raise InvalidClaimError("exp")
    if not isinstance(claims["events"], dict) or not isinstance(claims["events"].get(LOGOUT_EVENT), dict):
        raise InvalidClaimError("events")
    if "nonce" in claims:  # only ID tokens have one
        raise InvalidClaimError("nonce")
    if not all(isinstance(claims[name], str) and claims[name] for name in ("jti", "sub", "sid") if name in claims):
        raise InvalidClaimError("sub")
    if "sub" not in claims and "sid" not in claims:
        raise MissingClaimError("sid")
    return dict(claims)


def check_same_person(expected: Claims, received: Claims) -> None:
    """Core section 5.3.2 for userinfo, section 12.2 for refreshed tokens: the answer must be about the same person."""
    if "sub" not in received:
        raise MissingClaimError("sub")
    if received["sub"] != expected["sub"]:
        raise InvalidClaimError("sub")
