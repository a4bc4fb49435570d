"""Requirements from settings, users and requests: one function for each source. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from idp.kernel.clock import DAY, HOUR
from idp.login.policy.assurance import LEVELS, Level
from idp.login.policy.requirement import AuthRequirement, join
from idp.login.policy.rules import Terms


class Unreachable(Exception):
    """No user can reach an essential acr: `unmet_authentication_requirements` (OIDC Core section 5.5.1.1)."""


def second_step_level(remember_days: int) -> Level:
    """Return the level of "a second step": a remembered device is enough, unless devices are not remembered."""
    return Level.REMEMBERED if remember_days else Level.TWO_STEP


def policy_requirement(terms: Terms, *, now: int) -> AuthRequirement:
    """Return what the joined rules of administrators require (`now` in seconds, UTC)."""
    level = terms.min_level or Level.PWD
    if terms.required:
        level = max(level, second_step_level(terms.remember_days or 0))
    return AuthRequirement(
        min_level=level,
        not_before=0 if terms.sign_in_hours is None else now - terms.sign_in_hours * HOUR,
        require_enrolment=terms.required,
        kinds=terms.kinds,
    )


def own_requirement(*, has_second_step: bool, remember_days: int) -> AuthRequirement:
    """Return what the person's own second step requires."""
    return AuthRequirement(min_level=second_step_level(remember_days)) if has_second_step else AuthRequirement()


def set_up_due(stored: int | None, *, grace_days: int, now: int) -> int:
    """Return when the grace for enrolling a required second step ends (all times in seconds, UTC).

    `stored` is the end of the one grace window a person gets; None: it would start now. Without days of grace there
    is none, even if an end was stored while there were some.
    """
    if not grace_days:
        return now
    return now + grace_days * DAY if stored is None else stored


def without_enrolment(requirement: AuthRequirement) -> AuthRequirement:
    """Drop the second step from a policy's requirement, while a person may postpone it.

    Only for policy: what the initiator of a login flow requires is never postponed.
    """
    return replace(requirement, min_level=Level.PWD, require_enrolment=False, kinds=None)


def client_requirement(min_acr: str | None, *, remembered_device_accepted: bool) -> AuthRequirement:
    """Return the lowest level that a client accepts, and whether a remembered device is enough for it."""
    level = LEVELS[min_acr] if min_acr else Level.PWD
    return AuthRequirement(min_level=level, without_devices=not remembered_device_accepted)


def freshness_requirement(*, max_age: int | None, login_again: bool, requested_at: int) -> AuthRequirement:
    """Return what `max_age` (seconds) and `prompt=login` require at the time of the request (OIDC Core 3.1.2.1)."""
    if login_again or max_age == 0:
        return AuthRequirement(not_before=requested_at)
    return AuthRequirement() if max_age is None else AuthRequirement(not_before=requested_at - max_age)


def acr_requirement(values: Sequence[str], *, essential: bool, best: Level) -> AuthRequirement:
    """Return what `acr_values` or the `claims` parameter's acr requires: the lowest level listed.

    Essential values must be reached; voluntary ones only as far as the person's factors allow, and unknown ones are
    ignored. `best` is the highest level that anybody can reach here.

    Raises:
        Unreachable: when essential and nobody can reach any of the values here.
    """
    levels = (LEVELS[value] for value in values if value in LEVELS)
    lowest = min((level for level in levels if level <= best), default=None)
    if lowest is None:
        if essential and values:
            raise Unreachable
        return AuthRequirement()
    return AuthRequirement(min_level=lowest) if essential else AuthRequirement(voluntary_level=lowest)


def authorization_requirement(
    *,
    min_acr: str | None,
    remembered_device_accepted: bool,
    max_age: int | None,
    login_again: bool = False,
    acr_values: Sequence[str] = (),
    claimed_acr: Sequence[str] = (),
    essential: bool = False,
    requested_at: int,
    best: Level,
) -> AuthRequirement:
    """Return what a client and its request require; `claimed_acr` are the values of the `claims` parameter.

    Raises:
        Unreachable: when nobody can reach it here.
    """
    requirement = join(
        client_requirement(min_acr, remembered_device_accepted=remembered_device_accepted),
        freshness_requirement(max_age=max_age, login_again=login_again, requested_at=requested_at),
        acr_requirement(acr_values, essential=False, best=best),
        acr_requirement(claimed_acr, essential=essential, best=best),
    )
    if requirement.min_level > best:
        raise Unreachable
    return requirement


def account_change_requirement(*, fresh_sign_in: int, now: int) -> AuthRequirement:
    """Require two factors, if the owner has two, for a change of credentials.

    They are at most `fresh_sign_in` seconds old. Not the highest level: whoever lost a passkey must be able to remove
    it with another factor.
    """
    return AuthRequirement(voluntary_level=Level.MFA, not_before=now - fresh_sign_in)
