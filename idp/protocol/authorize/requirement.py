"""What an authorization request asks of a sign-in, and which acr it is told. Pure."""

from __future__ import annotations

from idp.login.policy import rules
from idp.login.policy.assurance import LEVELS, Assurance, Level
from idp.login.policy.requirement import Demand, join
from idp.login.policy.rules import Unreachable
from idp.protocol.authorize.request import AuthorizationRequest
from idp.protocol.errors import UnmetAuthenticationRequirements


def of(request: AuthorizationRequest, *, asked_at: int, best: Level) -> Demand:
    """The client's own minimum, freshness counted from when the request came (seconds, UTC), and the levels named.

    `best` is the highest level that anybody can reach here. The demand does not depend on who is signed in, so that it
    is the same before and after the sign-in it causes.

    Raises:
        UnmetAuthenticationRequirements: nobody can reach it.
    """
    try:
        demand = join(
            rules.of_client(request.client.min_acr),
            rules.of_freshness(max_age=request.max_age, login_again=request.login_again, asked_at=asked_at),
            rules.of_acr(request.acr_values, essential=False, best=best),
            rules.of_acr(request.acr.values, essential=request.acr.essential, best=best),
        )
    except Unreachable:
        raise UnmetAuthenticationRequirements from None
    if demand.level > best:
        raise UnmetAuthenticationRequirements
    return demand


def reported_acr(request: AuthorizationRequest, reached: Assurance) -> str:
    """The acr to tell: the level reached or, when some are essential, the highest of those that it covers.

    OIDC Core section 5.5.1.1: an answer to an essential acr is one of the values asked for.
    """
    asked = [LEVELS[value] for value in request.acr.values if value in LEVELS] if request.acr.essential else []
    return max((level for level in asked if level <= reached.level), default=reached.level).acr
