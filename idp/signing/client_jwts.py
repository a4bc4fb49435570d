"""JWTs that clients sign: assertions (RFC 7523, OpenID Connect Core section 9) and request objects (RFC 9101)."""

from __future__ import annotations

import hmac
from collections.abc import Collection, Mapping
from typing import Any

from jwcrypto.jwk import JWK

from idp.signing import algorithms
from idp.signing.jws import CompactJws, InvalidToken, read_object
from idp.signing.time_claims import check_times

HS256 = "HS256"
_KEY_IN_HEADER = frozenset({"jwk", "jku", "x5u", "x5c"})
_MEANING_IN_HEADER = frozenset({"crit", "b64"})


class UnknownKey(InvalidToken):
    """The token names a `kid` that the client's JWKS does not hold: worth fetching its `jwks_uri` again, once."""


def unverified_claims(token: str) -> dict[str, Any]:
    """Return the unverified claims of a JWT: only to find out whose keys verify it.

    Raises `InvalidToken`.
    """
    return read_object(CompactJws.parse(token).payload, "payload")


def verify_client_jws(
    token: str,
    jwks: Mapping[str, Any],
    *,
    now: int,
    algs: Collection[str] = algorithms.FOREIGN,
    leeway: int = 30,
    exp_required: bool = True,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Verify a JWT by the client's registered keys at `now`; return header and claims.

    The key is the one the `kid` names or, without `kid`, the only one that fits the algorithm. `algs` can only
    narrow `algorithms.FOREIGN`: `none` and HMAC are never accepted. Issuer, subject, audience, longest life and single
    use of the `jti` are the caller's to check. Raises `InvalidToken`, and `UnknownKey` when
    a newer JWKS might help.
    """
    jws = CompactJws.parse(token)
    _check_header(jws.header)
    alg = jws.header.get("alg")
    if not isinstance(alg, str) or alg not in algs or alg not in algorithms.FOREIGN:
        raise InvalidToken("algorithm not allowed here")
    key = public_key(_choose_key(jwks, alg, jws.header.get("kid")))
    algorithms.verify(alg, key, jws.signing_input, jws.signature)
    claims = read_object(jws.payload, "payload")
    check_times(claims, now=now, leeway=leeway, exp_required=exp_required)
    return jws.header, claims


def verify_secret_jws(
    token: str, secrets: Collection[bytes], *, now: int, leeway: int = 30
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Verify a JWT by one of a client's secrets at `now`; return header and claims.

    HS256 alone: `verify_client_jws` never accepts it, so no public key can pass for a secret. Raises `InvalidToken`.
    """
    jws = CompactJws.parse(token)
    _check_header(jws.header)
    if jws.header.get("alg") != HS256:
        raise InvalidToken("algorithm not allowed here")
    made = [hmac.digest(secret, jws.signing_input, "sha256") for secret in secrets]
    if not any(hmac.compare_digest(each, jws.signature) for each in made):
        raise InvalidToken("wrong signature")
    claims = read_object(jws.payload, "payload")
    check_times(claims, now=now, leeway=leeway)
    return jws.header, claims


def usable_algorithms(jwk: Mapping[str, Any]) -> list[str]:
    """Return the algorithms a client could sign with under this public key; empty for a key that is of no use here."""
    fitting = [alg for alg in algorithms.FOREIGN if _may_verify(jwk, alg)]
    try:
        return fitting if fitting and public_key(jwk) else []
    except InvalidToken:
        return []


def _check_header(header: Mapping[str, Any]) -> None:
    if not header.keys().isdisjoint(_KEY_IN_HEADER):  # the forger would bring the key along (RFC 8725 section 3.10)
        raise InvalidToken("the header brings a key")
    if not header.keys().isdisjoint(_MEANING_IN_HEADER):  # we understand no extension (RFC 7515 section 4.1.11)
        raise InvalidToken("the header names extensions")


def _choose_key(jwks: Mapping[str, Any], alg: str, kid: object) -> dict[str, Any]:
    """Return the JWK to verify with. Keys of unknown types are passed over, as RFC 7517 section 5 asks."""
    listed = jwks.get("keys")
    candidates = [
        jwk for jwk in (listed if isinstance(listed, list) else []) if isinstance(jwk, dict) and _may_verify(jwk, alg)
    ]
    if kid is not None:
        candidates = [jwk for jwk in candidates if jwk.get("kid") == kid]
        if not candidates:
            raise UnknownKey("the client has no such key for this algorithm")
    if len(candidates) != 1:
        raise InvalidToken(f"{len(candidates)} keys would fit; the header must name one by kid")
    return candidates[0]


def _may_verify(jwk: Mapping[str, Any], alg: str) -> bool:
    operations = jwk.get("key_ops", ["verify"])
    return (
        algorithms.fits(alg, jwk)
        and jwk.get("use", "sig") == "sig"
        and jwk.get("alg", alg) == alg
        and isinstance(operations, list)
        and "verify" in operations
    )


def public_key(jwk: Mapping[str, Any]) -> JWK:
    """Return the public key of a JWK that `algorithms.fits`; raises `InvalidToken` when it is not usable."""
    try:
        key = JWK(**algorithms.public_members(jwk))
        public = key.get_op_key("verify", jwk.get("crv"))
    except Exception as err:  # whatever is wrong with a registered key, the answer is no
        raise InvalidToken("the client's key is not usable") from err
    if not algorithms.is_usable(public):
        raise InvalidToken("RSA keys have 2048 to 8192 bits, and an exponent of at most 64")
    return key
