"""Recovery codes: printed, single-use secrets for when other factors are lost.

Each code has 80 random bits. The set has one salt, so a lookup costs one argon2id for all codes, and each guess against
a stolen database costs one as well (NIST SP 800-63B section 3.1.2: look-up secrets).
"""

from __future__ import annotations

import base64
from dataclasses import dataclass

from idp.factors import typed_codes
from idp.factors.hashing import SALT_LENGTH, Hasher
from idp.kernel.entropy import Entropy
from idp.persistence.recovery_codes import RecoverySet
from idp.signing.sealing import Sealer

COUNT = 8
CODE_BYTES = 10
GROUP = 4
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base32: no I, L, O or U, so printed codes are unambiguous."""

_READ_AS = str.maketrans({"I": "1", "L": "1", "O": "0"})
_LENGTH = CODE_BYTES * 8 // 5


@dataclass(frozen=True)
class NewRecoverySet:
    """A new set: codes to show, salt, and digests to store."""

    codes: tuple[str, ...]
    salt: bytes
    digests: tuple[str, ...]


def generate_set(entropy: Entropy, hasher: Hasher) -> NewRecoverySet:
    """Generate a set. Costs `COUNT` argon2id hashes, so call it outside of transactions."""
    codes = tuple(_format_code(entropy.bytes(CODE_BYTES)) for _ in range(COUNT))
    salt = entropy.bytes(SALT_LENGTH)
    return NewRecoverySet(codes, salt, tuple(hasher.digest(canonicalize(code), salt) for code in codes))


def canonicalize(text: str) -> str:
    """Normalize a typed code for hashing: case, dashes and look-alike letters.

    Malformed codes become the empty string, which matches nothing.
    """
    plain = typed_codes.normalize_code(text).upper().translate(_READ_AS)
    return plain if len(plain) == _LENGTH and all(letter in ALPHABET for letter in plain) else ""


def digest(hasher: Hasher, salt: str, text: str) -> str:
    """Return the stored digest of a typed code; the work is the same for any input."""
    return hasher.digest(canonicalize(text), base64.b64decode(salt))


def to_row(fresh: NewRecoverySet, *, user_id: str, set_id: str, sealer: Sealer) -> RecoverySet:
    """Create the row of a new set, with sealed codes."""
    return RecoverySet(
        user_id=user_id,
        id=set_id,
        salt=base64.b64encode(fresh.salt).decode("ascii"),
        sealed_codes=sealer.seal("\n".join(fresh.codes).encode(), row=set_id),
    )


def unseal_codes(stored: RecoverySet, sealer: Sealer) -> tuple[str, ...]:
    """Decrypt the codes; empty once they have been deleted."""
    if stored.sealed_codes is None:
        return ()
    return tuple(sealer.unseal(stored.sealed_codes, row=stored.id).decode().split("\n"))


def _format_code(raw: bytes) -> str:
    number = int.from_bytes(raw, "big")
    letters = "".join(ALPHABET[number >> shift & 31] for shift in range(len(raw) * 8 - 5, -1, -5))
    return "-".join(letters[start : start + GROUP] for start in range(0, len(letters), GROUP))
