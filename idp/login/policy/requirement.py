"""What a sign-in must reach. Requirements form a lattice: joining two can only make them stricter. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

from idp.login.policy.assurance import Assurance, Level
from idp.login.policy.methods import Method


@dataclass(frozen=True)
class AuthRequirement:
    """The lowest level and the oldest proof that are enough.

    `min_level`: must be reached, by enrolling a second step if needed.
    `voluntary_level`: attempted with the factors a person has, and no further (voluntary `acr_values`).
    `not_before`: only proofs given at or after this time count (seconds, UTC).
    `require_enrolment`: a second step must be enrolled even if the level is reached without one.
    `kinds`: the second steps that count (None: all).
    `without_devices`: a remembered device does not stand in for a second step.
    """

    min_level: Level = Level.PWD
    voluntary_level: Level = Level.NONE
    not_before: int = 0
    require_enrolment: bool = False
    kinds: frozenset[Method] | None = None
    without_devices: bool = False

    def join(self, other: AuthRequirement) -> AuthRequirement:
        """Return the requirement that satisfies both."""
        return AuthRequirement(
            min_level=max(self.min_level, other.min_level),
            voluntary_level=max(self.voluntary_level, other.voluntary_level),
            not_before=max(self.not_before, other.not_before),
            require_enrolment=self.require_enrolment or other.require_enrolment,
            kinds=_both(self.kinds, other.kinds),
            without_devices=self.without_devices or other.without_devices,
        )

    def target(self, best: Level) -> Level:
        """Return the level to reach, when `best` is what the person's factors can reach."""
        level = max(self.min_level, min(self.voluntary_level, best))
        return Level.TWO_STEP if self.without_devices and level is Level.REMEMBERED else level

    def satisfied_by(self, assurance: Assurance, *, best: Level, enrolled: bool) -> bool:
        """Whether proofs already filtered by `not_before` are enough for a person who can reach `best`."""
        return assurance.level >= self.target(best) and (enrolled or not self.require_enrolment)


def _both(one: frozenset[Method] | None, other: frozenset[Method] | None) -> frozenset[Method] | None:
    """Return the kinds that both permit; None permits all."""
    return one if other is None else other if one is None else one & other


NO_REQUIREMENT = AuthRequirement()


def join(*requirements: AuthRequirement) -> AuthRequirement:
    """Return the requirement that satisfies all of them."""
    return reduce(AuthRequirement.join, requirements, NO_REQUIREMENT)
