"""argon2id for secrets that people choose or type (RFC 9106), with bounded concurrency.

Hash outside of transactions: SQLite has one writer, and a hash takes longer than a hundred writes.
"""

from __future__ import annotations

import threading
import unicodedata
from typing import Self

import argon2
from argon2.low_level import Type, hash_secret_raw

from idp.config import Settings

HASH_LENGTH = 32
SALT_LENGTH = 16


class Hasher:
    """Hashes and verifies. Safe to share among threads.

    `concurrency` bounds memory to `memory_kib * concurrency`, and leaves CPU to other threads when many people sign in.
    """

    def __init__(self, *, memory_kib: int, time_cost: int, concurrency: int) -> None:
        self._argon2 = argon2.PasswordHasher(time_cost=time_cost, memory_cost=memory_kib, parallelism=1)
        self._places = threading.BoundedSemaphore(concurrency)
        self._memory_kib, self._time_cost = memory_kib, time_cost
        self._nobody = self._argon2.hash("nobody has this password")

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """Create the configured hasher."""
        return cls(
            memory_kib=settings.hash_memory_kib,
            time_cost=settings.hash_time_cost,
            concurrency=settings.hash_concurrency,
        )

    def hash(self, secret: str) -> str:
        """Return the encoded argon2id hash of `secret` in NFC, including salt and parameters (RFC 8265 section 4.2)."""
        with self._places:
            return self._argon2.hash(unicodedata.normalize("NFC", secret))

    def verify(self, encoded: str | None, secret: str) -> bool:
        """Whether `secret` matches as it was typed, or in NFC; arguments as for `verify_exactly`.

        How many spellings are tried depends on what was typed, so it reveals nothing about the account.
        """
        spellings = dict.fromkeys((secret, unicodedata.normalize("NFC", secret)))
        return any(self.verify_exactly(encoded, spelling) for spelling in spellings)

    def verify_exactly(self, encoded: str | None, secret: str) -> bool:
        """Whether this spelling matches; None (no account, or no password) costs the same and never matches."""
        with self._places:
            try:
                self._argon2.verify(encoded or self._nobody, secret)
            except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
                return False
        return encoded is not None

    def needs_rehash(self, encoded: str) -> bool:
        """Whether the hash has other parameters than the current ones."""
        return self._argon2.check_needs_rehash(encoded)

    def digest(self, secret: str, salt: bytes) -> str:
        """Return a salted argon2id digest in hexadecimal, for secrets looked up by it (recovery codes)."""
        with self._places:
            raw = hash_secret_raw(
                secret.encode("utf-8", "surrogatepass"),
                salt,
                self._time_cost,
                self._memory_kib,
                1,
                HASH_LENGTH,
                Type.ID,
            )
        return raw.hex()
