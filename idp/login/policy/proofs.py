"""What was proven: the only thing a page may report, and the only thing a level is derived from. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

from idp.login.policy.methods import FIRST, SECOND, Method

PASSWORD_FACTOR = "password"  # noqa: S105 - the id under which a password counts as a factor
RECOVERY_FACTOR = "recovery"
"""How the ids of recovery codes as a factor begin; see `Person.recovery_factor`."""


class Key(StrEnum):
    """How a passkey's private key is kept, as far as we know; the values are those of amr."""

    POP = "pop"
    SYNCED = "swk"
    ATTESTED = "hwk"


@dataclass(frozen=True)
class Proof:
    """One thing proven.

    `factor` is the id of what it was proven with; a proof stops counting when that is gone. `at` is when (seconds,
    UTC); for `DEVICE` it is when the second factor that earned the waiver was really given. Of a passkey, `verified`
    says that it checked its owner (a PIN, a finger, a face), and `key` how it is kept.
    """

    method: Method
    factor: str
    at: int
    verified: bool = False
    key: Key | None = None


@dataclass(frozen=True)
class Freshness:
    """How old proofs may be.

    `since`: nothing proven before this counts (seconds, UTC). `second_since`: the same for second factors and waivers
    alone, whose life is shorter.
    """

    not_before: int = 0
    second_factor_not_before: int = 0


def counted(proofs: Iterable[Proof], *, live: frozenset[str], freshness: Freshness) -> tuple[Proof, ...]:
    """The proofs that still count: recent enough, and of a factor that exists and is allowed (`live` ids).

    A waiver is as good as the device row behind it, so its age is not judged here, only that the row lives. A passkey
    too old to be a second factor is still a first one, unless there is a password to be that.
    """
    alive = tuple(proof for proof in proofs if proof.factor in live)
    fresh = tuple(proof for proof in alive if proof.at >= _oldest(proof, freshness))
    if any(proof.method is Method.PASSWORD for proof in fresh):
        return fresh
    aged = (proof for proof in alive if proof.method in FIRST and proof not in fresh)
    return (*(replace(proof, verified=False) for proof in aged if proof.at >= freshness.not_before), *fresh)


def latest(proofs: Iterable[Proof]) -> tuple[Proof, ...]:
    """Each factor's newest proof, in order of time; a passkey's newest with and newest without its owner checked."""
    newest: dict[tuple[Method, str, bool], Proof] = {}
    for proof in sorted(proofs, key=lambda each: each.at):
        newest[proof.method, proof.factor, proof.verified] = proof
    return tuple(sorted(newest.values(), key=lambda each: (each.at, each.method, each.factor, each.verified)))


def to_rows(proofs: Iterable[Proof]) -> list[dict[str, Any]]:
    """As JSON to be stored; what only passkeys have is left out for the rest."""
    return [
        {name: value for name, value in asdict(proof).items() if value} | {"at": proof.at} for proof in latest(proofs)
    ]


def from_rows(rows: Iterable[Mapping[str, Any]]) -> tuple[Proof, ...]:
    """From stored JSON."""
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
