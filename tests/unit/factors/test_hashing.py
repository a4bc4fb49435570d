"""Hashes are argon2id as everybody writes it: made here and checked by another library, and the other way round."""

import resource
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import argon2
import pytest
from argon2.low_level import Type, hash_secret_raw, verify_secret

from idp.factors.hashing import SALT_LENGTH, Hasher

SECRET, WRONG = "Br\u00fccke \0 \U0001f50d", "Br\u00fccke \0 "
DECOMPOSED = "Bru\u0308cke"


def make_hasher(memory_kib: int = 7168, time_cost: int = 1) -> Hasher:
    return Hasher(memory_kib=memory_kib, time_cost=time_cost, concurrency=2, queue=4)


@pytest.mark.parametrize(("memory_kib", "time_cost"), [(7168, 1), (47104, 1), (19456, 2), (7169, 3)])
def test_another_library_verifies_what_is_made_here(memory_kib: int, time_cost: int) -> None:
    stored = make_hasher(memory_kib, time_cost).hash(SECRET)
    assert stored.startswith(f"$argon2id$v=19$m={memory_kib},t={time_cost},p=1$")
    assert verify_secret(stored.encode(), SECRET.encode(), Type.ID)


@pytest.mark.parametrize(
    "other",
    [
        argon2.PasswordHasher(time_cost=1, memory_cost=47104, parallelism=1),
        argon2.PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1),
        argon2.PasswordHasher(time_cost=20, memory_cost=7168, parallelism=1),
        argon2.PasswordHasher(time_cost=3, memory_cost=7169, parallelism=4),
        argon2.PasswordHasher(time_cost=1, memory_cost=7168, parallelism=1, salt_len=8, hash_len=16),
    ],
    ids=["46 MiB", "19 MiB", "20 passes", "4 lanes", "short"],
)
def test_what_another_library_made_is_verified_here(other: argon2.PasswordHasher) -> None:
    stored = other.hash(SECRET)
    assert make_hasher().verify(stored, SECRET)
    assert not make_hasher().verify(stored, WRONG)


def test_a_hash_is_renewed_when_the_settings_are_others() -> None:
    stored = make_hasher().hash(SECRET)
    assert not make_hasher().needs_rehash(stored)
    assert make_hasher(memory_kib=7169).needs_rehash(stored)
    assert make_hasher(time_cost=2).needs_rehash(stored)
    assert make_hasher().needs_rehash(argon2.PasswordHasher(1, 7168, 2).hash(SECRET)), "two lanes"


def test_digests_are_those_of_another_library() -> None:
    salt = bytes(range(SALT_LENGTH))
    assert make_hasher().digest("", salt) == hash_secret_raw(b"", salt, 1, 7168, 1, 32, Type.ID).hex()


@pytest.mark.parametrize("like", ["", "$argon2id$v=19$m=8192,t=2,p=1"])
def test_what_nobody_has_is_computed_to_the_end(like: str) -> None:
    """A hash that cannot be read would be refused at once, and its time would show that nobody has the name."""
    with pytest.raises(argon2.exceptions.VerifyMismatchError):
        verify_secret(make_hasher()._nobody_hash(like).encode(), SECRET.encode(), Type.ID)


@pytest.mark.parametrize("broken", ["", "not a hash", "$argon2id$v=19$m=7168,t=1,p=1$", "\u00e9", "x" * 200])
def test_what_is_no_hash_matches_nothing(broken: str) -> None:
    assert not make_hasher().verify(broken, SECRET)
    assert make_hasher().needs_rehash(broken)


def test_half_a_character_is_a_wrong_password() -> None:
    assert not make_hasher().verify(make_hasher().hash(SECRET), "\ud83d")


class CountingHasher(Hasher):
    """Counts comparisons."""

    comparisons = 0

    def verify_exactly(self, encoded: str | None, secret: str, *, reserved: bool = True, like: str = "") -> bool:
        self.comparisons += 1
        return super().verify_exactly(encoded, secret, reserved=reserved, like=like)


def test_a_right_password_costs_one_hash_however_it_was_typed() -> None:
    hasher = CountingHasher(memory_kib=7168, time_cost=1, concurrency=1, queue=1)
    assert hasher.verify(hasher.hash(DECOMPOSED), DECOMPOSED)
    assert hasher.comparisons == 1


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_no_memory_is_kept_after_a_hash() -> None:
    """A buffer for each thread of each process would be most of the memory of the server."""
    before = resident_mib()
    hasher = Hasher(memory_kib=19456, time_cost=1, concurrency=4, queue=4)
    with ThreadPoolExecutor(4) as threads:
        hashes = list(threads.map(hasher.hash, [SECRET] * 8))
    assert len(set(hashes)) == 8
    assert resident_mib() - before < 8


def resident_mib() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 2**20
