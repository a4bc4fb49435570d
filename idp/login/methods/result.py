"""How an attempt to prove something ended."""

from __future__ import annotations

from enum import StrEnum


class Result(StrEnum):
    """The outcome of one attempt.

    `REUSED`: right, but used before. `THROTTLED`: not checked, because the rate limit is reached. `CONFLICT`: right,
    but another request changed the login flow or the account first.
    """

    RIGHT = "right"
    WRONG = "wrong"
    REUSED = "reused"
    THROTTLED = "throttled"
    CONFLICT = "conflict"
