"""Computes argon2id hashes by libsodium, as a program: one request on each line of its input, one line as answer.

    ["verify", hash, secret]                     -> [true or false, seconds]
    ["hash", secret, time_cost, memory]          -> [the encoded hash, seconds]
    ["digest", secret, salt, time_cost, memory]  -> [hexadecimal, seconds]; the salt is hexadecimal, too

Memory is in bytes; seconds are those of a processor. The program imports nothing of ours, so it starts quickly and
stays small. It ends when its input does: with the process that started it, however that one ends; and when there is no
memory for a hash. The reasons are in docs/decisions/0032 and 0040.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from typing import Any

from nacl.bindings.crypto_pwhash import ffi  # type: ignore[attr-defined]  # undocumented; a test fails without it
from nacl.exceptions import CryptoError
from nacl.pwhash import argon2id

NICENESS = 10
"""Hashing yields the processor to threads that answer requests."""
DIGEST_LENGTH = 32


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
    ffi.errno = 0
    try:
        return argon2id.verify(encoded.encode(), _to_bytes(secret))
    except CryptoError:
        if ffi.errno == errno.ENOMEM:  # PyNaCl raises the same as for a wrong password
            raise MemoryError from None
        return False


def _hash(secret: str, time_cost: int, memory: int) -> str:
    return argon2id.str(_to_bytes(secret), time_cost, memory).decode()


def _digest(secret: str, salt: str, time_cost: int, memory: int) -> str:
    return argon2id.kdf(DIGEST_LENGTH, _to_bytes(secret), bytes.fromhex(salt), time_cost, memory).hex()


def _to_bytes(secret: str) -> bytes:
    return secret.encode("utf-8", "surrogatepass")


OPERATIONS: dict[str, Callable[..., Any]] = {"verify": _verify, "hash": _hash, "digest": _digest}

if __name__ == "__main__":
    main()
