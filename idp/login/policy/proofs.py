"""Proofs: all that pages store about a sign-in, and all that levels are derived from. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

from idp.login.policy.methods import FIRST, LASTING, SECOND, Method

PASSWORD_FACTOR = "password"  # noqa: S105 - the id under which a password counts as a factor
RECOVERY_FACTOR = "recovery"
"""Prefix of the factor id of recovery codes; see `Person.recovery_factor`."""


class Key(StrEnum):
    """How the private key of a passkey is stored, as far as known; the values are those of amr (RFC 8176)."""

    POP = "pop"
    SYNCED = "swk"
    ATTESTED = "hwk"


@dataclass(frozen=True)
class Proof:
    """One proof.

    `factor` is the id of the factor used; the proof stops counting when that factor is removed. `at` is the time
    (seconds, UTC); for `DEVICE` it is the time of the second factor that the device was remembered for. Of a passkey,
    `verified` is user verification (a PIN, a finger, a face), and `key` how it is stored.
    """

    method: Method
    factor: str
    at: int
    verified: bool = False
    key: Key | None = None


@dataclass(frozen=True)
class Freshness:
    """The oldest proofs that count.

    `not_before`: no earlier proof counts (seconds, UTC). `second_factor_not_before`: the same for second factors only,
    whose lifetime is shorter.
    """

    not_before: int = 0
    second_factor_not_before: int = 0


def counted(proofs: Iterable[Proof], *, live: frozenset[str], freshness: Freshness) -> tuple[Proof, ...]:
    """Return the proofs that count: recent enough, and of a factor that exists and is usable (`live` ids).

    A remembered device expires with its row, so its age is not checked here. A passkey that is too old to be a second
    factor is still a first one, unless a password is.
    """
    alive = tuple(proof for proof in proofs if proof.factor in live)
    fresh = tuple(proof for proof in alive if proof.at >= _oldest(proof, freshness))
    if any(proof.method is Method.PASSWORD for proof in fresh):
        return fresh
    aged = (proof for proof in alive if proof.method in FIRST and proof not in fresh)
    return (*(replace(proof, verified=False) for proof in aged if proof.at >= freshness.not_before), *fresh)


def permitted(
    proofs: Iterable[Proof], kinds: frozenset[Method] | None, enrolled: frozenset[Method]
) -> tuple[Proof, ...]:
    """Return the proofs that count where only these kinds of second step do (None: all); `enrolled`: all they have.

    A passkey of another kind still begins a sign-in, unless a password does. A remembered device counts if each second
    step is permitted: it forgets with any change of them, so one of these was given there.
    """
    given = tuple(proofs)
    if kinds is None:
        return given
    lasting = enrolled & LASTING
    has_password = any(proof.method is Method.PASSWORD for proof in given)
    counting = []
    for proof in given:
        if proof.method is Method.DEVICE:
            counting += [proof] if lasting <= kinds else []
        elif proof.method is Method.RECOVERY_CODE:
            counting += [proof] if lasting & kinds else []
        elif proof.method not in LASTING or proof.method in kinds:
            counting.append(proof)
        elif proof.method in FIRST and not has_password:
            counting.append(replace(proof, verified=False))
    return tuple(counting)


def time_of_first_factor(proofs: Iterable[Proof]) -> int:
    """Return when a first factor was given last (seconds, UTC); 0 when none was."""
    return max((proof.at for proof in proofs if proof.method in FIRST), default=0)


def latest(proofs: Iterable[Proof]) -> tuple[Proof, ...]:
    """Return each factor's newest proof, oldest first; of a passkey one with and one without user verification."""
    newest: dict[tuple[Method, str, bool], Proof] = {}
    for proof in sorted(proofs, key=lambda each: each.at):
        newest[proof.method, proof.factor, proof.verified] = proof
    return tuple(sorted(newest.values(), key=lambda each: (each.at, each.method, each.factor, each.verified)))


def to_rows(proofs: Iterable[Proof]) -> list[dict[str, Any]]:
    """Return the newest proofs as JSON; fields that only passkeys have are left out for the rest."""
    return [
        {name: value for name, value in asdict(proof).items() if value} | {"at": proof.at} for proof in latest(proofs)
    ]


def from_rows(rows: Iterable[Mapping[str, Any]]) -> tuple[Proof, ...]:
    """Return the proofs of stored JSON."""
    return tuple(
        Proof(
            Method(row["method"]),
            str(row["factor"]),
            int(row["at"]),
            verified=bool(row.get("verified")),
            key=Key(row["key"]) if row.get("key") else None,
        )
        for row in rows
    )


def _oldest(proof: Proof, freshness: Freshness) -> int:
    if proof.method is Method.DEVICE:
        return 0
    return (
        max(freshness.not_before, freshness.second_factor_not_before)
        if proof.method in SECOND
        else freshness.not_before
    )
