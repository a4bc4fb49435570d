"""Random bytes for secrets. The only module that reads the operating system's generator."""

from __future__ import annotations

import base64
import secrets
from typing import Protocol


class Entropy(Protocol):
    """A source of unpredictable bytes."""

    def bytes(self, n: int) -> bytes:
        """Return `n` random bytes."""
        ...

    def token(self, n: int = 32) -> str:
        """Return `n` random bytes as unpadded base64url: 32 bytes are 43 characters, of which no dash is the first.

        Behind a command, an id that begins with a dash would be an option.
        """
        ...


class SystemEntropy:
    """The operating system's generator."""

    def bytes(self, n: int) -> bytes:
        """Return `n` random bytes."""
        return secrets.token_bytes(n)

    def token(self, n: int = 32) -> str:
        """Return `n` random bytes as unpadded base64url that does not begin with a dash."""
        while (made := urlsafe(self.bytes(n))).startswith("-"):
            pass
        return made


def urlsafe(raw: bytes) -> str:
    """Encode as unpadded base64url (RFC 4648 section 5), the format of every opaque handle."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")
