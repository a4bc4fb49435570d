"""What the public keys of a client must be (RFC 7517). Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from idp.kernel.text import Text
from idp.signing.client_jwts import usable_algorithms


def jwks_problems(jwks: dict[str, Any], *, used: bool) -> Iterator[Text]:
    """Yield what is wrong with a JWK Set; `used`: the client authenticates with private_key_jwt."""
    if not used:
        yield Text("Keys are for clients that authenticate with private_key_jwt; leave them out, or choose that.")
    keys = jwks.get("keys")
    if not isinstance(keys, list) or not all(isinstance(key, dict) for key in keys):
        yield Text('The keys must be a JWK Set: {"keys": [...]} (RFC 7517 section 5).')
    elif any(member in key for key in keys for member in ("d", "k", "p", "q")):
        yield Text("The JWK Set holds a private or secret key. Give public keys only, and replace the one shown here.")
    elif not any(usable_algorithms(key) for key in keys):
        yield Text(
            "No key in the JWK Set can be used: RS256 or PS256 (2048 to 8192 bits), ES256 (P-256) or EdDSA (Ed25519)."
        )
