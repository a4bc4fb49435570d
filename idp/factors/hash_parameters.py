"""The parameters of stored password hashes, as often as they occur.

After a change of settings old hashes keep their parameters until their owner signs in. A name that nobody has must
then cost what one of the stored hashes costs, or its time would show that it is nobody's.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence

from idp.kernel.clock import HOUR

SAMPLE = 500
"""People whose hashes are looked at."""
REFRESH = HOUR
"""Seconds between two looks."""


class HashParameters:
    """Draws parameters for a name: the same at every try, and for names together as often as they are in use."""

    def __init__(self, key: bytes) -> None:
        self._key, self._sample, self._refreshed_at = key, tuple[str, ...](), -REFRESH

    def is_outdated(self, now: int) -> bool:
        """Whether `refresh` is due (`now` in seconds, UTC)."""
        return now - self._refreshed_at >= REFRESH

    def refresh(self, encoded_hashes: Sequence[str], now: int) -> None:
        """Take over the parameters of these hashes, such as "$argon2id$v=19$m=47104,t=1,p=1"."""
        self._sample = tuple(encoded.rsplit("$", 2)[0] for encoded in encoded_hashes)
        self._refreshed_at = now

    def draw(self, name: str) -> str:
        """Return the parameters for a name that nobody has; empty: those of today.

        Keyed, so that a stranger cannot compute for which names they are old.
        """
        if not self._sample:
            return ""
        drawn = hmac.digest(self._key, name.encode("utf-8", "surrogatepass"), "sha256")
        return self._sample[int.from_bytes(drawn[:8]) % len(self._sample)]
