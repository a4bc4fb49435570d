"""The public keys of a registration, by value or by address (RFC 7591 section 2). Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from idp.kernel.text import Text
from idp.signing.client_jwts import usable_algorithms
from idp.signing.jwe import ALGS, may_encrypt

PRIVATE_MEMBERS = ("d", "k", "p", "q")


def problems(jwks: dict[str, Any] | None, jwks_uri: str | None, *, needed: bool) -> Iterator[tuple[str, Text]]:
    """Yield the field and the fault of each; `needed`: the client proves itself by its keys."""
    if jwks is not None and jwks_uri is not None:
        yield "jwks_uri", Text("Give the keys themselves or their address, not both.")
    if needed and not jwks and jwks_uri is None:
        yield "jwks", Text("private_key_jwt needs the client's public keys (a JWK Set).")
    if jwks is not None and (fault := _jwks_fault(jwks, signs=needed)):
        yield "jwks", fault


def _jwks_fault(jwks: dict[str, Any], *, signs: bool) -> Text | None:
    keys = jwks.get("keys")
    if not isinstance(keys, list) or not all(isinstance(key, dict) for key in keys):
        return Text('The keys must be a JWK Set: {"keys": [...]} (RFC 7517 section 5).')
    if any(member in key for key in keys for member in PRIVATE_MEMBERS):
        return Text("The JWK Set holds a private or secret key. Give public keys only, and replace the one shown here.")
    if not any(usable_algorithms(key) or (not signs and may_encrypt(key, alg)) for key in keys for alg in ALGS):
        return Text(
            "No key in the JWK Set can be used: RS256 or PS256 (2048 to 8192 bits), ES256 (P-256) or EdDSA (Ed25519)."
        )
    return None
