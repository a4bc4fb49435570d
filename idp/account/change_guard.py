"""The guard of every change of credentials: password, factors, recovery codes, address, number.

    GET  a page     require        a login flow started for this page, finished by this person, since their last change
    POST its form   require_form   the same, and the form's token
    the change      credential_changes raises the epoch, or `claim_reauthentication` deletes the flow: for one change

Another sign-in does not count, however recent: somebody at an unlocked browser proves nothing by it (ASVS 7.5.1). The
flow's id is in the address that it leads to, and in the forms of that page.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from flask import Response, abort, request

from idp.account.errors import ConcurrentChange
from idp.account.page_requirements import recent_factors_requirement
from idp.kernel.handles import MAX_HANDLE_LENGTH
from idp.login.flow import session_guard
from idp.login.flow.session_guard import SignInNeeded
from idp.login.policy.methods import Method
from idp.login.policy.proofs import from_rows
from idp.login.policy.requirement import AuthRequirement, join
from idp.login.policy.requirement_sources import account_change_requirement
from idp.login.state import login_flow
from idp.login.state.session import AuthenticatedSession
from idp.persistence.login_flows import LoginFlowRow
from idp.persistence.transaction import Transaction
from idp.web.forms import single_value

REAUTH_ID = "after"
"""The parameter with the id of the login flow."""


RefusalCheck = Callable[[AuthenticatedSession], Response | None]
"""Returns the response when a change is not possible; None when it is."""


def require(tx: Transaction, page: str, *, refusal: RefusalCheck | None = None) -> AuthenticatedSession:
    """Return the session, if its person has just signed in again for this page.

    `refusal` is asked first, so that nobody signs in again for a page that refuses; the request ends with its response.

    Raises:
        SignInNeeded: otherwise; the login flow leads back to `page` by GET, with its id.
        CodesToSave: when recovery codes wait to be saved.
    """
    auth_session = _require_session(tx, page)
    if refusal is not None and (response := refusal(auth_session)):
        abort(response)
    return _require_reauthentication(tx, auth_session, page)


def require_form(tx: Transaction, page: str) -> AuthenticatedSession:
    """Return the session that sent the form of this page, as `require`.

    Raises:
        Refusal: 400 for a form from elsewhere, or of a page shown before the session's cookie last changed.
        SignInNeeded, CodesToSave: as `require`.
    """
    auth_session = _require_session(tx, page)
    session_guard.check_form_token(with_reauth_id(page))
    return _require_reauthentication(tx, auth_session, page)


def require_unchanged(tx: Transaction, before: AuthenticatedSession, page: str) -> AuthenticatedSession:
    """Return the same session in a second transaction, after costly work outside any.

    Raises:
        ConcurrentChange: when the account changed in between.
        Refusal, SignInNeeded, CodesToSave: as `require_form`.
    """
    auth_session = require_form(tx, page)
    was, now = before.person.user, auth_session.person.user
    if (was.id, was.epoch) != (now.id, now.epoch):
        raise ConcurrentChange
    return auth_session


def claim_reauthentication(tx: Transaction) -> None:
    """Claim the re-authentication, for a change that does not raise the person's epoch.

    Raises:
        ConcurrentChange: when another request has used it.
    """
    if not tx.login_flows.claim_finished(_reauth_id()):
        raise ConcurrentChange


def gave_password(tx: Transaction, auth_session: AuthenticatedSession, page: str) -> bool:
    """Whether the current password was typed in the login flow for this page."""
    row = _find_reauthentication(tx, auth_session, page)
    return row is not None and any(proof.method is Method.PASSWORD for proof in from_rows(row.proofs))


def with_reauth_id(path: str) -> str:
    """Add the id of this page's login flow to a path."""
    reauth_id = _reauth_id()
    return f"{path}?{urlencode({REAUTH_ID: reauth_id})}" if reauth_id else path


def enrolment_needed(now: int, page: str) -> SignInNeeded:
    """Return the error that asks for the password, and for the enrolment that policy requires."""
    required = account_change_requirement(fresh_sign_in=0, now=now)
    return SignInNeeded(required.join(AuthRequirement(require_enrolment=True)), page)


def _require_session(tx: Transaction, page: str) -> AuthenticatedSession:
    """Return the session; without one, the sign-in that is asked for is already the one for this page."""
    try:
        return session_guard.require(tx)
    except SignInNeeded:
        raise _sign_in_needed(tx, page) from None


def _require_reauthentication(tx: Transaction, auth_session: AuthenticatedSession, page: str) -> AuthenticatedSession:
    if _find_reauthentication(tx, auth_session, page) is None:
        raise _sign_in_needed(tx, page)
    return auth_session


def _sign_in_needed(tx: Transaction, page: str) -> SignInNeeded:
    return SignInNeeded(account_change_requirement(fresh_sign_in=0, now=tx.now), _return_url(page))


def _reauth_id() -> str:
    return single_value(request.args, REAUTH_ID, longest=MAX_HANDLE_LENGTH)


def _return_url(page: str) -> str:
    return f"{page}?{REAUTH_ID}={{login}}"


def _find_reauthentication(tx: Transaction, auth_session: AuthenticatedSession, page: str) -> LoginFlowRow | None:
    row, user = tx.login_flows.by_id(_reauth_id()), auth_session.person.user
    if row is None or row.finished_at is None or (row.user_id, row.epoch) != (user.id, user.epoch):
        return None
    if row.return_to != _return_url(page).replace("{login}", row.id):
        return None
    requested = join(login_flow.stored_requirement(row), recent_factors_requirement(tx.now))
    satisfied = auth_session.satisfies(requested, now=tx.now)
    return row if satisfied is not None else None
