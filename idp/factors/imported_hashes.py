"""Password hashes of other products, rewritten as `$scheme$parameters$salt$hash`, which `hash_process` verifies.

    argon2id, argon2i        RFC 9106; also as Django writes it
    bcrypt                   $2a$, $2b$, $2y$; also as Django writes it
    PBKDF2                   RFC 8018 with SHA-1, SHA-256, SHA-512; as passlib, Ory Kratos, Django and Werkzeug write it
    scrypt                   RFC 7914; as passlib, Django and Werkzeug write it

Fast hashes (MD5, SHA-1, SHA-2, with or without salt, and the others with tiny costs) are refused: a password is found
by trying. So are hashes that take seconds, or more memory than a server can spare. The next sign-in of the owner
replaces an imported hash by one of ours (docs/decisions/0041).
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator
from typing import Any

MOST_MEMORY = 128 * 1024
"""KiB that one hash may take."""
LEAST_WORK, MOST_WORK = 1024, 8 * MOST_MEMORY
"""KiB times passes (argon2) or times parallelism (scrypt): about a millisecond, and about a second."""
LEAST_ITERATIONS, MOST_BLOCKS = 1000, 4_000_000
"""Of PBKDF2. Blocks are iterations times the blocks of the output; the most takes one to two seconds."""
BCRYPT_COSTS = range(4, 15)
"""Logarithms of the number of rounds; 14 takes a second."""
ARGON2_SALT, ARGON2_LENGTH, ARGON2_MEMORY = 8, 127, 8
"""The shortest salt in bytes, the longest text and the least KiB for each degree of parallelism: libsodium's bounds."""
SALT_BYTES, HASH_BYTES = range(4, 129), range(16, 129)
COSTLY = "takes more time or memory than a sign-in may take"
WEAK = "has too few iterations or too little memory to protect a password"
DAMAGED = "is damaged"

DIGEST_BYTES = {"sha1": 20, "sha256": 32, "sha512": 64}
FROM_BCRYPT = str.maketrans(
    "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
)


class UnusableHash(Exception):
    """The hash cannot be used; the text is the rest of a sentence about it."""


def parse_hash(text: str) -> str:
    """Return a hash in one of the notations above as ours; one of ours stays as it is.

    Raises:
        UnusableHash: it has another notation, is damaged, or takes too much time or memory.
    """
    for convert, pattern in NOTATIONS:
        if match := re.fullmatch(pattern, text, re.ASCII):
            values = dict(_read_groups(match))
            if values.pop("dklen", len(values["digest"])) != len(values["digest"]):
                raise UnusableHash(DAMAGED)
            return convert(**values)
    raise UnusableHash("is of no kind that can be used: argon2, bcrypt, PBKDF2, scrypt")


def argon2(*, kind: str, salt: bytes, digest: bytes, m: int, t: int, p: int) -> str:
    """Return an argon2 hash of version 1.3: `m` KiB, `t` passes, parallelism `p`; `kind` is argon2id or argon2i."""
    if kind not in {"argon2id", "argon2i"}:
        raise UnusableHash("is of a kind of argon2 that cannot be used")
    if m > MOST_MEMORY or m * t > MOST_WORK:
        raise UnusableHash(COSTLY)
    encoded = _join(kind, f"v=19$m={m},t={t},p={p}", salt, digest)
    if len(salt) < ARGON2_SALT or len(encoded) > ARGON2_LENGTH or not m >= ARGON2_MEMORY * p > 0 < t:
        raise UnusableHash(DAMAGED)
    if m * t < LEAST_WORK:
        raise UnusableHash(WEAK)
    return encoded


