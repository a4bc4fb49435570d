"""Computes password hashes, as a program: one request on each line of its input, one line as answer.

    ["verify", hash, secret]                     -> [true or false, seconds]
    ["hash", secret, time_cost, memory]          -> [the encoded hash, seconds]
    ["digest", secret, salt, time_cost, memory]  -> [hexadecimal, seconds]; the salt is hexadecimal, too

Memory is in bytes; seconds are those of a processor. Hashes are argon2id by libsodium; those that are verified may also
be imported ones (`imported_hashes`), all written as `$scheme$parameters$salt$hash`.

The program imports nothing of ours, so it starts quickly and stays small. It ends when its input does: with the process
that started it, however that one ends; and when there is no memory for a hash. The reasons are in docs/decisions/0032,
0040 and 0041.
"""

from __future__ import annotations

import base64
import contextlib
import errno
import hmac
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from typing import Any

from nacl.bindings.crypto_pwhash import ffi  # type: ignore[attr-defined]  # undocumented; a test fails without it
from nacl.exceptions import CryptoError
from nacl.pwhash import argon2i, argon2id

NICENESS = 10
"""Hashing yields the processor to threads that answer requests."""
DIGEST_LENGTH = 32
BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
BCRYPT64 = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
TO_BCRYPT, FROM_BCRYPT = str.maketrans(BASE64, BCRYPT64), str.maketrans(BCRYPT64, BASE64)


def main() -> None:
    """Answer requests until the input ends."""
    for each in (signal.SIGINT, signal.SIGTERM):  # sent to a whole group: the sign-in in progress needs its hash
        signal.signal(each, signal.SIG_IGN)
    with contextlib.suppress(AttributeError, OSError):
        os.nice(NICENESS)
    for line in sys.stdin.buffer:
        operation, *arguments = json.loads(line)
        began = time.process_time()
        try:
            answer = OPERATIONS[operation](*arguments)
        except (MemoryError, RuntimeError):
            sys.exit(1)
        try:
            sys.stdout.buffer.write(json.dumps([answer, time.process_time() - began]).encode() + b"\n")
            sys.stdout.buffer.flush()
        except BrokenPipeError:  # the process that started this one has ended
            os._exit(1)  # sys.exit would flush again


def _verify(encoded: str, secret: str) -> bool:
    scheme = encoded.removeprefix("$").partition("$")[0]
    if scheme in IMPORTED:
        return _verify_imported(scheme, encoded, _to_bytes(secret))
    ffi.errno = 0
    try:
        return bool((argon2i if scheme == "argon2i" else argon2id).verify(encoded.encode(), _to_bytes(secret)))
    except CryptoError:
        if ffi.errno == errno.ENOMEM:  # PyNaCl raises the same as for a wrong password
            raise MemoryError from None
        return False


def _verify_imported(scheme: str, encoded: str, secret: bytes) -> bool:
    try:
        _, _, parameters, salt, expected = encoded.split("$")
        named = {name: int(value) for name, _, value in (each.partition("=") for each in parameters.split(","))}
        raw_salt, digest = _decode(salt), _decode(expected)
    except ValueError:
        return False
    return hmac.compare_digest(IMPORTED[scheme](secret, raw_salt, **named), digest)


def _hash(secret: str, time_cost: int, memory: int) -> str:
    return argon2id.str(_to_bytes(secret), time_cost, memory).decode()


def _digest(secret: str, salt: str, time_cost: int, memory: int) -> str:
    return argon2id.kdf(DIGEST_LENGTH, _to_bytes(secret), bytes.fromhex(salt), time_cost, memory).hex()


def _to_bytes(secret: str) -> bytes:
    return secret.encode("utf-8", "surrogatepass")


def _decode(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4))


def _pbkdf2(name: str) -> Callable[..., bytes]:
    """Return PBKDF2 (RFC 8018) with this hash: `i` iterations, `dklen` bytes."""

    def compute(secret: bytes, salt: bytes, *, i: int, dklen: int) -> bytes:
        import hashlib  # noqa: PLC0415 - OpenSSL takes 4 MiB, and few installations have imported hashes

        return hashlib.pbkdf2_hmac(name, secret, salt, i, dklen)

    return compute


def _scrypt(secret: bytes, salt: bytes, *, ln: int, r: int, p: int, dklen: int) -> bytes:
    """Return scrypt (RFC 7914); `ln` is the logarithm of its cost."""
    import hashlib  # noqa: PLC0415 - OpenSSL, as in _pbkdf2

    most = ((1 << ln) + p + 2) * r * 128  # what OpenSSL takes, and by default more than it permits
    return hashlib.scrypt(secret, salt=salt, n=1 << ln, r=r, p=p, maxmem=most, dklen=dklen)


def _bcrypt(secret: bytes, salt: bytes, *, r: int) -> bytes:
    """Return bcrypt; like those who made the hash, it reads 72 bytes."""
    import bcrypt  # noqa: PLC0415 - few installations have imported hashes

    encoded = base64.b64encode(salt).decode().rstrip("=").translate(TO_BCRYPT)
    made = bcrypt.hashpw(secret[:72], f"$2b${r:02}${encoded}".encode())
    return _decode(made.decode()[-31:].translate(FROM_BCRYPT))


IMPORTED: dict[str, Callable[..., bytes]] = {
    "pbkdf2-sha1": _pbkdf2("sha1"),
    "pbkdf2-sha256": _pbkdf2("sha256"),
    "pbkdf2-sha512": _pbkdf2("sha512"),
    "scrypt": _scrypt,
    "bcrypt": _bcrypt,
}
OPERATIONS: dict[str, Callable[..., Any]] = {"verify": _verify, "hash": _hash, "digest": _digest}

if __name__ == "__main__":
    main()
