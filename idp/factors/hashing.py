"""argon2id for secrets that people choose or type (RFC 9106), with a bound on how many run at once.

Hashing happens outside every transaction: SQLite has one writer, and a hash takes longer than a hundred writes.
"""

from __future__ import annotations

import threading
from typing import Self

import argon2
from argon2.low_level import Type, hash_secret_raw

from idp.config import Settings

HASH_LENGTH = 32
SALT_LENGTH = 16


class Hasher:
    """Hashes and verifies. Safe to share among threads.

    `memory_kib` and `time_cost` are argon2's; `concurrency` bounds memory to `memory_kib * concurrency` and leaves the
    other threads a processor when many people sign in at once.
    """

    def __init__(self, *, memory_kib: int, time_cost: int, concurrency: int) -> None:
        self._argon2 = argon2.PasswordHasher(time_cost=time_cost, memory_cost=memory_kib, parallelism=1)
        self._places = threading.BoundedSemaphore(concurrency)
        self._memory_kib, self._time_cost = memory_kib, time_cost
        self._nobody = self._argon2.hash("nobody has this password")

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """The hasher that the settings ask for."""
        return cls(
            memory_kib=settings.hash_memory_kib,
            time_cost=settings.hash_time_cost,
            concurrency=settings.hash_concurrency,
        )

    def hash(self, secret: str) -> str:
        """The encoded argon2id hash of a secret, salt and parameters included."""
        with self._places:
            return self._argon2.hash(secret)

    def verify(self, encoded: str | None, secret: str) -> bool:
        """Whether `secret` is what was hashed; None (nobody, or no password) costs the same and is never right."""
        with self._places:
            try:
                self._argon2.verify(encoded or self._nobody, secret)
            except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
                return False
        return encoded is not None

    def needs_rehash(self, encoded: str) -> bool:
        """Whether the hash was made with other parameters than today's."""
        return self._argon2.check_needs_rehash(encoded)

    def digest(self, secret: str, salt: bytes) -> str:
        """A salted argon2id digest as hexadecimal, for secrets that must be found by it (recovery codes)."""
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
