"""What a session must satisfy to see the account, to end sessions, and to change credentials."""

from __future__ import annotations

from collections.abc import Callable

from idp.login.policy import requirement_sources
from idp.login.policy.requirement import AuthRequirement
from idp.web.context import services

RequirementFactory = Callable[[int], AuthRequirement]
"""Makes a requirement for a time (seconds, UTC)."""


def view_requirement(_now: int) -> AuthRequirement:
    """Require a session, as policy has it."""
    return AuthRequirement()


def end_sessions_requirement(now: int) -> AuthRequirement:
    """Require a recent factor, or somebody with a borrowed session could shut its owner out (ASVS 7.5.2)."""
    return AuthRequirement(not_before=now - services().settings.fresh_sign_in)


def change_credentials_requirement(now: int) -> AuthRequirement:
    """Require everything the person has, proven recently, to change what protects the account (ASVS 7.5.1)."""
    return requirement_sources.account_change_requirement(fresh_sign_in=services().settings.fresh_sign_in, now=now)
