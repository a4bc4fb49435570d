"""Demands are a lattice, and policies only ever add to them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.login.policy import rules
from idp.login.policy.assurance import NOBODY, Assurance, Level
from idp.login.policy.requirement import NOTHING, Demand, join

levels = st.sampled_from(list(Level))
demands = st.builds(Demand, level=levels, wished=levels, since=st.integers(0, 1000), enrol=st.booleans())
assurances = levels.map(lambda level: Assurance(level, (), 500, None))


@given(demands, demands, demands)
def test_joining_is_a_lattice(one: Demand, two: Demand, three: Demand) -> None:
    assert one.join(one) == one
    assert one.join(two) == two.join(one)
    assert one.join(two).join(three) == one.join(two.join(three))
    assert NOTHING.join(one).join(NOTHING) == one.join(NOTHING)


@given(demands, demands, assurances, levels, st.booleans())
def test_joining_never_weakens(one: Demand, two: Demand, reached: Assurance, best: Level, enrolled: bool) -> None:
    if join(one, two).satisfied_by(reached, best=best, enrolled=enrolled):
        assert one.satisfied_by(reached, best=best, enrolled=enrolled)
        assert two.satisfied_by(reached, best=best, enrolled=enrolled)


@given(demands, assurances, levels, st.booleans())
def test_more_assurance_satisfies_no_less(demand: Demand, reached: Assurance, best: Level, enrolled: bool) -> None:
    higher = Assurance(Level.PHRH, (), reached.auth_time, None)
    if demand.satisfied_by(reached, best=best, enrolled=enrolled):
        assert demand.satisfied_by(higher, best=best, enrolled=enrolled)


def test_nobody_passes_no_door() -> None:
    assert not NOTHING.satisfied_by(NOBODY, best=Level.MFA, enrolled=True)


@pytest.mark.promise("SM11", "SA8")
@pytest.mark.parametrize(("days", "level"), [(14, Level.REMEMBERED), (0, Level.TWO_STEP)])
def test_a_second_step_at_every_sign_in_is_what_remains_when_devices_are_not_remembered(
    days: int, level: Level
) -> None:
    demand = rules.of_person(required=False, has_second_step=True, remember_days=days)
    assert demand == Demand(level=level)


@pytest.mark.promise("ES19", "ES20", "SA4")
def test_people_who_need_no_second_step_and_have_none_owe_none() -> None:
    assert rules.of_person(required=False, has_second_step=False, remember_days=14) == NOTHING


@pytest.mark.promise("ES23")
def test_required_people_must_set_one_up() -> None:
    assert rules.of_person(required=True, has_second_step=False, remember_days=14).enrol
    assert rules.of_organisation(second_step="required", remember_days=14).enrol


@pytest.mark.parametrize(
    ("values", "essential", "expected"),
    [
        ([], False, NOTHING),
        (["pwd", "mfa"], False, Demand(wished=Level.PWD)),  # any listed value will do, so the lowest is asked
        (["mfa"], False, Demand(wished=Level.MFA)),
        (["mfa"], True, Demand(level=Level.MFA)),
        (["mfa", "remembered"], True, Demand(level=Level.REMEMBERED)),  # the lowest listed one is aimed at
        (["phrh"], False, NOTHING),  # nobody here can, and it was only a wish
        (["phr"], False, Demand(wished=Level.PHR)),
        (["urn:of:somebody:else"], False, NOTHING),
        (["phr", "mfa"], True, Demand(level=Level.MFA)),
    ],
)
def test_requested_acr(values: list[str], essential: bool, expected: Demand) -> None:
    assert rules.of_acr(values, essential=essential, best=Level.PHR) == expected


@pytest.mark.parametrize("values", [["phrh"], ["unheard-of"]])
def test_an_essential_acr_nobody_can_reach_is_refused(values: list[str]) -> None:
    with pytest.raises(rules.Unreachable):
        rules.of_acr(values, essential=True, best=Level.PHR)


@given(st.lists(st.sampled_from(["pwd", "remembered", "two-step", "mfa", "phr", "phrh", "x"])), demands)
def test_a_request_can_raise_and_never_lower(values: list[str], standing: Demand) -> None:
    asked = rules.of_acr(values, essential=False, best=Level.PHRH)
    assert standing.join(asked).level >= standing.level
    assert standing.join(asked).since >= standing.since


@pytest.mark.parametrize(
    ("max_age", "login_again", "since"), [(None, False, 0), (60, False, 940), (0, False, 1000), (None, True, 1000)]
)
def test_freshness_counts_from_the_moment_of_the_request(max_age: int | None, login_again: bool, since: int) -> None:
    assert rules.of_freshness(max_age=max_age, login_again=login_again, asked_at=1000).since == since
