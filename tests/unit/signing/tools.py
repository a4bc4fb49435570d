"""A clock to turn by hand, and a forger's workbench: tokens of any shape, signed by any key or none."""

import hashlib
import hmac
import json
from base64 import urlsafe_b64encode
from typing import Any

from jwcrypto.jwk import JWK

from idp.signing import algorithms

NOW = 1_800_000_000
CLAIMS = {"iss": "https://id.test", "sub": "ada", "iat": NOW, "exp": NOW + 300}


class HandClock:
    """Stands still until it is told otherwise."""

    def __init__(self, now: int = NOW) -> None:
        self.time = now

    def now(self) -> int:
        return self.time

    def advance(self, seconds: int) -> None:
        self.time += seconds


def b64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def as_json(value: object) -> bytes:
    return json.dumps(value).encode()


def signing_input(header: dict[str, Any] | bytes, payload: dict[str, Any] | bytes) -> str:
    parts = [part if isinstance(part, bytes) else as_json(part) for part in (header, payload)]
    return ".".join(b64(part) for part in parts)


def signed(key: JWK, alg: str, header: dict[str, Any] | bytes, payload: dict[str, Any] | bytes) -> str:
    """A token whose signature is right, whatever header and payload say."""
    data = signing_input(header, payload)
    return f"{data}.{b64(algorithms.sign(alg, key, data.encode()))}"


def with_wrong_signature(token: str) -> str:
    """The same token, with a signature that is another one whatever the right one was."""
    signed, _, signature = token.rpartition(".")
    return f"{signed}.{'A' * 20}{signature[20:]}"


def unsigned(header: dict[str, Any], payload: dict[str, Any], signature: bytes = b"") -> str:
    return f"{signing_input(header, payload)}.{b64(signature)}"


def hmac_signed(secret: bytes, header: dict[str, Any], payload: dict[str, Any]) -> str:
    data = signing_input(header, payload)
    return f"{data}.{b64(hmac.new(secret, data.encode(), hashlib.sha256).digest())}"
