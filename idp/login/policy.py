"""From settings, people and requests to demands. Pure; every source of strictness is one function here."""

from __future__ import annotations

from collections.abc import Sequence

from idp.login.assurance import BEST_REACHABLE, LEVELS, Assurance, Level
from idp.login.demand import Demand


class Unreachable(Exception):
    """Nobody can reach what an essential acr asks: `unmet_authentication_requirements` (OIDC Core section 5.5.1.1)."""


def second_step_level(remember_days: int) -> Level:
    """What "a second step" means: a remembered device will do, unless the organisation remembers none."""
    return Level.REMEMBERED if remember_days else Level.TWO_STEP


def of_organisation(*, second_step: str, remember_days: int) -> Demand:
    """The setting `second_step`."""
    required = second_step == "required"
    return Demand(level=second_step_level(remember_days), enrol=True) if required else Demand()


def of_person(*, required: bool, has_second_step: bool, remember_days: int) -> Demand:
    """An administrator's `Required`, or the person's own choice to set up a second step."""
    if not required and not has_second_step:
        return Demand()
    return Demand(level=second_step_level(remember_days), enrol=required)


def of_client(min_acr: str | None) -> Demand:
    """The least level an app accepts."""
    return Demand(level=LEVELS[min_acr]) if min_acr else Demand()


def of_freshness(*, max_age: int | None, login_again: bool, asked_at: int) -> Demand:
    """`max_age` (seconds) and `prompt=login`, counted from the moment of the request (OIDC Core section 3.1.2.1)."""
    if login_again or max_age == 0:
        return Demand(since=asked_at)
    return Demand() if max_age is None else Demand(since=asked_at - max_age)


def of_acr(values: Sequence[str], *, essential: bool, reached: Assurance) -> Demand:
    """`acr_values`, or the `claims` parameter's acr.

    Any listed level that is reached will do; otherwise the lowest listed one is aimed at: as a must when essential, as
    far as the person's factors go when voluntary. Unknown values are ignored when voluntary.

    Raises:
        Unreachable: when essential and none of the values can be reached by anybody here.
    """
    possible = sorted(LEVELS[value] for value in set(values) if value in LEVELS and LEVELS[value] <= BEST_REACHABLE)
    if not values:
        return Demand()
    if not possible:
        if essential:
            raise Unreachable
        return Demand()
    if reached.level >= possible[0]:
        return Demand()
    return Demand(level=possible[0]) if essential else Demand(wished=possible[0])


def of_account_change(*, fresh_sign_in: int, now: int) -> Demand:
    """A change of what protects the account: the highest level its owner can reach, at most so many seconds old."""
    return Demand(wished=BEST_REACHABLE, since=now - fresh_sign_in)
