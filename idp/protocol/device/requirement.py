"""What an app requires of the person who approves its device."""

from __future__ import annotations

from idp.login.policy import requirement_sources
from idp.login.policy.assurance import best_of_all
from idp.login.policy.requirement import AuthRequirement
from idp.persistence.clients import Client
from idp.web.context import services


def requirement_of(client: Client, *, at: int) -> AuthRequirement:
    """Return the requirement of a request that came `at` (seconds, UTC): the same as for a sign-in to the app.

    Raises:
        Unreachable: nobody can reach it.
    """
    return requirement_sources.authorization_requirement(
        min_acr=client.min_acr,
        remembered_device_accepted=client.remembered_device_accepted,
        max_age=client.default_max_age,
        requested_at=at,
        best=best_of_all(attested=services().settings.attesting),
    )
