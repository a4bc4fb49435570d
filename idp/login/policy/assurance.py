"""Derives acr, amr and auth_time from counted proofs; nothing else writes those claims. Pure.

Levels are totally ordered (`docs/map.md`); `phr` and `phrh` are from OpenID EAP ACR Values 1.0, amr values from RFC
8176. A remembered device raises the level to `remembered` and adds nothing to amr.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from idp.login.policy.methods import FIRST, LASTING, SECOND, Method
from idp.login.policy.proofs import Key, Proof


class Level(IntEnum):
    """Levels of assurance, weakest first. `NONE`: nothing is proven."""

    NONE = 0
    PWD = 1
    REMEMBERED = 2
    TWO_STEP = 3
    MFA = 4
    PHR = 5
    PHRH = 6

    @property
    def acr(self) -> str:
        """Return the `acr` value of this level."""
        return self.name.lower().replace("_", "-")


LEVELS = {level.acr: level for level in Level if level is not Level.NONE}
"""acr value -> level."""

KINDS = {method: method.spec.kind for method in Method if method.spec.kind}
"""Kinds of factor (NIST SP 800-63B); two proofs of one kind are not two factors. A mailbox is none: it shows no
possession of anything (SP 800-63B section 3.1.3.1), so a code from there is a second step and never a second factor."""

UNLOCKED = "know or are"
"""The kind that user verification of a passkey adds: which of the two was used is not reported."""

AMR_ORDER = ("pwd", "otp", "sms", "mca", "pop", "swk", "hwk", "user", "mfa")


@dataclass(frozen=True)
class Assurance:
    """The claims of a set of counted proofs.

    `auth_time` is the time of the last proof that is no waiver, `second_factor_at` that of the last second factor, also
    when this device was remembered for it (both seconds, UTC).
    """

    level: Level
    amr: tuple[str, ...]
    auth_time: int
    second_factor_at: int | None


NOBODY = Assurance(Level.NONE, (), 0, None)


def assess(counted: Iterable[Proof]) -> Assurance:
    """Derive the claims. Without a first factor no other proof counts."""
    proofs = tuple(counted)
    real = [proof for proof in proofs if proof.method is not Method.DEVICE]
    if not any(proof.method in FIRST for proof in real):
        return NOBODY
    multi = len({kind for proof in real for kind in _kinds(proof)}) > 1
    amr = set[str]().union(*(_amr(proof) for proof in real)) | ({"mfa"} if multi else set())
    seconds = [proof.at for proof in proofs if proof.method not in FIRST or (multi and proof.method in SECOND)]
    return Assurance(
        level=max(map(_passkey_level, _phishing_resistant_proofs(real)), default=Level.NONE)
        or (Level.MFA if multi else _without_second_factor({proof.method for proof in proofs})),
        amr=tuple(sorted(amr, key=_amr_order)),
        auth_time=max(proof.at for proof in real),
        second_factor_at=max(seconds, default=None),
    )


def reachable(methods: Iterable[Method], *, attested: bool = False) -> Level:
    """Return the highest level that a person with these methods can reach repeatedly.

    `attested`: a passkey of theirs is. Recovery codes count only where no other second step is left, because each is
    good once.
    """
    able = set(methods)
    if not able & FIRST:
        return Level.NONE
    if any(method.spec.phishing_resistant for method in able):
        return Level.PHRH if attested else Level.PHR
    second = able & LASTING or able & SECOND
    if not second:
        return Level.PWD
    return Level.MFA if any(method.spec.kind for method in second) else Level.TWO_STEP


def best_of_all(*, attested: bool) -> Level:
    """Return the highest level that anybody can reach here, which discovery lists.

    `attested`: the operator trusts manufacturers to attest passkeys; otherwise nothing reaches `phrh`.
    """
    return reachable(KINDS, attested=attested)


def _kinds(proof: Proof) -> set[str]:
    if proof.method not in KINDS:
        return set()
    return {KINDS[proof.method], UNLOCKED} if proof.verified else {KINDS[proof.method]}


def _without_second_factor(methods: set[Method]) -> Level:
    if any(method.spec.lasting and not method.spec.kind for method in methods):
        return Level.TWO_STEP
    return Level.REMEMBERED if Method.DEVICE in methods else Level.PWD


def _amr(proof: Proof) -> frozenset[str]:
    return proof.method.spec.amr | ({proof.key} if proof.key else set())


def _amr_order(value: str) -> tuple[int, str]:
    return AMR_ORDER.index(value) if value in AMR_ORDER else len(AMR_ORDER), value


def _phishing_resistant_proofs(real: Iterable[Proof]) -> list[Proof]:
    """Return the passkeys that are two factors by themselves, or together with a password."""
    proofs = tuple(real)
    has_password = any(proof.method is Method.PASSWORD for proof in proofs)
    return [proof for proof in proofs if proof.method.spec.phishing_resistant and (proof.verified or has_password)]


def _passkey_level(passkey: Proof) -> Level:
    return Level.PHRH if passkey.key is Key.ATTESTED else Level.PHR
