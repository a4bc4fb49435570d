"""From settings, people and requests to demands. Pure; every source of strictness is one function here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from idp.kernel.clock import DAY
from idp.login.policy.assurance import LEVELS, Level
from idp.login.policy.requirement import AuthRequirement


class Unreachable(Exception):
    """Nobody can reach what an essential acr asks: `unmet_authentication_requirements` (OIDC Core section 5.5.1.1)."""


def second_step_level(remember_days: int) -> Level:
    """What "a second step" means: a remembered device will do, unless the organisation remembers none."""
    return Level.REMEMBERED if remember_days else Level.TWO_STEP


def organisation_requirement(*, second_step: str, remember_days: int) -> AuthRequirement:
    """The setting `second_step`."""
    required = second_step == "required"
    return (
        AuthRequirement(min_level=second_step_level(remember_days), require_enrolment=True)
        if required
        else AuthRequirement()
    )


def person_requirement(*, required: bool, has_second_step: bool, remember_days: int) -> AuthRequirement:
    """An administrator's `Required`, or the person's own choice to set up a second step."""
    if not required and not has_second_step:
        return AuthRequirement()
    return AuthRequirement(min_level=second_step_level(remember_days), require_enrolment=required)


def set_up_due(stored: int | None, *, grace_days: int, now: int) -> int:
    """Until when somebody may go on without the second step that policy asks of them (all times in seconds, UTC).

    `stored` is the end of the one window this person gets; None: it would begin now. Without days of grace there is
    none, whatever was stored while there were some.
    """
    if not grace_days:
        return now
    return now + grace_days * DAY if stored is None else stored


def without_enrolment(requirement: AuthRequirement) -> AuthRequirement:
    """What is left of a policy's demand while a person may still put off the set-up it asks.

    Only for demands of policy: what a door asks itself is never put off.
    """
    return (
        replace(requirement, min_level=Level.PWD, require_enrolment=False)
        if requirement.require_enrolment
        else requirement
    )


def client_requirement(min_acr: str | None) -> AuthRequirement:
    """The least level an app accepts."""
    return AuthRequirement(min_level=LEVELS[min_acr]) if min_acr else AuthRequirement()


def freshness_requirement(*, max_age: int | None, login_again: bool, requested_at: int) -> AuthRequirement:
    """`max_age` (seconds) and `prompt=login`, counted from the moment of the request (OIDC Core section 3.1.2.1)."""
    if login_again or max_age == 0:
        return AuthRequirement(not_before=requested_at)
    return AuthRequirement() if max_age is None else AuthRequirement(not_before=requested_at - max_age)


def acr_requirement(values: Sequence[str], *, essential: bool, best: Level) -> AuthRequirement:
    """`acr_values`, or the `claims` parameter's acr: the lowest listed level, so that any other listed one will do.

    A must when essential; when voluntary, tried for as far as the person's factors go, and unknown values are ignored.
    `best` is the highest that anybody can reach here.

    Raises:
        Unreachable: when essential and none of the values can be reached by anybody here.
    """
    levels = (LEVELS[value] for value in values if value in LEVELS)
    lowest = min((level for level in levels if level <= best), default=None)
    if lowest is None:
        if essential and values:
            raise Unreachable
        return AuthRequirement()
    return AuthRequirement(min_level=lowest) if essential else AuthRequirement(voluntary_level=lowest)


def account_change_requirement(*, fresh_sign_in: int, now: int) -> AuthRequirement:
    """A change of what protects the account: two factors if its owner has two, at most so many seconds old.

    Not the highest level: somebody who lost their passkey must be able to remove it with what they have left.
    """
    return AuthRequirement(voluntary_level=Level.MFA, not_before=now - fresh_sign_in)
