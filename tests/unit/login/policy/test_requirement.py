"""Terms are a lattice, and policies only ever add to them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.login.policy import requirement_sources
from idp.login.policy.assurance import NOBODY, Assurance, Level
from idp.login.policy.requirement import NO_REQUIREMENT, AuthRequirement, join
from idp.login.policy.rules import Terms

levels = st.sampled_from(list(Level))
requirements = st.builds(
    AuthRequirement,
    min_level=levels,
    voluntary_level=levels,
    not_before=st.integers(0, 1000),
    require_enrolment=st.booleans(),
)
assurances = levels.map(lambda level: Assurance(level, (), 500, None))


@given(requirements, requirements, requirements)
def test_joining_is_a_lattice(one: AuthRequirement, two: AuthRequirement, three: AuthRequirement) -> None:
    assert one.join(one) == one
    assert one.join(two) == two.join(one)
    assert one.join(two).join(three) == one.join(two.join(three))
    assert NO_REQUIREMENT.join(one).join(NO_REQUIREMENT) == one.join(NO_REQUIREMENT)


@given(requirements, requirements, assurances, levels, st.booleans())
def test_joining_never_weakens(
    one: AuthRequirement, two: AuthRequirement, reached: Assurance, best: Level, enrolled: bool
) -> None:
    if join(one, two).satisfied_by(reached, best=best, enrolled=enrolled):
        assert one.satisfied_by(reached, best=best, enrolled=enrolled)
        assert two.satisfied_by(reached, best=best, enrolled=enrolled)


@given(requirements, assurances, levels, st.booleans())
def test_more_assurance_satisfies_no_less(
    requirement: AuthRequirement, reached: Assurance, best: Level, enrolled: bool
) -> None:
    higher = Assurance(Level.PHRH, (), reached.auth_time, None)
    if requirement.satisfied_by(reached, best=best, enrolled=enrolled):
        assert requirement.satisfied_by(higher, best=best, enrolled=enrolled)


def test_nobody_passes_no_door() -> None:
    assert not NO_REQUIREMENT.satisfied_by(NOBODY, best=Level.MFA, enrolled=True)


@pytest.mark.promise("SM11", "SA8")
@pytest.mark.parametrize(("days", "level"), [(14, Level.REMEMBERED), (0, Level.TWO_STEP)])
def test_a_second_step_at_every_sign_in_is_what_remains_when_devices_are_not_remembered(
    days: int, level: Level
) -> None:
    requirement = requirement_sources.own_requirement(has_second_step=True, remember_days=days)
    assert requirement == AuthRequirement(min_level=level)


@pytest.mark.promise("ES19", "ES20", "SA4")
def test_people_who_need_no_second_step_and_have_none_owe_none() -> None:
    assert requirement_sources.own_requirement(has_second_step=False, remember_days=14) == NO_REQUIREMENT


@pytest.mark.promise("ES23")
def test_required_people_must_set_one_up() -> None:
    required = requirement_sources.policy_requirement(Terms(second_step=True, remember_days=14), now=0)
    assert required == AuthRequirement(min_level=Level.REMEMBERED, require_enrolment=True)


@pytest.mark.parametrize(
    ("values", "essential", "expected"),
    [
        ([], False, NO_REQUIREMENT),
        (
            ["pwd", "mfa"],
            False,
            AuthRequirement(voluntary_level=Level.PWD),
        ),  # any listed value will do, so the lowest is asked
        (["mfa"], False, AuthRequirement(voluntary_level=Level.MFA)),
        (["mfa"], True, AuthRequirement(min_level=Level.MFA)),
        (["mfa", "remembered"], True, AuthRequirement(min_level=Level.REMEMBERED)),  # the lowest listed one is aimed at
        (["phrh"], False, NO_REQUIREMENT),  # nobody here can, and it was only a wish
        (["phr"], False, AuthRequirement(voluntary_level=Level.PHR)),
        (["urn:of:somebody:else"], False, NO_REQUIREMENT),
        (["phr", "mfa"], True, AuthRequirement(min_level=Level.MFA)),
    ],
)
def test_requested_acr(values: list[str], essential: bool, expected: AuthRequirement) -> None:
    assert requirement_sources.acr_requirement(values, essential=essential, best=Level.PHR) == expected


@pytest.mark.parametrize("values", [["phrh"], ["unheard-of"]])
def test_an_essential_acr_nobody_can_reach_is_refused(values: list[str]) -> None:
    with pytest.raises(requirement_sources.Unreachable):
        requirement_sources.acr_requirement(values, essential=True, best=Level.PHR)


@given(st.lists(st.sampled_from(["pwd", "remembered", "two-step", "mfa", "phr", "phrh", "x"])), requirements)
def test_a_request_can_raise_and_never_lower(values: list[str], standing: AuthRequirement) -> None:
    asked = requirement_sources.acr_requirement(values, essential=False, best=Level.PHRH)
    assert standing.join(asked).min_level >= standing.min_level
    assert standing.join(asked).not_before >= standing.not_before


@pytest.mark.parametrize(
    ("max_age", "login_again", "since"), [(None, False, 0), (60, False, 940), (0, False, 1000), (None, True, 1000)]
)
def test_freshness_counts_from_the_moment_of_the_request(max_age: int | None, login_again: bool, since: int) -> None:
    assert (
        requirement_sources.freshness_requirement(
            max_age=max_age, login_again=login_again, requested_at=1000
        ).not_before
        == since
    )
