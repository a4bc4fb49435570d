"""The authenticator app: set up, or replaced by another."""

from __future__ import annotations

from flask import Blueprint, Response, request

from idp.account import change_guard, credential_changes, responses
from idp.factors.totp import Setup
from idp.login.enrolment import totp
from idp.login.forms.errors import CLOCK_HINT, LONGEST_CODE, NO_APP_CODE
from idp.login.policy.methods import Method
from idp.login.policy.proofs import time_of_first_factor
from idp.login.state.session import AuthenticatedSession
from idp.persistence.transaction import Transaction
from idp.web.account_paths import RECOVERY_CODES, SECURITY, TOTP
from idp.web.context import services
from idp.web.forms import single_value
from idp.web.pages import see_other
from idp.web.transactions import origin, read_transaction

blueprint = Blueprint("totp", __name__)


@blueprint.get(TOTP)
@read_transaction
def show_form(tx: Transaction) -> Response:
    """Show the QR code and the key; a reload shows the same ones."""
    return _render(change_guard.require(tx, TOTP, refusal=_refusal), tx.now)


@blueprint.post(TOTP)
def confirm_app() -> Response:
    """Check the first code and make recovery codes outside any transaction; then store the factor."""
    database = services().database
    code = single_value(request.form, "code", longest=LONGEST_CODE)
    with database.read(origin()) as tx:
        before, now = change_guard.require_form(tx, TOTP), tx.now
    if response := _refusal(before):
        return response
    person = before.person
    confirmed = totp.check_first_code(_setup(before), code, person=person, now=now, services=services())
    if confirmed is None:
        return _render(before, now, error=CLOCK_HINT if code else NO_APP_CODE)
    with database.write(origin()) as tx:
        auth_session = change_guard.require_unchanged(tx, before, TOTP)
        handle = credential_changes.activate_totp(tx, auth_session, confirmed, services())
        if person.recovery is None:
            return responses.redirect_with_session(RECOVERY_CODES, handle)
        return responses.redirect_done("replaced" if person.factors_of(Method.TOTP) else "added", handle=handle)


def _refusal(auth_session: AuthenticatedSession) -> Response | None:
    return None if auth_session.person.is_permitted(Method.TOTP) else see_other(SECURITY)


def _setup(auth_session: AuthenticatedSession) -> Setup:
    proven_at = time_of_first_factor(auth_session.proofs)
    return totp.new_setup(auth_session.person, owner=auth_session.owner, first_factor_at=proven_at, services=services())


def _render(auth_session: AuthenticatedSession, now: int, *, error: str = "") -> Response:
    until = time_of_first_factor(auth_session.proofs) + services().settings.fresh_sign_in
    setup = _setup(auth_session)
    return responses.render(
        auth_session,
        "account/totp.html",
        error=("code", error) if error else None,
        qr_svg=setup.picture(),
        secret=setup.grouped,
        app_href=setup.uri,
        account_name=setup.account,
        minutes=max(1, (until - now) // 60),
        replacing=bool(auth_session.person.factors_of(Method.TOTP)),
    )
