"""Password hashes that other products wrote: each is verified, and what is weak, costly or damaged is refused."""

import base64
import re

import bcrypt
import pytest
from argon2 import PasswordHasher, Type
from django.contrib.auth.hashers import (
    Argon2PasswordHasher,
    BasePasswordHasher,
    BCryptPasswordHasher,
    PBKDF2PasswordHasher,
    PBKDF2SHA1PasswordHasher,
    ScryptPasswordHasher,
)
from werkzeug.security import generate_password_hash

from idp.factors.hash_processes import PROCESSES
from idp.factors.hashing import Hasher
from idp.factors.imported_hashes import UnusableHash, parse_hash

PASSWORD = "Größer als 7 Bäume"
SALT = "salt of sixteen."
BASE64 = base64.b64encode(bytes(32)).decode().rstrip("=")
PASSLIB = {
    "pbkdf2-sha256": (
        "toomanysecrets",
        "$pbkdf2-sha256$29000$N2YMIWQsBWBMae09x1jrPQ$1t8iyB2A.WF/Z5JZv.lfCIhXXN33N23OSgQYThBYRfk",
    ),
    "scrypt": ("password", "$scrypt$ln=16,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E"),
}
"""From the documentation of passlib."""


def written_by_django(hasher: BasePasswordHasher, **cost: int) -> str:
    return str(hasher.encode(PASSWORD, SALT, **cost))


WRITTEN = {
    "argon2id": PasswordHasher(1, 1024, 2).hash(PASSWORD),
    "argon2i": PasswordHasher(3, 1024, 1, type=Type.I).hash(PASSWORD),
    "bcrypt 2b": bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode(),
    "bcrypt 2a": bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4, b"2a")).decode(),
    "bcrypt 2y": bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode().replace("$2b", "$2y"),
    "Django argon2": written_by_django(Argon2PasswordHasher()),
    "Django bcrypt": str(BCryptPasswordHasher().encode(PASSWORD, bcrypt.gensalt(4))),
    "Django pbkdf2": written_by_django(PBKDF2PasswordHasher(), iterations=2000),
    "Django pbkdf2 sha1": written_by_django(PBKDF2SHA1PasswordHasher(), iterations=2000),
    "Django scrypt": written_by_django(ScryptPasswordHasher(), n=1024, r=8, p=2),
    "Werkzeug scrypt": generate_password_hash(PASSWORD, "scrypt:1024:8:1"),
    "Werkzeug pbkdf2": generate_password_hash(PASSWORD, "pbkdf2:sha512:2000"),
}


@pytest.fixture(scope="module")
def hasher() -> Hasher:
    return Hasher(memory_kib=7168, time_cost=1, concurrency=1, queue=4)


@pytest.mark.parametrize("kind", WRITTEN)
def test_what_other_libraries_wrote_is_verified_and_to_be_replaced(hasher: Hasher, kind: str) -> None:
    encoded = parse_hash(WRITTEN[kind])
    assert hasher.verify(encoded, PASSWORD)
    assert not hasher.verify(encoded, PASSWORD + ".")
    assert hasher.needs_rehash(encoded)


@pytest.mark.parametrize("kind", WRITTEN)
def test_our_own_notation_stays_as_it_is(kind: str) -> None:
    """An export of Keycloak is converted before its fields are read."""
    encoded = parse_hash(WRITTEN[kind])
    assert parse_hash(encoded) == encoded


@pytest.mark.parametrize("kind", PASSLIB)
def test_published_hashes_are_verified(hasher: Hasher, kind: str) -> None:
    password, published = PASSLIB[kind]
    assert hasher.verify(parse_hash(published), password)


@pytest.mark.parametrize("kind", WRITTEN)
def test_a_name_that_nobody_has_costs_the_same(hasher: Hasher, kind: str) -> None:
    """A salt and a hash of zeros stand behind the parameters of an imported hash."""
    encoded = parse_hash(WRITTEN[kind])
    PROCESSES.compute("verify", encoded, PASSWORD)  # the first one loads a library

    def seconds(encoded: str | None, like: str = "") -> float:
        before = PROCESSES.cpu_seconds
        hasher.verify_exactly(encoded, PASSWORD, like=like)
        return PROCESSES.cpu_seconds - before

    owned = min(seconds(encoded) for _ in range(5))
    nobodys = min(seconds(None, encoded.rsplit("$", 2)[0]) for _ in range(5))
    assert owned / 2 < nobodys < owned * 2


@pytest.mark.parametrize(
    "text",
    [
        f"$scrypt$ln=1,r=999,p=99${BASE64}${BASE64}",
        f"$scrypt$ln=4,r=8,p=999${BASE64}${BASE64}",
        f"$scrypt$ln=13,r=1,p=1${BASE64}${BASE64}",
        f"$scrypt$ln=15,r=1,p=99${BASE64}${BASE64}",
        f"$argon2id$v=19$m=7992,t=1,p=999${BASE64}${BASE64}",
        f"$argon2i$v=19$m=8,t=128,p=1${BASE64}${BASE64}",
        f"$pbkdf2-sha1$1000${BASE64}${base64.b64encode(bytes(128)).decode()}",
        "$2b$04$" + "9" * 53,
    ],
)
@pytest.mark.parametrize("password", ["", "a\0b", "\ud800", "ä" * 4096])
def test_no_accepted_hash_ends_the_process_that_computes_it(hasher: Hasher, text: str, password: str) -> None:
    assert not hasher.verify(parse_hash(text), password)


