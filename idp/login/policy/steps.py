"""What is missing: the one place that decides what comes next in a sign-in. Pure; pages only report back to it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from idp.login.policy.assurance import Assurance, Level, assess, best_of_all, reachable
from idp.login.policy.methods import FIRST, LASTING, Method
from idp.login.policy.proofs import Proof
from idp.login.policy.requirement import AuthRequirement

SET_UP_REACHES = Level.MFA
"""What somebody can reach by setting up an authenticator app on the way in."""


class Step(StrEnum):
    """Where a sign-in stands; the values are the last parts of the pages' addresses."""

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
    """All that the decision depends on.

    `proofs` are those that count already; `methods` what the person could prove with now. `may_enrol`: the password
    is fresh enough to set up a factor. `codes_to_save`: recovery codes were made and the person has not yet said that
    they are saved. `must_choose`: the app asked that the person be asked which account. `attested`: the maker of one
    of the person's passkeys vouched for it; `attesting`: makers are trusted to do so. `may_wait`: a session is to be
    opened for somebody who owes a second step and may still put it off.
    """

    proofs: tuple[Proof, ...] = ()
    methods: frozenset[Method] = frozenset()
    may_enrol: bool = False
    codes_to_save: bool = False
    must_choose: bool = False
    attested: bool = False
    attesting: bool = False
    may_wait: bool = False

    @property
    def assurance(self) -> Assurance:
        """What the counted proofs are worth."""
        return assess(self.proofs)

    @property
    def enrolled(self) -> bool:
        """Whether there is a second step to ask for."""
        return bool(self.methods & LASTING)

    @property
    def has_password(self) -> bool:
        """Whether one of the proofs is a password; nothing but that, or a passkey, can follow a passkey alone."""
        return any(proof.method is Method.PASSWORD for proof in self.proofs)


def next_step(state: State, requirement: AuthRequirement) -> Step:
    """The next thing to ask for; never less than the demand, never more than needed."""
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
    """What must be proven before recovery codes are shown that are not saved yet: what they stand in for."""
    return max(Level.TWO_STEP, min(reachable(state.methods), Level.MFA))


def _second_step(state: State, requirement: AuthRequirement) -> Step:
    """What a person who proved a first factor still owes."""
    best = reachable(state.methods, attested=state.attested)
    if requirement.satisfied_by(state.assurance, best=best, enrolled=state.enrolled):
        return Step.OFFER if state.may_wait else Step.DONE
    if state.assurance.level < requirement.target(best) <= best:
        return _prove_more(state)
    if requirement.min_level > max(best, SET_UP_REACHES):
        return Step.REFUSE
    if state.assurance.level < min(best, Level.MFA):
        return _prove_more(state)  # a stronger way is added by what there is, or a thief of the password would add it
    return Step.ENROL if state.may_enrol else Step.IDENTIFY


def _prove_more(state: State) -> Step:
    """A passkey that did not check its owner is something held; a code would only be another such thing."""
    return Step.CODE if state.has_password else Step.IDENTIFY
