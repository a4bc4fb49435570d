"""The public keys of a client: registered with it (`jwks`), or fetched from its `jwks_uri` (RFC 7591 section 2).

Whatever a client signs is verified here: client assertions and request objects; and what a trusted issuer signs.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial
from typing import Any

from idp.kernel.client_addresses import network_of
from idp.messaging.fetched_documents import Unfetchable
from idp.persistence.clients import Client
from idp.protocol.jwt_claims import LEEWAY
from idp.security_profiles import profile_of
from idp.signing.algorithms import FOREIGN
from idp.signing.client_jwts import UnknownKey, verify_client_jws
from idp.signing.jws import InvalidToken, read_object
from idp.web.client_address import client_address
from idp.web.context import services


def _find_jwks(
    jwks: Mapping[str, Any] | None, address: str | None, *, now: int, again: bool = False
) -> Mapping[str, Any]:
    if address is None:
        return jwks or {}
    try:
        network = network_of(client_address())
        return services().client_keys.get(address, _read_jwks, now=now, network=network, again=again)
    except Unfetchable as problem:
        raise InvalidToken(f"jwks_uri: {problem}") from problem


def verify_client_jwt(
    client: Client,
    token: str,
    *,
    now: int,
    registered_alg: str | None,
    exp_required: bool = True,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Verify a JWT by the client's keys as `verify_client_jws` does; return header and claims.

    It is signed with `registered_alg`, or without one with any that the client's security profile allows.

    Raises:
        InvalidToken: the JWT is not valid.
    """
    allowed = profile_of(client).signing_algorithms or FOREIGN
    algs = [alg for alg in allowed if registered_alg in {None, alg}]
    address = client.metadata.jwks_uri
    return verify_by_keys(client.jwks, address, token, now=now, algs=algs, exp_required=exp_required)


def verify_by_keys(
    jwks: Mapping[str, Any] | None,
    jwks_uri: str | None,
    token: str,
    *,
    now: int,
    algs: Collection[str],
    exp_required: bool = True,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Verify a JWT by registered keys, as `verify_client_jws` does, or by those at an address.

    Raises:
        InvalidToken: it must not be believed.
    """
    verify = partial(verify_client_jws, token, now=now, algs=algs, leeway=LEEWAY, exp_required=exp_required)
    try:
        return verify(_find_jwks(jwks, jwks_uri, now=now))
    except UnknownKey:
        if jwks_uri is None:
            raise
        return verify(_find_jwks(jwks, jwks_uri, now=now, again=True))


def _read_jwks(body: bytes) -> dict[str, Any]:
    """Read a fetched JWK Set; raises `ValueError` when it is none."""
    try:
        found = read_object(body, "the document")
    except InvalidToken as problem:
        raise ValueError(problem.reason) from problem
    if "keys" not in found:
        raise ValueError("the document is not a JWK Set")
    return found