@pytest.mark.parametrize("stored", ["$bcrypt$r=4", "$bcrypt$r=x$A$A", "$pbkdf2-sha1$i=1000,dklen=20$A$A"])
def test_a_damaged_row_matches_nothing(hasher: Hasher, stored: str) -> None:
    assert not hasher.verify(stored, PASSWORD)


def test_a_password_of_which_bcrypt_read_72_bytes_still_opens(hasher: Hasher) -> None:
    long = "a" * 100
    assert hasher.verify(parse_hash(bcrypt.hashpw(long[:72].encode(), bcrypt.gensalt(4)).decode()), long)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "secret",
        "5f4dcc3b5aa765d61d8327deb882cf99",
        "{SSHA}W6ph5Mm5Pz8GgiULbPgzG37mj9gwYWJj",
        "$6$rounds=5000$salt$" + "a" * 86,
        "$1$salt$qJH7.N4xYta3aEG/dfqo/0",
        f"md5$salt${'0' * 32}",
        f"$argon2d$v=19$m=1024,t=1,p=1${BASE64}${BASE64}",
        f"$argon2id$v=16$m=1024,t=1,p=1${BASE64}${BASE64}",
        "$2x$10$" + "a" * 53,
        "$2b$10$" + "ä" * 53,
        f"$pbkdf2-md5$2000${BASE64}${BASE64}",
    ],
)
def test_other_kinds_are_refused(text: str) -> None:
    with pytest.raises(UnusableHash, match=re.escape("argon2, bcrypt, PBKDF2, scrypt")):
        parse_hash(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (f"$argon2id$v=19$m=262144,t=1,p=1${BASE64}${BASE64}", "more time or memory"),
        (f"$argon2id$v=19$m=65536,t=100,p=1${BASE64}${BASE64}", "more time or memory"),
        ("$2b$15$" + "a" * 53, "more time or memory"),
        (f"$pbkdf2-sha512$9999999${BASE64}${BASE64}", "more time or memory"),
        (f"$pbkdf2-sha1$3999999${BASE64}${BASE64}", "more time or memory"),
        (f"$scrypt$ln=20,r=8,p=1${BASE64}${BASE64}", "more time or memory"),
        (f"$scrypt$ln=99,r=999,p=999${BASE64}${BASE64}", "more time or memory"),
        (f"$scrypt$ln=16,r=8,p=99${BASE64}${BASE64}", "more time or memory"),
        (f"$pbkdf2-sha256$999${BASE64}${BASE64}", "too few iterations"),
        (f"$argon2id$v=19$m=1023,t=1,p=1${BASE64}${BASE64}", "too few iterations or too little memory"),
        (f"$scrypt$ln=12,r=1,p=1${BASE64}${BASE64}", "too few iterations or too little memory"),
        (f"$scrypt$ln=16,r=1,p=1${BASE64}${BASE64}", "damaged"),
        (f"$argon2id$v=19$m=0,t=1,p=1${BASE64}${BASE64}", "damaged"),
        (f"$argon2id$v=19$m=1024,t=0,p=1${BASE64}${BASE64}", "damaged"),
        (f"$argon2id$v=19$m=1024,t=1,p=0${BASE64}${BASE64}", "damaged"),
        (f"$argon2id$v=19$m=8,t=1,p=2${BASE64}${BASE64}", "damaged"),
        (f"$argon2id$v=19$m=1024,t=1,p=1$AAAA${BASE64}", "damaged"),
        (f"$argon2id$v=19$m=1024,t=1,p=1${BASE64 * 2}${BASE64}", "damaged"),
        ("$2b$03$" + "a" * 53, "damaged"),
        (f"$pbkdf2-sha256$2000$A${BASE64}", "damaged"),
        (f"$pbkdf2-sha256$i=2000,l=64${BASE64}${BASE64}", "damaged"),
        (f"$pbkdf2-sha256$2000${BASE64}$AAAA", "damaged"),
        (f"$pbkdf2-sha256$2000${BASE64}${'A' * 400}", "damaged"),
        (f"scrypt$1000$salt$8$1${BASE64}", "damaged"),
        (f"scrypt$1024$salt$0$1${BASE64}", "damaged"),
        (f"scrypt$1024$salt$8$0${BASE64}", "damaged"),
        (f"$scrypt$ln=0,r=8,p=1${BASE64}${BASE64}", "damaged"),
    ],
)
def test_costly_weak_and_damaged_ones_are_refused(text: str, reason: str) -> None:
    with pytest.raises(UnusableHash, match=reason):
        parse_hash(text)
