"""Encryption to a client's public key: JWE compact serialization (RFC 7516 section 7.1). We never decrypt."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from jwcrypto.jwe import JWE
from jwcrypto.jwk import JWK

from idp.signing.algorithms import is_usable, public_members

_KEY_TYPES = {"RSA-OAEP-256": "RSA", "ECDH-ES": "EC", "ECDH-ES+A256KW": "EC"}
_CURVES = ("P-256", "P-384", "P-521")
ALGS = tuple(_KEY_TYPES)
"""Key management: no RSA1_5, whose padding has oracles (RFC 8725 section 3.2)."""
ENCS = ("A128CBC-HS256", "A256GCM")
DEFAULT_ENC = ENCS[0]
"""What OpenID Connect Registration 1.0 section 2 takes when a client names none."""


def may_encrypt(jwk: object, alg: str) -> bool:
    """Whether a JWK is a public key that `alg` encrypts to; keys registered for signatures are not."""
    if not isinstance(jwk, dict) or jwk.get("kty") != _KEY_TYPES.get(alg):
        return False
    if jwk.get("use", "enc") != "enc" or jwk.get("alg", alg) != alg or jwk.get("crv") not in (None, *_CURVES):
        return False
    try:
        public = JWK(**public_members(jwk)).get_op_key("wrapKey")
    except Exception:  # noqa: BLE001 - whatever is wrong with a registered key, the answer is no
        return False
    return is_usable(public)


def encrypt(content: bytes, jwk: Mapping[str, Any], *, alg: str, enc: str, cty: str | None) -> str:
    """Return `content` encrypted to a public key that fits `alg`; `cty` is "JWT" when it is a JWT itself."""
    kid, about = jwk.get("kid"), {"cty": cty} if cty else {}
    header = {"alg": alg, "enc": enc, **about, **({"kid": kid} if isinstance(kid, str) else {})}
    token = JWE(content, protected=json.dumps(header, separators=(",", ":")), algs=[alg, enc])
    token.add_recipient(JWK(**public_members(jwk)))
    compact: str = token.serialize(compact=True)
    return compact
