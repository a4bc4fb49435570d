"""Signed tokens (JWS) of any shape, with any key or none, as a forger makes them."""

import hashlib
import hmac
import json
from base64 import urlsafe_b64encode
from typing import Any

from jwcrypto.jwk import JWK

from idp.signing import algorithms

NOW = 1_800_000_000
CLAIMS = {"iss": "https://id.test", "sub": "ada", "iat": NOW, "exp": NOW + 300}


def b64(raw: bytes) -> str:
    """Encodes bytes for a part of a token: base64url, without padding."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def as_json(value: object) -> bytes:
    """Encodes a value as JSON."""
    return json.dumps(value).encode()


def signing_input(header: dict[str, Any] | bytes, payload: dict[str, Any] | bytes) -> str:
    """Returns what is signed (RFC 7515 section 5.1); bytes stand for JSON that is not an object."""
    parts = [part if isinstance(part, bytes) else as_json(part) for part in (header, payload)]
    return ".".join(b64(part) for part in parts)


def signed(key: JWK, alg: str, header: dict[str, Any] | bytes, payload: dict[str, Any] | bytes) -> str:
    """Returns a token whose signature is right, whatever header and payload say."""
    data = signing_input(header, payload)
    return f"{data}.{b64(algorithms.sign(alg, key, data.encode()))}"


def with_wrong_signature(token: str) -> str:
    """Returns the same token, with a signature that is another one whatever the right one was."""
    signed, _, signature = token.rpartition(".")
    return f"{signed}.{'A' * 20}{signature[20:]}"


def unsigned(header: dict[str, Any], payload: dict[str, Any], signature: bytes = b"") -> str:
    """Returns a token with any signature, or none."""
    return f"{signing_input(header, payload)}.{b64(signature)}"


def hmac_signed(secret: bytes, header: dict[str, Any], payload: dict[str, Any]) -> str:
    """Returns a token signed with a secret (HS256), whatever `alg` says."""
    data = signing_input(header, payload)
    return f"{data}.{b64(hmac.new(secret, data.encode(), hashlib.sha256).digest())}"
