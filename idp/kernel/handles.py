"""Opaque handles: what a browser or an app holds, and the digest we keep of it.

A handle carries 256 random bits, so one round of SHA-256 is enough: there is nothing to guess, and a stolen database
holds no usable handle. Human-made or short secrets do not belong here (see `factors.hashing`).
"""

from __future__ import annotations

import base64
import hashlib
import hmac

MAX_HANDLE_LENGTH = 512


def digest(handle: str) -> str:
    """The SHA-256 of a handle, as 64 hexadecimal characters: the only form of it that is ever stored."""
    return hashlib.sha256(handle.encode("utf-8", "surrogatepass")).hexdigest()


def s256(verifier: str) -> str:
    """The PKCE `S256` transformation of a code verifier (RFC 7636 section 4.2)."""
    hashed = hashlib.sha256(verifier.encode("ascii", "replace")).digest()
    return base64.urlsafe_b64encode(hashed).rstrip(b"=").decode("ascii")


def keyed_digest(key: str, message: str) -> str:
    """HMAC-SHA-256 of `message` under a handle, as hexadecimal: a value only the holder's browser and we can know."""
    return hmac.new(key.encode("utf-8", "surrogatepass"), message.encode(), hashlib.sha256).hexdigest()


def constant_time_equal(left: str, right: str) -> bool:
    """Compare two secrets in constant time."""
    return hmac.compare_digest(left.encode("utf-8", "surrogatepass"), right.encode("utf-8", "surrogatepass"))
