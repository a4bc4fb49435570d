"""Requirements of pages that show the account, end sessions, or show new recovery codes."""

from __future__ import annotations

from collections.abc import Callable

from idp.login.policy.requirement import AuthRequirement
from idp.login.policy.requirement_sources import account_change_requirement
from idp.web.context import services

RequirementFactory = Callable[[int], AuthRequirement]
"""Makes a requirement for a time (seconds, UTC)."""


def view_requirement(_now: int) -> AuthRequirement:
    """Require a session, as policy has it."""
    return AuthRequirement()


def end_sessions_requirement(now: int) -> AuthRequirement:
    """Require a recent factor: the holder of a stolen session could sign out its owner (ASVS 7.5.2)."""
    return AuthRequirement(not_before=now - services().settings.fresh_sign_in)


def recent_factors_requirement(now: int) -> AuthRequirement:
    """Require everything the person has, proven recently (ASVS 7.5.1)."""
    return account_change_requirement(fresh_sign_in=services().settings.fresh_sign_in, now=now)
