"""What ends a request of *My account* without its page; `pages` answers each with a redirect."""

from __future__ import annotations

from idp.login.policy.requirement import AuthRequirement


class SignInNeeded(Exception):
    """The session does not satisfy `requirement`; `return_to` is the path of ours to come back to, by GET."""

    def __init__(self, requirement: AuthRequirement, return_to: str) -> None:
        super().__init__(return_to)
        self.requirement, self.return_to = requirement, return_to


class CodesToSave(Exception):
    """The person has not saved their new recovery codes yet; that comes first."""


class ConcurrentChange(Exception):
    """Another change to the account, or the end of this session, came first: nothing of this one is kept."""
