"""argon2id for secrets that people choose or type (RFC 9106).

Hash outside of transactions: SQLite has one writer, and a hash takes longer than a hundred writes.
"""

from __future__ import annotations

import unicodedata
from typing import Self

import argon2
from argon2.low_level import Type, hash_secret_raw

from idp.config import Settings
from idp.factors.hash_pool import HashPool

HASH_LENGTH = 32
SALT_LENGTH = 16


class Hasher:
    """Hashes and verifies in a `HashPool`. Safe to share among threads.

    `concurrency` bounds memory to `memory_kib * concurrency`. Every method may raise `HasherBusy`; `reserved`, unless
    given, is True: only a stranger's password is checked without it.
    """

    def __init__(self, *, memory_kib: int, time_cost: int, concurrency: int, queue: int) -> None:
        self.pool = HashPool(concurrency=concurrency, queue=queue)
        self._argon2 = argon2.PasswordHasher(time_cost=time_cost, memory_cost=memory_kib, parallelism=1)
        self._memory_kib, self._time_cost = memory_kib, time_cost
        self._nobody = {"": self._argon2.hash("nobody has this password")}

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """Create the configured hasher."""
        return cls(
            memory_kib=settings.hash_memory_kib,
            time_cost=settings.hash_time_cost,
            concurrency=settings.hash_concurrency,
            queue=settings.hash_queue,
        )

    def hash(self, secret: str) -> str:
        """Return the encoded argon2id hash of `secret` in NFC, including salt and parameters (RFC 8265 section 4.2)."""
        return self.pool.run(self._argon2.hash, unicodedata.normalize("NFC", secret), reserved=True)

    def verify(self, encoded: str | None, secret: str, *, reserved: bool = True, like: str = "") -> bool:
        """Whether `secret` matches as it was typed, or in NFC; arguments as for `verify_exactly`.

        How many spellings are tried depends on what was typed, so it reveals nothing about the account.
        """
        spellings = dict.fromkeys((secret, unicodedata.normalize("NFC", secret)))
        return any(self.verify_exactly(encoded, each, reserved=reserved, like=like) for each in spellings)

    def verify_exactly(self, encoded: str | None, secret: str, *, reserved: bool = True, like: str = "") -> bool:
        """Whether this spelling matches.

        None (no account, or no password) never matches, and costs what a hash with the parameters of `like` costs:
        those of an encoded hash; empty: those of today.
        """
        return self.pool.run(self._verify, encoded or self._nobody_hash(like), secret, reserved=reserved) and bool(
            encoded
        )

    def needs_rehash(self, encoded: str) -> bool:
        """Whether the hash has other parameters than the current ones."""
        return self._argon2.check_needs_rehash(encoded)

    def digest(self, secret: str, salt: bytes) -> str:
        """Return a salted argon2id digest in hexadecimal, for secrets looked up by it (recovery codes)."""
        return self.pool.run(self._digest, secret, salt, reserved=True)

    def _verify(self, encoded: str, secret: str) -> bool:
        try:
            return self._argon2.verify(encoded, secret)
        except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
            return False

    def _digest(self, secret: str, salt: bytes) -> str:
        raw = secret.encode("utf-8", "surrogatepass")
        return hash_secret_raw(raw, salt, self._time_cost, self._memory_kib, 1, HASH_LENGTH, Type.ID).hex()

    def _nobody_hash(self, like: str) -> str:
        """Return a hash that nobody's password has, made once for each set of parameters."""
        if like not in self._nobody:
            parameters = argon2.extract_parameters(f"{like}${'A' * 22}${'A' * 43}")  # salt and hash of our lengths
            hasher = argon2.PasswordHasher.from_parameters(parameters)
            self._nobody[like] = self.pool.run(hasher.hash, "nobody has this password", reserved=True)
        return self._nobody[like]
