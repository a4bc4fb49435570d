"""What must be true before a door opens. Demands form a lattice: joining two can only make them stricter. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

from idp.login.policy.assurance import Assurance, Level


@dataclass(frozen=True)
class Demand:
    """The least level, the oldest proof that counts, and what applies beyond.

    `level`: what must be reached, by setting up a second step if need be.
    `wished`: what is tried for with what the person already has, and no further (voluntary `acr_values`).
    `since`: only proofs given at or after this count (seconds, UTC).
    `enrol`: a second step must be set up even if the level is reached without one.
    """

    level: Level = Level.PWD
    wished: Level = Level.NONE
    since: int = 0
    enrol: bool = False

    def join(self, other: Demand) -> Demand:
        """Both at once."""
        return Demand(
            level=max(self.level, other.level),
            wished=max(self.wished, other.wished),
            since=max(self.since, other.since),
            enrol=self.enrol or other.enrol,
        )

    def target(self, best: Level) -> Level:
        """The level to go for, when `best` is what the person's present factors can reach."""
        return max(self.level, min(self.wished, best))

    def satisfied_by(self, assurance: Assurance, *, best: Level, enrolled: bool) -> bool:
        """Whether proofs already filtered by `since` are enough for a person who can reach `best`."""
        return assurance.level >= self.target(best) and (enrolled or not self.enrol)


NOTHING = Demand()


def join(*demands: Demand) -> Demand:
    """All of them at once."""
    return reduce(Demand.join, demands, NOTHING)
