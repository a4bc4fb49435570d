"""The dispatcher, over every state there is."""

import itertools

import pytest

from idp.login.policy.assurance import Level
from idp.login.policy.methods import FIRST, SECOND, Method
from idp.login.policy.proofs import Proof
from idp.login.policy.requirement import AuthRequirement
from idp.login.policy.steps import State, Step, next_step

PASSWORD = Proof(Method.PASSWORD, "password", 100)
TOTP = Proof(Method.TOTP, "app", 130)
RECOVERY = Proof(Method.RECOVERY_CODE, "recovery", 140)
DEVICE = Proof(Method.DEVICE, "laptop", 50)
EMAIL = Proof(Method.EMAIL, "mailbox", 145)
TOUCH = Proof(Method.PASSKEY, "key", 150)
CHECKED = Proof(Method.PASSKEY, "key", 150, verified=True)

ALONE = frozenset({Method.PASSWORD})
CUT_OFF = frozenset({Method.PASSWORD, Method.RECOVERY_CODE})
WITH_APP = frozenset({Method.PASSWORD, Method.TOTP, Method.RECOVERY_CODE})
WITH_MAIL = frozenset({Method.PASSWORD, Method.EMAIL, Method.RECOVERY_CODE})
WITH_KEY = frozenset({Method.PASSWORD, Method.PASSKEY})
WITH_BOTH = WITH_APP | WITH_KEY
SECOND_STEP = AuthRequirement(min_level=Level.REMEMBERED)
REQUIRED = AuthRequirement(min_level=Level.REMEMBERED, require_enrolment=True)


@pytest.mark.parametrize(
    ("state", "requirement", "step"),
    [
        (State(), AuthRequirement(), Step.IDENTIFY),
        (State((PASSWORD,), ALONE), AuthRequirement(), Step.DONE),
        (State((PASSWORD,), WITH_APP), SECOND_STEP, Step.CODE),
        (State((PASSWORD, DEVICE), WITH_APP), SECOND_STEP, Step.DONE),
        (State((PASSWORD, DEVICE), WITH_APP), AuthRequirement(min_level=Level.TWO_STEP), Step.CODE),
        (State((PASSWORD, DEVICE), WITH_APP), AuthRequirement(min_level=Level.MFA), Step.CODE),
        (
            State((PASSWORD, DEVICE), WITH_APP),
            AuthRequirement(min_level=Level.REMEMBERED, voluntary_level=Level.MFA),
            Step.CODE,
        ),
        (State((PASSWORD, TOTP), WITH_APP), AuthRequirement(min_level=Level.MFA), Step.DONE),
        (State((PASSWORD,), ALONE, enrolment_open=True), REQUIRED, Step.ENROL),
        (State((PASSWORD,), ALONE, enrolment_open=False), REQUIRED, Step.IDENTIFY),
        (State((PASSWORD,), ALONE, enrolment_open=True), AuthRequirement(min_level=Level.MFA), Step.ENROL),
        (State((PASSWORD, DEVICE), CUT_OFF, enrolment_open=True), REQUIRED, Step.CODE),  # it sets nothing up
        (State((PASSWORD, RECOVERY), CUT_OFF, enrolment_open=True), REQUIRED, Step.ENROL),
        (State((PASSWORD,), ALONE), AuthRequirement(voluntary_level=Level.MFA), Step.DONE),  # a wish sets nothing up
        (State((PASSWORD, TOTP), WITH_APP, codes_to_save=True), SECOND_STEP, Step.SAVE_CODES),
        (State((PASSWORD, DEVICE), WITH_APP, codes_to_save=True), SECOND_STEP, Step.CODE),
        (State((PASSWORD,), ALONE), AuthRequirement(min_level=Level.PHR), Step.REFUSE),
        (
            State((PASSWORD, TOTP), WITH_APP),
            AuthRequirement(min_level=Level.PHR),
            Step.REFUSE,
        ),  # nothing set up here would reach it
        (State((PASSWORD,), WITH_KEY), SECOND_STEP, Step.CODE),
        (State((PASSWORD, TOTP), WITH_BOTH), AuthRequirement(min_level=Level.PHR), Step.CODE),
        (State((PASSWORD, TOUCH), WITH_KEY), AuthRequirement(min_level=Level.PHR), Step.DONE),
        (State((CHECKED,), WITH_KEY), AuthRequirement(min_level=Level.PHR), Step.DONE),
        (State((CHECKED,), WITH_KEY), AuthRequirement(min_level=Level.PHRH), Step.REFUSE),
        (State((CHECKED,), WITH_KEY, attesting=True), AuthRequirement(min_level=Level.PHRH), Step.REFUSE),
        (
            State((CHECKED,), WITH_KEY, attesting=True, attested=True),
            AuthRequirement(min_level=Level.PHRH),
            Step.IDENTIFY,
        ),
        (State((PASSWORD,), WITH_KEY, attesting=True, attested=True), AuthRequirement(min_level=Level.PHRH), Step.CODE),
        (State((), WITH_KEY, attested=True), AuthRequirement(min_level=Level.PHRH), Step.REFUSE),  # believed no longer
        (State((CHECKED,), WITH_KEY, codes_to_save=True), SECOND_STEP, Step.SAVE_CODES),
        (State((TOUCH,), WITH_KEY, codes_to_save=True), SECOND_STEP, Step.IDENTIFY),
        (State((TOUCH,), WITH_BOTH), SECOND_STEP, Step.IDENTIFY),  # a code would be one more thing held
        (State((TOUCH, TOTP), WITH_BOTH), SECOND_STEP, Step.IDENTIFY),
        (State((TOUCH,), WITH_KEY), AuthRequirement(), Step.DONE),
        (State((PASSWORD,), WITH_MAIL), SECOND_STEP, Step.CODE),
        (State((PASSWORD, EMAIL), WITH_MAIL), AuthRequirement(min_level=Level.TWO_STEP), Step.DONE),
        (
            State((PASSWORD,), WITH_MAIL, enrolment_open=True),
            AuthRequirement(min_level=Level.MFA),
            Step.CODE,
        ),  # first what there is
        (State((PASSWORD, DEVICE), WITH_MAIL, enrolment_open=True), AuthRequirement(min_level=Level.MFA), Step.CODE),
        (State((PASSWORD, EMAIL), WITH_MAIL, enrolment_open=True), AuthRequirement(min_level=Level.MFA), Step.ENROL),
        (State((PASSWORD, RECOVERY), WITH_MAIL), AuthRequirement(min_level=Level.MFA), Step.DONE),
        (State((PASSWORD, EMAIL), WITH_MAIL, codes_to_save=True), SECOND_STEP, Step.SAVE_CODES),
        (State((PASSWORD,), WITH_MAIL, codes_to_save=True), SECOND_STEP, Step.CODE),
        (State((PASSWORD,), ALONE, must_choose=True), AuthRequirement(), Step.CHOOSE),
        (State((PASSWORD,), ALONE, may_wait=True), AuthRequirement(), Step.OFFER),
        (State((), ALONE, may_wait=True), AuthRequirement(), Step.IDENTIFY),
        (State((PASSWORD,), ALONE, enrolment_open=True, may_wait=True), REQUIRED, Step.ENROL),  # chosen: set up now
        (
            State((PASSWORD,), ALONE, enrolment_open=True, may_wait=True),
            AuthRequirement(min_level=Level.MFA),
            Step.ENROL,
        ),
    ],
)
def test_what_comes_next(state: State, requirement: AuthRequirement, step: Step) -> None:
    assert next_step(state, requirement) is step


