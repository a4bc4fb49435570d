"""Opaque handles and the digests stored for them.

A handle has 256 random bits, so one round of SHA-256 is enough: it cannot be guessed, and a stolen database holds no
usable handle. Short or chosen secrets need `factors.hashing` instead.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

MAX_HANDLE_LENGTH = 512


def digest(handle: str) -> str:
    """Return the SHA-256 of a handle in hexadecimal: the only form that is stored."""
    return hashlib.sha256(handle.encode("utf-8", "surrogatepass")).hexdigest()


def s256(verifier: str) -> str:
    """Return the PKCE `S256` challenge of a code verifier (RFC 7636 section 4.2)."""
    hashed = hashlib.sha256(verifier.encode("ascii", "replace")).digest()
    return base64.urlsafe_b64encode(hashed).rstrip(b"=").decode("ascii")


def keyed_digest(key: str, message: str) -> str:
    """Return the HMAC-SHA-256 of `message` under a handle, in hexadecimal."""
    return hmac.new(key.encode("utf-8", "surrogatepass"), message.encode(), hashlib.sha256).hexdigest()


def constant_time_equal(left: str, right: str) -> bool:
    """Compare two secrets in constant time."""
    return hmac.compare_digest(left.encode("utf-8", "surrogatepass"), right.encode("utf-8", "surrogatepass"))
