"""Requirements of pages that end sessions, or show new recovery codes."""

from __future__ import annotations

from idp.login.policy.requirement import AuthRequirement
from idp.login.policy.requirement_sources import account_change_requirement
from idp.web.context import services


def end_sessions_requirement(now: int) -> AuthRequirement:
    """Require a recent factor: the holder of a stolen session could sign out its owner (ASVS 7.5.2)."""
    return AuthRequirement(not_before=now - services().settings.fresh_sign_in)


def recent_factors_requirement(now: int) -> AuthRequirement:
    """Require everything the person has, proven recently (ASVS 7.5.1)."""
    return account_change_requirement(fresh_sign_in=services().settings.fresh_sign_in, now=now)