def every_state() -> list[State]:
    proofs = [
        chosen
        for size in range(5)
        for chosen in itertools.combinations((PASSWORD, TOTP, EMAIL, RECOVERY, DEVICE, TOUCH, CHECKED), size)
    ]
    flags = list(itertools.product((False, True), repeat=4))
    return [
        State(chosen, methods, enrolment_open=is_open, codes_to_save=to_save, must_choose=choose, may_wait=may_wait)
        for chosen in proofs
        for methods in (ALONE, WITH_APP, WITH_MAIL, WITH_KEY, WITH_BOTH)
        for is_open, to_save, choose, may_wait in flags
    ]


@pytest.mark.parametrize("enrol", [False, True])
@pytest.mark.parametrize("voluntary", [Level.NONE, Level.MFA])
@pytest.mark.parametrize("level", [Level.PWD, Level.REMEMBERED, Level.TWO_STEP, Level.MFA, Level.PHR])
def test_no_state_is_done_before_the_requirement_is_met(level: Level, voluntary: Level, enrol: bool) -> None:
    requirement = AuthRequirement(min_level=level, voluntary_level=voluntary, require_enrolment=enrol)
    for state in every_state():
        step = next_step(state, requirement)
        if step in {Step.DONE, Step.OFFER}:
            assert (step is Step.OFFER) is state.may_wait
            assert state.assurance.level >= level
            assert any(proof.method in FIRST for proof in state.proofs)
            assert state.enrolled or not enrol
            assert not state.codes_to_save


def test_a_second_factor_is_never_set_up_or_asked_before_the_first() -> None:
    for state in every_state():
        step = next_step(state, REQUIRED)
        if step in {Step.CODE, Step.ENROL, Step.SAVE_CODES}:
            assert any(proof.method in FIRST for proof in state.proofs)
        if step is Step.SAVE_CODES:
            assert any(proof.method in SECOND for proof in state.proofs)


def test_somebody_who_has_a_second_factor_is_asked_for_it_and_never_led_round_it_by_a_set_up() -> None:
    for state in every_state():
        if not state.enrolled:
            continue
        assert next_step(state, REQUIRED) is not Step.ENROL
        if next_step(state, AuthRequirement(min_level=Level.MFA)) is Step.ENROL:
            assert any(proof.method in SECOND for proof in state.proofs)
