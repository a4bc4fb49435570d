"""JWTs for one client: which key signs them, and their encryption (OIDC Core section 10, RFC 7519 section 11.2).

Only what a client is registered for decides; nothing in a request can change it. A client that is registered for
encryption never gets the same in clear: without a usable key of it, the request fails.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from authlib.oauth2 import OAuth2Error

from idp.persistence.clients import Client
from idp.security_profiles import profile_of
from idp.signing import jwe
from idp.signing.algorithms import OWN

Kind = Literal["id_token", "userinfo", "authorization"]


class NoEncryptionKey(OAuth2Error):
    """The client is registered for encrypted responses, and none of its keys fits."""

    error = "invalid_request"
    description = "this client has registered no key that the response could be encrypted to"


def signing_alg(client: Client, registered: str | None) -> str:
    """Return the algorithm that signs for a client: the registered one, RS256 without one, as its profile allows."""
    allowed = profile_of(client).signing_algorithms or OWN
    alg = registered or OWN[0]
    return alg if alg in allowed else allowed[0]


def encryption_key(client: Client, alg: str) -> Mapping[str, Any] | None:
    """Return the client's public key for `alg` (RFC 7518 section 4.1), as a JWK; None when it has none."""
    listed = (client.jwks or {}).get("keys", [])
    return next((key for key in listed if jwe.may_encrypt(key, alg)), None)


def require_key(client: Client, kind: Kind) -> None:
    """Raise `NoEncryptionKey` for a client that is registered for encryption of this kind and has no key."""
    alg = getattr(client.metadata, f"{kind}_encrypted_response_alg")
    if alg is not None and encryption_key(client, alg) is None:
        raise NoEncryptionKey


def encrypt_for(client: Client, kind: Kind, content: str, *, nested: bool = True) -> str:
    """Encrypt a response of this kind if the client is registered for it; `nested`: `content` is a signed JWT.

    Raises:
        NoEncryptionKey: it is, and has no key.
    """
    alg = getattr(client.metadata, f"{kind}_encrypted_response_alg")
    if alg is None:
        return content
    key = encryption_key(client, alg)
    if key is None:
        raise NoEncryptionKey
    enc = getattr(client.metadata, f"{kind}_encrypted_response_enc") or jwe.DEFAULT_ENC
    return jwe.encrypt(content.encode(), key, alg=alg, enc=enc, cty="JWT" if nested else None)
