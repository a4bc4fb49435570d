"""What must be true before a door opens. Demands form a lattice: joining two can only make them stricter. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

from idp.login.policy.assurance import Assurance, Level


@dataclass(frozen=True)
class AuthRequirement:
    """The least level, the oldest proof that counts, and what applies beyond.

    `level`: what must be reached, by setting up a second step if need be.
    `wished`: what is tried for with what the person already has, and no further (voluntary `acr_values`).
    `since`: only proofs given at or after this count (seconds, UTC).
    `enrol`: a second step must be set up even if the level is reached without one.
    """

    min_level: Level = Level.PWD
    voluntary_level: Level = Level.NONE
    not_before: int = 0
    require_enrolment: bool = False

    def join(self, other: AuthRequirement) -> AuthRequirement:
        """Both at once."""
        return AuthRequirement(
            min_level=max(self.min_level, other.min_level),
            voluntary_level=max(self.voluntary_level, other.voluntary_level),
            not_before=max(self.not_before, other.not_before),
            require_enrolment=self.require_enrolment or other.require_enrolment,
        )

    def target(self, best: Level) -> Level:
        """The level to go for, when `best` is what the person's present factors can reach."""
        return max(self.min_level, min(self.voluntary_level, best))

    def satisfied_by(self, assurance: Assurance, *, best: Level, enrolled: bool) -> bool:
        """Whether proofs already filtered by `since` are enough for a person who can reach `best`."""
        return assurance.level >= self.target(best) and (enrolled or not self.require_enrolment)


NO_REQUIREMENT = AuthRequirement()


def join(*requirements: AuthRequirement) -> AuthRequirement:
    """All of them at once."""
    return reduce(AuthRequirement.join, requirements, NO_REQUIREMENT)
