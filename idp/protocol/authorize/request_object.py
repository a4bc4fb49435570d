"""Request objects: authorization requests as signed JWTs (RFC 9101, OpenID Connect Core section 6).

    request      the JWT itself
    request_uri  an address that the client registered for it

Which of the parameters beside the object count depends on the client: none of them with `strict_request_objects`
(RFC 9101 section 6.3), otherwise those that the object does not have (OpenID Connect Core section 6.1).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from authlib.oidc.core.errors import (
    InvalidRequestObjectError,
    InvalidRequestURIError,
    RequestNotSupportedError,
    RequestURINotSupportedError,
)

from idp.kernel.clock import HOUR
from idp.messaging.fetched_documents import Unfetchable
from idp.persistence.clients import Client
from idp.protocol import frontchannel_parameters as queries
from idp.protocol.authorize.request import LONGEST
from idp.protocol.client_keys import verify_client_jwt
from idp.protocol.frontchannel_parameters import Query
from idp.protocol.jwt_claims import LEEWAY, require_type
from idp.protocol.parameters import REPEATABLE
from idp.security_profiles import profile_of
from idp.signing.algorithms import FOREIGN
from idp.signing.client_jwts import unverified_claims
from idp.signing.jws import CompactJws, InvalidToken
from idp.web.context import services

TYPES = frozenset({"", "jwt", "oauth-authz-req+jwt"})
"""`typ` values that may mean a request object; another JWT of the client must not pass for one (RFC 8725 3.11)."""
LONGEST_LIFE = HOUR
"""Seconds from `nbf` to `exp`, and from `nbf` until now (FAPI 2.0 Message Signing section 5.3.1)."""
NONE = "none"
UNSIGNED = "request objects must be signed"
OWN_WORDS = ("redirect_uri", "response_mode", "response_type", "state")
"""Parameters that say where a refusal goes; an unproven object may name them as well as an unproven query may."""
METADATA: dict[str, Any] = {
    "request_parameter_supported": True,
    "request_uri_parameter_supported": True,
    "require_request_uri_registration": True,
    "require_signed_request_object": False,
    "request_object_signing_alg_values_supported": list(FOREIGN),
}


class RequestObjectRefused(InvalidRequestObjectError):
    """The object proves nothing; `reason` is for the log and the audit trail only."""

    def __init__(self, reason: str) -> None:
        super().__init__("the request object is not valid: check signature, aud, iss, exp, nbf, client_id and scope")
        self.reason = reason


def fetch_request_object(client: Client, address: str, *, now: int, network: str | None) -> str:
    """Return the object at an address, which somebody of `network` opened.

    A registered fragment names a version that never changes, so that is kept. Others are not: anybody could make up any
    number of them.

    Raises:
        InvalidRequestURIError: the client did not register it, or it cannot be fetched.
    """
    registered = client.metadata.request_uris
    plain, _, version = address.partition("#")
    if plain not in {uri.partition("#")[0] for uri in registered}:
        raise InvalidRequestURIError("request_uri is not one that the client registered")
    documents = services().documents
    try:
        if version and address in registered:
            return documents.get(address, _read, now=now, network=network)
        return _read(documents.fetch_for_network(plain, network, now=now))
    except (Unfetchable, ValueError):
        raise InvalidRequestURIError("request_uri could not be fetched") from None


def unproven_words(token: str) -> Query:
    """Return where a refusal of this object goes, as the object says; nothing of it is proven."""
    try:
        claims = unverified_claims(token)
    except InvalidToken:
        return Query({})
    members = {name: value for name in OWN_WORDS if isinstance(value := claims.get(name), str)}
    return Query(queries.from_members(members, LONGEST).values)


def read_request_object(client: Client, token: str, *, now: int, fetched: bool = False) -> Query:
    """Verify an object at `now` (seconds, UTC) and return its parameters.

    Raises:
        OAuth2Error: it is not signed, or not valid.
    """
    profile = profile_of(client)
    if not profile.strict_request_objects:
        _refuse_unsigned(token, fetched=fetched)
    try:
        header, claims = verify_client_jwt(
            client,
            token,
            now=now,
            registered_alg=client.metadata.request_object_signing_alg,
            exp_required=profile.strict_request_objects,
        )
        check_claims(client, header, claims)
        if profile.strict_request_objects:
            _require_claims(claims)
            check_lifetime(claims, now=now)
        return queries.from_members(parameters_from(claims, LONGEST), LONGEST)
    except InvalidToken as problem:
        raise RequestObjectRefused(problem.reason) from problem


def _read(body: bytes) -> str:
    return body.decode("ascii").strip()


def _refuse_unsigned(token: str, *, fetched: bool) -> None:
    """Refuse an unsigned object as a feature that is not there, as OpenID Connect Core section 3.1.2.6 names it."""
    try:
        alg = CompactJws.parse(token).header.get("alg")
    except InvalidToken as problem:
        raise RequestObjectRefused(problem.reason) from problem
    if alg == NONE:
        raise RequestURINotSupportedError(UNSIGNED) if fetched else RequestNotSupportedError(UNSIGNED)


def check_claims(client: Client, header: Mapping[str, Any], claims: Mapping[str, Any]) -> None:
    """Check what is there against what it must be (RFC 9101 sections 4 to 6, and 10.8 for `typ` and `sub`)."""
    require_type(header, TYPES)
    if claims.get("iss", client.client_id) != client.client_id:
        raise InvalidToken("iss is not the client")
    if claims.get("client_id", client.client_id) != client.client_id:
        raise InvalidToken("client_id is not the client")
    if claims.get("sub") == client.client_id:
        raise InvalidToken("sub is the client, as in a client assertion")
    audience = claims.get("aud", services().settings.issuer)
    if services().settings.issuer not in (audience if isinstance(audience, list) else [audience]):
        raise InvalidToken("meant for somebody else")
    if not claims.keys().isdisjoint({"request", "request_uri"}):
        raise InvalidToken("a request object in a request object")


def _require_claims(claims: Mapping[str, Any]) -> None:
    """Check what must be there (FAPI 2.0 Message Signing section 5.3.1)."""
    for name in ("aud", "client_id", "nbf", "scope"):  # `scope` beside the object does not count
        if name not in claims:
            raise InvalidToken(f"{name} is missing")


def check_lifetime(claims: Mapping[str, Any], *, now: int) -> None:
    """Check how long a verified object with `exp` and `nbf` lives, and how old it is; raises `InvalidToken`."""
    if claims["exp"] - claims["nbf"] > LONGEST_LIFE:
        raise InvalidToken("lives longer than an hour")
    if now - claims["nbf"] > LONGEST_LIFE + LEEWAY:
        raise InvalidToken("nbf is more than an hour ago")


def parameters_from(claims: Mapping[str, Any], names: Iterable[str]) -> dict[str, str]:
    """Return the claims that are parameters, in the form of a query (RFC 9101 section 4); raises `InvalidToken`."""
    return {name: _text(name, claims[name]) for name in names if claims.get(name) is not None}


def _text(name: str, value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, list) and name in REPEATABLE and all(isinstance(each, str) for each in value):
        return " ".join(value)
    if isinstance(value, dict | list) and name in queries.JSON:
        return json.dumps(value)
    raise InvalidToken(f"{name} is of the wrong type")
