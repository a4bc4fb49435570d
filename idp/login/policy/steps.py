"""The next step of a login flow; nothing else decides it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from idp.login.policy.assurance import Assurance, Level, assess, best_of_all, reachable
from idp.login.policy.methods import FIRST, LASTING, Method
from idp.login.policy.proofs import Proof
from idp.login.policy.requirement import AuthRequirement

SET_UP_REACHES = Level.MFA
"""The level that enrolling an authenticator app during a login flow can reach."""


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

    `proofs`: those that count. `methods`: those the person can use now. `may_enrol`: the password is fresh enough to
    enrol a factor. `codes_to_save`: the person has not confirmed yet that the recovery codes are saved. `must_choose`:
    the client requested the choice of an account. `attested`: one of the person's passkeys is; `attesting`: the
    installation trusts manufacturers to attest passkeys. `may_wait`: a session is to be opened for a person who can
    still postpone a required second step.
    """

    proofs: tuple[Proof, ...] = ()
    methods: frozenset[Method] = frozenset()
    may_enrol: bool = False
    codes_to_save: bool = False
    must_choose: bool = False
    attested: bool = False
    attesting: bool = False
    may_wait: bool = False

    @cached_property
    def assurance(self) -> Assurance:
        """Return the claims of the counted proofs."""
        return assess(self.proofs)

    @property
    def enrolled(self) -> bool:
        """Whether a second step is enrolled."""
        return bool(self.methods & LASTING)

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
    best = reachable(state.methods, attested=state.attested)
    if requirement.satisfied_by(state.assurance, best=best, enrolled=state.enrolled):
        return Step.OFFER if state.may_wait else Step.DONE
    if state.assurance.level < requirement.target(best) <= best:
        return _prove_more(state)
    if requirement.min_level > max(best, SET_UP_REACHES):
        return Step.REFUSE
    if state.assurance.level < min(best, Level.MFA):
        return _prove_more(state)  # a stronger factor needs the present ones, or a thief of the password could add it
    return Step.ENROL if state.may_enrol else Step.IDENTIFY


def _prove_more(state: State) -> Step:
    """Return the step for one more proof; a passkey without user verification and a code are both something held."""
    return Step.CODE if state.has_password else Step.IDENTIFY
