"""A program that computes argon2id hashes by libsodium: a request on each line of its input, answered by a line.

    ["verify", hash, secret]                     -> [true or false, seconds]
    ["hash", secret, time_cost, memory]          -> [the encoded hash, seconds]
    ["digest", secret, salt, time_cost, memory]  -> [hexadecimal, seconds]; the salt is hexadecimal, too

Memory is in bytes; seconds are what it took of a processor. The program imports nothing of ours, so it starts soon and
stays small. It ends when its input does: with the process that started it, however that one ends. The reasons are in
docs/decisions/0032 and 0040.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from typing import Any

from nacl.exceptions import CryptoError
from nacl.pwhash import argon2id

NICENESS = 10
"""Hashing yields the processor to threads that answer requests."""
DIGEST_LENGTH = 32


def main() -> None:
    """Answer requests until the input ends."""
    for number in (signal.SIGINT, signal.SIGTERM):  # sent to a whole group: the sign-in in progress needs its hash
        signal.signal(number, signal.SIG_IGN)
    with contextlib.suppress(AttributeError, OSError):
        os.nice(NICENESS)
    for line in sys.stdin.buffer:
        work, *given = json.loads(line)
        began = time.process_time()
        try:
            answer = WORK[work](*given)
        except RuntimeError:  # there is no memory for it
            sys.exit(1)
        sys.stdout.buffer.write(json.dumps([answer, time.process_time() - began]).encode() + b"\n")
        sys.stdout.buffer.flush()


def _verify(encoded: str, secret: str) -> bool:
    try:
        return argon2id.verify(encoded.encode(), _to_bytes(secret))
    except CryptoError:
        return False


def _hash(secret: str, time_cost: int, memory: int) -> str:
    return argon2id.str(_to_bytes(secret), time_cost, memory).decode()


def _digest(secret: str, salt: str, time_cost: int, memory: int) -> str:
    return argon2id.kdf(DIGEST_LENGTH, _to_bytes(secret), bytes.fromhex(salt), time_cost, memory).hex()


def _to_bytes(secret: str) -> bytes:
    return secret.encode("utf-8", "surrogatepass")


WORK: dict[str, Callable[..., Any]] = {"verify": _verify, "hash": _hash, "digest": _digest}

if __name__ == "__main__":
    main()
