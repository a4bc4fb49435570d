"""From counted proofs to acr, amr and auth_time: the only writer of those claims. Pure.

Levels are totally ordered (`docs/map.md`); `phr` and `phrh` are the names of OpenID EAP ACR Values 1.0, amr values
those of RFC 8176. A remembered device raises the level to `remembered` and adds nothing to amr.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from idp.login.proofs import FIRST, SECOND, Method, Proof


class Level(IntEnum):
    """How sure we are, weakest first. `NONE`: nobody proved anything."""

    NONE = 0
    PWD = 1
    REMEMBERED = 2
    TWO_STEP = 3
    MFA = 4
    PHR = 5
    PHRH = 6

    @property
    def acr(self) -> str:
        """The `acr` value of this level."""
        return self.name.lower().replace("_", "-")


LEVELS = {level.acr: level for level in Level if level is not Level.NONE}
"""acr value -> level."""

AMR = {Method.PASSWORD: {"pwd"}, Method.TOTP: {"otp"}, Method.RECOVERY_CODE: {"otp"}, Method.DEVICE: set[str]()}
"""What each method says for itself in amr (RFC 8176 section 2)."""

KINDS = {Method.PASSWORD: "know", Method.TOTP: "have", Method.RECOVERY_CODE: "have"}
"""NIST SP 800-63B kinds; two proofs of one kind are not two factors."""

AMR_ORDER = ("pwd", "otp", "mfa")


@dataclass(frozen=True)
class Assurance:
    """What a set of counted proofs is worth.

    `auth_time` is when the person last really proved anything, `second_factor_at` when they last really gave a second
    factor, also if that was on an earlier visit that this device remembers (both seconds, UTC).
    """

    level: Level
    amr: tuple[str, ...]
    auth_time: int
    second_factor_at: int | None


NOBODY = Assurance(Level.NONE, (), 0, None)


def assess(counted: Iterable[Proof]) -> Assurance:
    """Derive the claims. Without a first factor nothing else is worth anything."""
    proofs = tuple(counted)
    real = [proof for proof in proofs if proof.method is not Method.DEVICE]
    if not any(proof.method in FIRST for proof in real):
        return NOBODY
    multi = len({KINDS[proof.method] for proof in real}) > 1
    waived = any(proof.method is Method.DEVICE for proof in proofs)
    level = Level.MFA if multi else Level.REMEMBERED if waived else Level.PWD
    said = set[str]().union(*(AMR[proof.method] for proof in real)) | ({"mfa"} if multi else set())
    seconds = [proof.at for proof in proofs if proof.method not in FIRST]
    return Assurance(
        level=level,
        amr=tuple(value for value in AMR_ORDER if value in said),
        auth_time=max(proof.at for proof in real),
        second_factor_at=max(seconds, default=None),
    )


def reachable(methods: Iterable[Method]) -> Level:
    """The highest level a person with these ways of proving can reach."""
    able = set(methods)
    if not able & FIRST:
        return Level.NONE
    return Level.MFA if able & SECOND else Level.PWD


BEST_REACHABLE = reachable(KINDS)
"""The highest level anybody can reach with what this product offers: what discovery lists, and no more."""
