"""What was proven: the only thing a page may report, and the only thing a level is derived from. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Method(StrEnum):
    """Ways of proving, and the one way of being let off (`DEVICE`, which is never a factor)."""

    PASSWORD = "password"  # noqa: S105 - the name of a method
    TOTP = "totp"
    RECOVERY_CODE = "recovery_code"
    DEVICE = "device"


PASSWORD_FACTOR = "password"  # noqa: S105 - the id under which a password counts as a factor
RECOVERY_FACTOR = "recovery"
"""How the ids of recovery codes as a factor begin; see `Person.recovery_factor`."""

FIRST = frozenset({Method.PASSWORD})
SECOND = frozenset({Method.TOTP, Method.RECOVERY_CODE})


@dataclass(frozen=True)
class Proof:
    """One thing proven.

    `factor` is the id of what it was proven with; a proof stops counting when that is gone. `at` is when (seconds,
    UTC); for `DEVICE` it is when the second factor that earned the waiver was really given.
    """

    method: Method
    factor: str
    at: int


@dataclass(frozen=True)
class Freshness:
    """How old proofs may be.

    `since`: nothing proven before this counts (seconds, UTC). `second_since`: the same for second factors and waivers
    alone, whose life is shorter.
    """

    since: int = 0
    second_since: int = 0


def counted(proofs: Iterable[Proof], *, live: frozenset[str], freshness: Freshness) -> tuple[Proof, ...]:
    """The proofs that still count: recent enough, and of a factor that exists and is allowed (`live` ids).

    A waiver is as good as the device row behind it, so its age is not judged here, only that the row lives.
    """
    return tuple(proof for proof in proofs if proof.factor in live and proof.at >= _oldest(proof, freshness))


def latest(proofs: Iterable[Proof]) -> tuple[Proof, ...]:
    """Each factor's newest proof, in order of time."""
    newest: dict[tuple[Method, str], Proof] = {}
    for proof in sorted(proofs, key=lambda each: each.at):
        newest[proof.method, proof.factor] = proof
    return tuple(sorted(newest.values(), key=lambda each: (each.at, each.method, each.factor)))


def to_rows(proofs: Iterable[Proof]) -> list[dict[str, Any]]:
    """As JSON to be stored."""
    return [asdict(proof) for proof in latest(proofs)]


def from_rows(rows: Iterable[Mapping[str, Any]]) -> tuple[Proof, ...]:
    """From stored JSON."""
    return tuple(Proof(Method(row["method"]), str(row["factor"]), int(row["at"])) for row in rows)


def _oldest(proof: Proof, freshness: Freshness) -> int:
    if proof.method is Method.DEVICE:
        return 0
    return max(freshness.since, freshness.second_since) if proof.method in SECOND else freshness.since
