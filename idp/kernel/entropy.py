"""Randomness for secrets. The only module that asks the operating system for it."""

from __future__ import annotations

import base64
import secrets
from typing import Protocol


class Entropy(Protocol):
    """A source of unpredictable bytes."""

    def bytes(self, n: int) -> bytes:
        """`n` random bytes."""
        ...

    def token(self, n: int = 32) -> str:
        """`n` random bytes as unpadded URL-safe base64: 32 bytes become 43 characters of 256 bits."""
        ...


class SystemEntropy:
    """The operating system's generator."""

    def bytes(self, n: int) -> bytes:
        """`n` random bytes."""
        return secrets.token_bytes(n)

    def token(self, n: int = 32) -> str:
        """`n` random bytes as unpadded URL-safe base64."""
        return urlsafe(self.bytes(n))


def urlsafe(raw: bytes) -> str:
    """Unpadded URL-safe base64 (RFC 4648 section 5), the form of every opaque handle we give out."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")
