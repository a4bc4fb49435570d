"""What an authentication request requires of the person who approves it."""

from __future__ import annotations

from collections.abc import Sequence

from idp.login.policy import requirement_sources
from idp.login.policy.assurance import best_of_all
from idp.login.policy.requirement import AuthRequirement
from idp.persistence.clients import Client
from idp.web.context import services


def requirement_of(client: Client, acr_values: Sequence[str], *, at: int) -> AuthRequirement:
    """Return the requirement of a request that came `at` (seconds, UTC): that of a sign-in to the app, a recent one.

    The person proves themselves shortly before, since the app takes this for a sign-in: whoever finds their browser
    open approves nothing. `acr_values` are voluntary, as at the authorization endpoint.

    Raises:
        Unreachable: nobody can reach it.
    """
    recent, wanted = services().settings.fresh_sign_in, client.default_max_age
    return requirement_sources.authorization_requirement(
        min_acr=client.min_acr,
        remembered_device_accepted=client.remembered_device_accepted,
        max_age=recent if wanted is None else min(recent, wanted),
        acr_values=acr_values,
        requested_at=at,
        best=best_of_all(attested=services().settings.attesting),
    )
