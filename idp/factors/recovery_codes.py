"""Recovery codes: printed secrets, each good once, for the day the phone is lost.

Each code holds 80 random bits. The set has one salt, so that finding a code costs a single argon2id however many codes
there are, and a stolen database costs one argon2id a guess (NIST SP 800-63B section 3.1.2: look-up secrets).
"""

from __future__ import annotations

import base64
from dataclasses import dataclass

from idp.factors import typed
from idp.factors.hashing import SALT_LENGTH, Hasher
from idp.kernel.entropy import Entropy
from idp.persistence.recovery import RecoverySet
from idp.signing.sealing import Sealer

COUNT = 8
CODE_BYTES = 10
GROUP = 4
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base32: no I, L, O or U, so that a printed code is read without doubt."""

_READ_AS = str.maketrans({"I": "1", "L": "1", "O": "0"})
_LENGTH = CODE_BYTES * 8 // 5


@dataclass(frozen=True)
class NewRecoverySet:
    """A new set before it is stored: what people see, and what is kept of it."""

    codes: tuple[str, ...]
    salt: bytes
    digests: tuple[str, ...]


def generate_set(entropy: Entropy, hasher: Hasher) -> NewRecoverySet:
    """Make a set. Costs `COUNT` argon2id hashes, so call it outside every transaction."""
    codes = tuple(_format_code(entropy.bytes(CODE_BYTES)) for _ in range(COUNT))
    salt = entropy.bytes(SALT_LENGTH)
    return NewRecoverySet(codes, salt, tuple(hasher.digest(canonicalize(code), salt) for code in codes))


def canonicalize(text: str) -> str:
    """A code as it is hashed: any case, with or without dashes, and look-alike letters read as meant.

    Something that cannot be one of our codes becomes the empty string, which matches nothing.
    """
    plain = typed.normalize_code(text).upper().translate(_READ_AS)
    return plain if len(plain) == _LENGTH and all(letter in ALPHABET for letter in plain) else ""


def digest(hasher: Hasher, salt: str, text: str) -> str:
    """What the database would hold for this code; the same work whatever was typed."""
    return hasher.digest(canonicalize(text), base64.b64decode(salt))


def to_row(fresh: NewRecoverySet, *, user_id: str, set_id: str, sealer: Sealer) -> RecoverySet:
    """The set as it is stored until the person has saved it."""
    return RecoverySet(
        user_id=user_id,
        id=set_id,
        salt=base64.b64encode(fresh.salt).decode("ascii"),
        sealed_codes=sealer.seal("\n".join(fresh.codes).encode(), row=set_id),
    )


def unseal_codes(stored: RecoverySet, sealer: Sealer) -> tuple[str, ...]:
    """Return the codes that are not acknowledged as saved; empty afterwards."""
    if stored.sealed_codes is None:
        return ()
    return tuple(sealer.unseal(stored.sealed_codes, row=stored.id).decode().split("\n"))


def _format_code(raw: bytes) -> str:
    number = int.from_bytes(raw, "big")
    letters = "".join(ALPHABET[number >> shift & 31] for shift in range(len(raw) * 8 - 5, -1, -5))
    return "-".join(letters[start : start + GROUP] for start in range(0, len(letters), GROUP))
