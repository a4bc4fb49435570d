"""Re-authentication for one change: a login flow that was started for one page, and is good for it alone.

However recent another sign-in is: somebody at a browser left unlocked has not proven anything by it. Its id is in the
address that the flow leads to, and in the forms of that page.
"""

from __future__ import annotations

from urllib.parse import urlencode

from flask import request

from idp.account.guard import SignInNeeded
from idp.account.requirements import change_credentials_requirement
from idp.kernel.handles import MAX_HANDLE_LENGTH
from idp.login.policy import requirement_sources
from idp.login.policy.requirement import AuthRequirement, join
from idp.login.state import login_flow
from idp.login.state.session import AuthenticatedSession
from idp.persistence.transaction import Transaction
from idp.web.context import services
from idp.web.forms import single_value

REAUTH_ID = "after"
"""The parameter with the id of the login flow."""


def reauth_return_url(page: str) -> str:
    """Return the address that a login flow for this page alone leads to; it has the flow's id."""
    return f"{page}?{REAUTH_ID}={{login}}"


def with_reauth_id(path: str) -> str:
    """Add the present page's login flow to the address of its form, or of its next page."""
    reauth_id = single_value(request.args, REAUTH_ID, longest=MAX_HANDLE_LENGTH)
    return f"{path}?{urlencode({REAUTH_ID: reauth_id})}" if reauth_id else path


def require_reauthentication(tx: Transaction, auth_session: AuthenticatedSession, page: str) -> None:
    """Require a login flow that was started for this page, by this person, since their last change.

    The page and its form both require it, or a hand-made form would do. It is good for one change: every change raises
    the epoch.

    Raises:
        SignInNeeded: otherwise.
    """
    row = tx.login_flows.by_id(single_value(request.args, REAUTH_ID, longest=MAX_HANDLE_LENGTH))
    user = auth_session.person.user
    if (
        row is not None
        and row.finished_at is not None
        and (row.user_id, row.epoch) == (user.id, user.epoch)
        and row.return_to == reauth_return_url(page).replace("{login}", row.id)
    ):
        requested = join(login_flow.stored_requirement(row), change_credentials_requirement(tx.now))
        if auth_session.satisfies(requested, settings=services().settings, now=tx.now) is not None:
            return
    raise SignInNeeded(
        requirement_sources.account_change_requirement(fresh_sign_in=0, now=tx.now), reauth_return_url(page)
    )


def enrolment_needed(now: int, page: str) -> SignInNeeded:
    """Return the error that asks for the password, and for the enrolment that policy requires."""
    return SignInNeeded(
        requirement_sources.account_change_requirement(fresh_sign_in=0, now=now).join(
            AuthRequirement(require_enrolment=True)
        ),
        page,
    )