def pbkdf2(*, kind: str = "sha1", salt: bytes, digest: bytes, i: int) -> str:
    """Return a PBKDF2 hash of `i` iterations; `kind` is sha1, sha256 or sha512."""
    if i * -(-len(digest) // DIGEST_BYTES[kind]) > MOST_BLOCKS:
        raise UnusableHash(COSTLY)
    if i < LEAST_ITERATIONS:
        raise UnusableHash(WEAK)
    return _join(f"pbkdf2-{kind}", f"i={i},dklen={len(digest)}", salt, digest)


def scrypt(*, salt: bytes, digest: bytes, r: int, p: int, ln: int = 0, n: int = 0) -> str:
    """Return a scrypt hash; `n` is its cost, or `ln` the logarithm of it."""
    n = n or 1 << ln
    memory, work = (n + p) * r // 8, n * r * p // 8  # blocks of 128 bytes
    if memory > MOST_MEMORY or work > MOST_WORK:
        raise UnusableHash(COSTLY)
    if not (n > 1 and n.bit_count() == 1 and r > 0 < p and n.bit_length() <= 16 * r):  # RFC 7914 section 2
        raise UnusableHash(DAMAGED)
    if work < LEAST_WORK:
        raise UnusableHash(WEAK)
    return _join("scrypt", f"ln={n.bit_length() - 1},r={r},p={p},dklen={len(digest)}", salt, digest)


def bcrypt(*, salt: bytes, digest: bytes, r: int) -> str:
    """Return a bcrypt hash of two to the power of `r` rounds."""
    if r not in BCRYPT_COSTS:
        raise UnusableHash(DAMAGED if r < BCRYPT_COSTS.start else COSTLY)
    return _join("bcrypt", f"r={r}", salt, digest)


def _join(scheme: str, parameters: str, salt: bytes, digest: bytes) -> str:
    if len(salt) not in SALT_BYTES or len(digest) not in HASH_BYTES:
        raise UnusableHash(DAMAGED)
    return f"${scheme}${parameters}${_encode(salt)}${_encode(digest)}"


def _encode(raw: bytes) -> str:
    return base64.b64encode(raw).decode().rstrip("=")


def _decode(text: str) -> bytes:
    """Decode base64 without padding; passlib writes a dot for the plus sign."""
    try:
        return base64.b64decode(text.replace(".", "+") + "=" * (-len(text) % 4), validate=True)
    except binascii.Error:
        raise UnusableHash(DAMAGED) from None


def _read_groups(match: re.Match[str]) -> Iterator[tuple[str, Any]]:
    """Yield name and value of what the notation names; the suffix of a group is how the value is written."""
    for group, written in match.groupdict().items():
        if written is not None:
            name, _, coding = group.partition("_")
            yield name, CODINGS[coding](written)


CODINGS: dict[str, Callable[[str], Any]] = {
    "": int,
    "name": str,
    "text": str.encode,
    "hex": bytes.fromhex,
    "base64": _decode,
    "bcrypt": lambda written: _decode(written.translate(FROM_BCRYPT)),
}
_SALT, _DIGEST = r"\$(?P<salt_base64>[A-Za-z0-9+/.]+)", r"\$(?P<digest_base64>[A-Za-z0-9+/.]+)=*"
_TEXT, _HEX = r"\$(?P<salt_text>[^$]+)", r"\$(?P<digest_hex>(?:[0-9a-f]{2})+)"
NOTATIONS: tuple[tuple[Callable[..., str], str], ...] = (
    (argon2, r"(argon2)?\$(?P<kind_name>argon2id?)\$v=19\$m=(?P<m>\d{1,9}),t=(?P<t>\d{1,9}),p=(?P<p>\d{1,3})"
     + _SALT + _DIGEST),
    (bcrypt, r"(bcrypt\$)?\$2[aby]\$(?P<r>\d\d)\$(?P<salt_bcrypt>[./\w]{22})(?P<digest_bcrypt>[./\w]{31})"),
    (bcrypt, r"\$bcrypt\$r=(?P<r>\d{1,2})" + _SALT + _DIGEST),
    (pbkdf2, r"\$pbkdf2(-(?P<kind_name>sha1|sha256|sha512))?\$(i=)?(?P<i>\d{1,9})(,(l|dklen)=(?P<dklen>\d{1,3}))?"
     + _SALT + _DIGEST),
    (pbkdf2, r"pbkdf2_(?P<kind_name>sha1|sha256)\$(?P<i>\d{1,9})" + _TEXT + _DIGEST),
    (pbkdf2, r"pbkdf2:(?P<kind_name>sha1|sha256|sha512):(?P<i>\d{1,9})" + _TEXT + _HEX),
    (scrypt, r"\$scrypt\$ln=(?P<ln>\d{1,2}),r=(?P<r>\d{1,3}),p=(?P<p>\d{1,3})(,dklen=(?P<dklen>\d{1,3}))?"
     + _SALT + _DIGEST),
    (scrypt, r"scrypt\$(?P<n>\d{1,9})" + _TEXT + r"\$(?P<r>\d{1,3})\$(?P<p>\d{1,3})" + _DIGEST),
    (scrypt, r"scrypt:(?P<n>\d{1,9}):(?P<r>\d{1,3}):(?P<p>\d{1,3})" + _TEXT + _HEX),
)  # fmt: skip
"""A notation, and the function that takes its named groups."""
