"""DPoP proofs (RFC 9449 section 4): JWTs that bring the public key that verifies them, and so prove its private key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from idp.signing import algorithms
from idp.signing.client_jwts import public_key
from idp.signing.jws import CompactJws, InvalidToken, read_object

ALGORITHMS = ("PS256", "ES256", "EdDSA")
"""Those of FAPI 2.0 Security Profile section 5.4.1: libraries that know DPoP know one of them."""
TYPE = "dpop+jwt"
_PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_UNREAD_HEADERS = frozenset({"jku", "x5u", "x5c", "crit", "b64"})


@dataclass(frozen=True, slots=True)
class SignedClaims:
    """What a proof says; `thumbprint` names the key that signed it (RFC 7638, base64url)."""

    thumbprint: str
    claims: dict[str, Any]


def verify_dpop_proof(proof: str) -> SignedClaims:
    """Verify type and signature of a proof; its claims are the caller's to check.

    Raises:
        InvalidToken: also when the header holds a private key, which is then no secret any more.
    """
    jws = CompactJws.parse(proof)
    typ, alg = jws.header.get("typ"), jws.header.get("alg")
    if not isinstance(typ, str) or typ.lower().removeprefix("application/") != TYPE:
        raise InvalidToken("another kind of token")
    if alg not in ALGORITHMS:
        raise InvalidToken("algorithm not allowed here")
    if not jws.header.keys().isdisjoint(_UNREAD_HEADERS):
        raise InvalidToken("the header names extensions, or keys elsewhere")
    key = public_key(_read_jwk(jws.header.get("jwk"), alg))
    algorithms.verify(alg, key, jws.signing_input, jws.signature)
    return SignedClaims(key.thumbprint(), read_object(jws.payload, "payload"))


def _read_jwk(jwk: object, alg: str) -> Mapping[str, Any]:
    if not isinstance(jwk, dict) or not algorithms.fits(alg, jwk):
        raise InvalidToken("jwk is missing, or is no key for the algorithm")
    if not jwk.keys().isdisjoint(_PRIVATE_MEMBERS):
        raise InvalidToken("jwk holds a private key")
    return jwk
