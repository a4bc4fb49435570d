"""The next step of a login flow; nothing else decides it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

from idp.login.policy.assurance import Assurance, Level, assess, best_of_all, reachable
from idp.login.policy.methods import FIRST, LASTING, SECOND, Method
from idp.login.policy.proofs import Proof, permitted
from idp.login.policy.requirement import AuthRequirement

SET_UP_REACHES = Level.MFA
"""The highest level that enrolling a second step during a login flow is for."""


class Step(StrEnum):
    """A step of a login flow; the values are the last parts of the pages' paths."""

    CHOOSE = "account"
    IDENTIFY = "identify"
    CODE = "code"
    OFFER = "offer"
    ENROL = "enrol"
    SAVE_CODES = "recovery-codes"
    DONE = "done"
    REFUSE = "refuse"


@dataclass(frozen=True)
class State:
    """Everything the next step depends on.

    `proofs`: those that count. `methods`: those the person can use now. `enrolment_open`: the first factor is fresh
    enough to enrol another. `codes_to_save`: the person has not confirmed yet that the recovery codes are saved.
    `must_choose`: the client requested the choice of an account. `attested`: one of the person's passkeys is;
    `attesting`: the installation trusts manufacturers to attest passkeys. `may_wait`: a session is to be opened for a
    person who can still postpone a required second step. `enrollable`: the second steps that the person could enrol
    now.
    """

    proofs: tuple[Proof, ...] = ()
    methods: frozenset[Method] = frozenset()
    enrolment_open: bool = False
    codes_to_save: bool = False
    must_choose: bool = False
    attested: bool = False
    attesting: bool = False
    may_wait: bool = False
    enrollable: frozenset[Method] = frozenset({Method.TOTP})

    @cached_property
    def assurance(self) -> Assurance:
        """Return the claims of the counted proofs."""
        return assess(self.proofs)

    @property
    def enrolled(self) -> bool:
        """Whether a second step is enrolled."""
        return bool(self.methods & LASTING)

    def limited_to(self, kinds: frozenset[Method] | None) -> State:
        """Return the state as it is where only these kinds of second step count (None: all)."""
        if kinds is None:
            return self
        methods = frozenset(method for method in self.methods if method not in LASTING or method in kinds)
        return replace(
            self,
            proofs=permitted(self.proofs, kinds, self.methods),
            methods=methods if methods & LASTING else methods - SECOND,
            attested=self.attested and Method.PASSKEY in kinds,
            enrollable=self.enrollable & kinds,
        )

    @property
    def best(self) -> Level:
        """Return the highest level that the methods can reach."""
        return reachable(self.methods, attested=self.attested)

    @property
    def set_up_reaches(self) -> Level:
        """Return the level that enrolling a second step now can reach."""
        return min(SET_UP_REACHES, reachable({Method.PASSWORD, *self.enrollable}))

    @property
    def has_password(self) -> bool:
        """Whether one of the proofs is a password; without one only a password or a passkey can be the next proof."""
        return any(proof.method is Method.PASSWORD for proof in self.proofs)


def next_step(state: State, requirement: AuthRequirement) -> Step:
    """Return the next step: never less than the requirement, never more than needed."""
    if state.must_choose:
        return Step.CHOOSE
    if requirement.min_level > best_of_all(attested=state.attesting):
        return Step.REFUSE
    if not any(proof.method in FIRST for proof in state.proofs):
        return Step.IDENTIFY
    if state.codes_to_save:
        return Step.SAVE_CODES if state.assurance.level >= enough_to_save(state) else _prove_more(state)
    return _second_step(state, requirement)


def enough_to_save(state: State) -> Level:
    """Return the level that shows unsaved recovery codes: that of the factors they replace."""
    return max(Level.TWO_STEP, min(reachable(state.methods), Level.MFA))


def _second_step(state: State, requirement: AuthRequirement) -> Step:
    """Return the next step after a first factor."""
    counting = state.limited_to(requirement.kinds)
    best, level = counting.best, counting.assurance.level
    if requirement.satisfied_by(counting.assurance, best=best, enrolled=counting.enrolled):
        return Step.OFFER if state.may_wait else Step.DONE
    if level < requirement.target(best) <= best:
        return _prove_more(counting)
    if requirement.min_level > max(best, counting.set_up_reaches) or not counting.enrollable:
        return Step.REFUSE
    if state.assurance.level < min(state.best, Level.MFA):
        return _prove_more(state)  # a stronger factor needs the present ones, or a thief of the password could add it
    return Step.ENROL if state.enrolment_open else Step.IDENTIFY


def _prove_more(state: State) -> Step:
    """Return the step for one more proof; a passkey without user verification and a code are both something held."""
    return Step.CODE if state.has_password else Step.IDENTIFY
