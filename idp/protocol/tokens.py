"""Tokens that we sign for clients: access tokens (RFC 9068) and ID tokens (OpenID Connect Core section 2).

Access tokens are signed with ES256: it costs a tenth of RS256, which is most of a token request, and every JOSE library
in use verifies it (RFC 7518 section 3.1 marks it Recommended+; RFC 9068 section 2.1 wants RS256 supported, not used).
APIs read them, with current JOSE libraries. Clients may read ID tokens with old ones, so those keep RS256, unless the
client is registered for another algorithm (`id_token_signed_response_alg`).
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Collection, Mapping
from typing import Any

from idp.persistence.apis import Api
from idp.persistence.clients import Client
from idp.persistence.grants import Grant
from idp.protocol.client_responses import signing_alg
from idp.protocol.subjects import subject_of
from idp.security_profiles import profile_of
from idp.signing.jws import InvalidToken
from idp.web.context import services

ACCESS_TOKEN_ALG = "ES256"  # noqa: S105 - an algorithm
ACCESS_TOKEN_TYPE = "at+jwt"  # noqa: S105 - a media type
ID_TOKEN_TYPE = "JWT"  # noqa: S105 - a media type


def access_token_lifetime(client: Client, api: Api | None = None) -> int:
    """Return the seconds that an access token of this client is good for; for an API the shorter of the two lives."""
    of_client = client.access_token_lifetime or services().settings.access_token_lifetime
    return min(of_client, (api and api.access_token_lifetime) or of_client)


def refresh_token_lifetime(client: Client) -> int:
    """Return the seconds that a refresh token of this client is good for."""
    return client.refresh_token_lifetime or services().settings.refresh_token_lifetime


def access_token(
    client: Client,
    scopes: Collection[str],
    *,
    now: int,
    grant: Grant | None,
    api: Api | None = None,
    more: Mapping[str, Any] | None = None,
    confirmation: Mapping[str, str] | None = None,
    expires_at: int | None = None,
) -> str:
    """Return a new access token: of a person's grant, or of the client alone; `more` are claims added for the client.

    It is meant for `api` (RFC 8707 section 2); None: for our own endpoints. `confirmation` is the key that it is bound
    to (RFC 7800 section 3.1). `expires_at` (seconds, UTC): instead of the life that tokens of this client have.

    `acr` and `auth_time` (RFC 9470 section 5) are the grant's own: the sign-in it came from, however often refreshed.
    """
    settings, random = services().settings, services().entropy.token(16)
    claims: dict[str, Any] = {
        **(more or {}),
        "iss": settings.issuer,
        "aud": api.identifier if api else settings.issuer,
        "sub": subject_of(client, grant.user_id) if grant else client.client_id,
        "client_id": client.client_id,
        "iat": now,
        "exp": expires_at or now + access_token_lifetime(client, api),
        "jti": f"{grant.id}.{random}" if grant else random,
    }
    if scopes:
        claims["scope"] = " ".join(scopes)
    if confirmation:
        claims["cnf"] = dict(confirmation)
    if grant:
        claims |= {"acr": grant.acr} | ({"auth_time": grant.auth_time} if grant.signed_in else {})
    return services().keyring.sign(claims, alg=ACCESS_TOKEN_ALG, typ=ACCESS_TOKEN_TYPE)


def read_access_token(
    token: str, *, now: int, allow_expired: bool = False, any_audience: bool = False
) -> dict[str, Any]:
    """Return the claims of an access token for our own endpoints; it may have been revoked.

    `any_audience`: also of one for an API, which we describe and revoke but never accept.

    Raises:
        InvalidToken: also for every other kind of token that we sign.
    """
    issuer = services().settings.issuer
    claims = services().keyring.verify(
        token, typ=ACCESS_TOKEN_TYPE, now=now, allow_expired=allow_expired, algs=(ACCESS_TOKEN_ALG,)
    )
    if claims.get("iss") != issuer or (claims.get("aud") != issuer and not any_audience):
        raise InvalidToken("another issuer or audience")
    return claims


def grant_id_from(claims: Mapping[str, Any]) -> str | None:
    """Return the grant behind an access token; None when it is the client's own."""
    grant_id, dot, _random = str(claims["jti"]).rpartition(".")
    return grant_id if dot else None


def id_token(
    client: Client,
    grant: Grant,
    *,
    now: int,
    hashed: Mapping[str, str],
    nonce: str | None = None,
    more: Mapping[str, Any] | None = None,
) -> str:
    """Return a new ID token about the sign-in that `grant` stands for; `more` are the claims about the person.

    `hashed` is what comes beside it, by claim: `at_hash` an access token, `c_hash` a code (Core section 3.3.2.11),
    `s_hash` the state (FAPI 1.0 Part 2 section 5.1). `nonce` is given only with the answer to the authorization request
    itself (Core section 12.2).
    """
    settings, alg = services().settings, signing_alg(client, client.id_token_signed_response_alg)
    claims: dict[str, Any] = {
        **(more or {}),
        "iss": settings.issuer,
        "aud": client.client_id,
        "azp": client.client_id,
        "sub": subject_of(client, grant.user_id),
        "iat": now,
        "exp": now + (client.id_token_lifetime or settings.id_token_lifetime),
        "auth_time": grant.auth_time,
        "acr": grant.acr,
        "amr": grant.amr,
        "jti": services().entropy.token(16),
        **_session_id(client, grant),
        **{claim: half_hash(value, alg) for claim, value in hashed.items()},
    }
    if nonce is not None:
        claims["nonce"] = nonce
    return services().keyring.sign(claims, alg=alg, typ=ID_TOKEN_TYPE)


def _session_id(client: Client, grant: Grant) -> dict[str, str]:
    """Return `sid`, for a client that can do something with it: ask for a sign-out, or be told of one."""
    logout = (client.post_logout_redirect_uris, client.backchannel_logout_uri, client.metadata.frontchannel_logout_uri)
    return {"sid": grant.sid} if any(logout) or profile_of(client).session_always_named else {}


def half_hash(value: str, alg: str) -> str:
    """Return `at_hash` and its like (Core section 3.1.3.6): left half of the hash that belongs to `alg`, base64url.

    Ed25519 hashes with SHA-512 inside (RFC 8032 section 5.1), the others here with SHA-256.
    """
    hashed = (hashlib.sha512 if alg == "EdDSA" else hashlib.sha256)(value.encode()).digest()
    return base64.urlsafe_b64encode(hashed[: len(hashed) // 2]).rstrip(b"=").decode("ascii")
