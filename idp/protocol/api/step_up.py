"""Requiring a stronger sign-in at our own APIs (RFC 9470)."""

from __future__ import annotations

from idp.login.policy.assurance import LEVELS, Level
from idp.protocol.api.bearer import Access
from idp.protocol.errors import BearerError

ERROR = "insufficient_user_authentication"


def require_level(access: Access, level: Level, *, best: Level) -> None:
    """Require a sign-in of this level.

    A token outlives the factor it was earned with, so it counts for no more than `best`, what the person can reach now.

    Raises:
        BearerError: the challenge that names what to request at the authorization endpoint.
    """
    reached = min(LEVELS.get(str(access.claims.get("acr")), Level.NONE), best)
    if reached < level:
        raise BearerError(401, ERROR, "a stronger sign-in is needed", acr_values=level.acr)
