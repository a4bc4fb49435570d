"""Base64url without padding (RFC 7515 section 2), read strictly. To write it, use `kernel.entropy.urlsafe`."""

from __future__ import annotations

from base64 import urlsafe_b64decode

from idp.kernel.entropy import urlsafe


def decode(text: str) -> bytes:
    """Return the bytes that `text` stands for.

    Only the one canonical spelling is accepted. The standard decoder skips characters it does not know and ignores
    the unused bits of the last one, so that one signature could be written in many ways and an edited token pass.
    Raises `ValueError` for anything else.
    """
    raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if urlsafe(raw) != text:
        raise ValueError("not canonical base64url")
    return raw
