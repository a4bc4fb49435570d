"""Grace puts off a set-up that policy asks, and softens nothing else."""

import itertools
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.config import Settings
from idp.kernel.clock import DAY
from idp.login.policy import requirement_sources
from idp.login.policy.assurance import Level
from idp.login.policy.requirement import AuthRequirement
from idp.login.state.person import Person, without_factors
from idp.persistence.factors import Factor
from idp.persistence.users import User

NOW = 1_000_000
levels = st.sampled_from(list(Level))
requirements = st.builds(
    AuthRequirement,
    min_level=levels,
    voluntary_level=levels,
    not_before=st.integers(0, NOW),
    require_enrolment=st.booleans(),
)
ends = st.none() | st.integers(NOW - 2 * DAY, NOW + 2 * DAY)
organisations = st.sampled_from(["optional", "required"])
remembered = st.sampled_from([0, 14])


def _settings(second_step: str, remember_days: int, grace_days: int) -> Settings:
    given: dict[str, Any] = {"second_step": second_step, "remember_days": remember_days}
    return Settings.model_construct(second_step_grace_days=grace_days, **given)


SETTINGS = {asked: _settings(*asked) for asked in itertools.product(("optional", "required"), (0, 14), (0, 7))}


def somebody(end: int | None, *, required: bool, second_step: str, remember_days: int, grace_days: int) -> Person:
    user = User("max", "max", password_hash="a hash", second_step_required=required, second_step_due_at=end)
    return without_factors(user, SETTINGS[second_step, remember_days, grace_days])


@pytest.mark.parametrize(
    ("stored", "days", "due"),
    [
        (None, 0, NOW),
        (None, 7, NOW + 7 * DAY),
        (NOW + 5, 7, NOW + 5),
        (NOW - 5, 7, NOW - 5),  # over is over, however many days there are by now
        (NOW + 5, 0, NOW),  # days taken away end what had begun
    ],
)
def test_until_when_a_set_up_can_wait(stored: int | None, days: int, due: int) -> None:
    assert requirement_sources.set_up_due(stored, grace_days=days, now=NOW) == due


@given(requirements, ends, organisations, remembered, st.booleans())
def test_grace_never_weakens_a_request(
    wanted: AuthRequirement, end: int | None, organisation: str, remember_days: int, required: bool
) -> None:
    softened, strict = (
        somebody(
            end, required=required, second_step=organisation, remember_days=remember_days, grace_days=days
        ).with_policy(wanted, now=NOW)
        for days in (7, 0)
    )
    assert softened.join(wanted) == softened, "nothing that was wanted is lost"
    assert softened.join(strict) == strict, "and never more than without grace"
    if end is not None and end <= NOW:
        assert softened == strict


@given(requirements, ends, organisations, remembered, st.booleans())
def test_whoever_has_a_second_step_is_asked_for_it_in_grace_or_not(
    wanted: AuthRequirement, end: int | None, organisation: str, remember_days: int, required: bool
) -> None:
    factors = (Factor(id="app", kind="totp", label="Authenticator app"),)
    people = [
        somebody(end, required=required, second_step=organisation, remember_days=remember_days, grace_days=days)
        for days in (0, 7)
    ]
    asked = [replace(person, factors=factors).with_policy(wanted, now=NOW) for person in people]
    assert asked[0] == asked[1]
    assert asked[0].min_level > Level.PWD


@given(ends, organisations, st.booleans())
def test_the_second_step_cannot_be_turned_off_during_grace_either(
    end: int | None, organisation: str, required: bool
) -> None:
    for days in (0, 7):
        person = somebody(end, required=required, second_step=organisation, remember_days=14, grace_days=days)
        assert person.policy.required == (required or organisation == "required")
