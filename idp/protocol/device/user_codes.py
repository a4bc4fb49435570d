"""User codes: short, easy to read from a distance, and easy to type on a phone (RFC 8628 section 6.1). Pure."""

from __future__ import annotations

import re
import unicodedata

from idp.kernel.entropy import Entropy

LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
"""No vowels, so that no words come out, no digits, and nothing that looks like another letter."""
LENGTH = 8
"""20**8: 34 bits, for a few minutes and few tries."""
_GAPS = re.compile(r"[\s\-_.]+")


def new_user_code(entropy: Entropy) -> str:
    """Return a new code, as it is stored and compared."""
    number = int.from_bytes(entropy.bytes(16), "big")
    letters = []
    for _ in range(LENGTH):
        number, rest = divmod(number, len(LETTERS))
        letters.append(LETTERS[rest])
    return "".join(letters)


def display(code: str) -> str:
    """Return a code as people see it: `WDJB-MJHT`."""
    return f"{code[: LENGTH // 2]}-{code[LENGTH // 2 :]}"


def normalize(typed: str) -> str | None:
    """Return the code that was typed, in any case and with any gaps; None when it cannot be one."""
    plain = _GAPS.sub("", unicodedata.normalize("NFKC", typed)).upper()
    return plain if len(plain) == LENGTH and set(plain) <= set(LETTERS) else None
