"""argon2id for secrets that people choose or type (RFC 9106), computed by `hash_process`.

Hash outside of transactions: SQLite has one writer, and a hash takes longer than a hundred writes.
"""

from __future__ import annotations

import unicodedata
from typing import Any, Self

from idp.config import Settings
from idp.factors.hash_pool import HashPool
from idp.factors.hash_processes import PROCESSES

KIB = 1024
SALT_LENGTH = 16
NOBODYS_SALT_AND_HASH = f"${'A' * 22}${'A' * 43}"
"""Base64 of a salt and a hash of zero bytes. Finding a password for it is as hard as for any other hash."""


class Hasher:
    """Hashes and verifies, bounded by a `HashPool`. Safe to share among threads.

    `concurrency` bounds memory to `memory_kib * concurrency`. Every method may raise `HasherBusy`; `reserved`, unless
    given, is True: only a stranger's password is checked without it.
    """

    def __init__(self, *, memory_kib: int, time_cost: int, concurrency: int, queue: int) -> None:
        self.pool = HashPool(concurrency=concurrency, queue=queue)
        self._time_cost, self._memory = time_cost, memory_kib * KIB
        self._parameters = f"$argon2id$v=19$m={memory_kib},t={time_cost},p=1"

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
        return str(self._compute("hash", unicodedata.normalize("NFC", secret), self._time_cost, self._memory))

    def verify(self, encoded: str | None, secret: str, *, reserved: bool = True, like: str = "") -> bool:
        """Whether `secret` matches in NFC, or as it was typed; arguments as for `verify_exactly`.

        How many spellings are tried depends on what was typed, so it reveals nothing about the account.
        """
        spellings = dict.fromkeys((unicodedata.normalize("NFC", secret), secret))  # NFC first: that is what is stored
        return any(self.verify_exactly(encoded, each, reserved=reserved, like=like) for each in spellings)

    def verify_exactly(self, encoded: str | None, secret: str, *, reserved: bool = True, like: str = "") -> bool:
        """Whether this spelling matches.

        None (no account, or no password) never matches, and costs what a hash with the parameters of `like` costs:
        those of an encoded hash; empty: those of today.
        """
        matches = self._compute("verify", encoded or self._nobody_hash(like), secret, reserved=reserved)
        return bool(matches and encoded)

    def needs_rehash(self, encoded: str) -> bool:
        """Whether the hash has other parameters than the current ones."""
        return encoded.rsplit("$", 2)[0] != self._parameters

    def digest(self, secret: str, salt: bytes) -> str:
        """Return a salted argon2id digest in hexadecimal, for secrets looked up by it (recovery codes)."""
        return str(self._compute("digest", secret, salt.hex(), self._time_cost, self._memory))

    def _compute(self, *request: Any, reserved: bool = True) -> Any:  # noqa: ANN401 - as `hash_process` answers
        return self.pool.run(PROCESSES.compute, *request, reserved=reserved)

    def _nobody_hash(self, like: str) -> str:
        """Return a hash that nobody's password has."""
        return (like or self._parameters) + NOBODYS_SALT_AND_HASH
