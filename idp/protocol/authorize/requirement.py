"""What an authorization request requires of a login, and which acr the client gets. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from idp.login.policy import requirement_sources
from idp.login.policy.assurance import LEVELS, Assurance, Level
from idp.login.policy.requirement import AuthRequirement
from idp.login.policy.requirement_sources import Unreachable
from idp.protocol.authorize.request import AuthorizationRequest
from idp.protocol.errors import UnmetAuthenticationRequirements


def from_request(request: AuthorizationRequest, *, requested_at: int, best: Level) -> AuthRequirement:
    """Join the client's minimum, freshness since `requested_at` (seconds, UTC), and the levels requested.

    `best` is the highest level that anybody can reach here. The requirement does not depend on who is signed in, so
    that it is the same before and after the login it causes.

    Raises:
        UnmetAuthenticationRequirements: when nobody can reach it.
    """
    try:
        return requirement_sources.authorization_requirement(
            min_acr=request.client.min_acr,
            remembered_device_accepted=request.client.remembered_device_accepted,
            max_age=request.max_age,
            login_again=request.requires_new_login,
            acr_values=request.acr_values,
            claimed_acr=request.acr.values,
            essential=request.acr.essential,
            requested_at=requested_at,
            best=best,
        )
    except Unreachable:
        raise UnmetAuthenticationRequirements from None


def reported_acr(request: AuthorizationRequest, reached: Assurance) -> str:
    """Return the acr claim: the level reached or, when some are essential, the highest of those that it covers.

    OIDC Core section 5.5.1.1: an answer to an essential acr is one of the values asked for.
    """
    return covered_acr(request.acr.values if request.acr.essential else (), reached)


def covered_acr(values: Sequence[str], reached: Assurance) -> str:
    """Return the highest of these levels that the reached one covers; without any, the one reached."""
    requested = [LEVELS[value] for value in values if value in LEVELS]
    return max((level for level in requested if level <= reached.level), default=reached.level).acr
