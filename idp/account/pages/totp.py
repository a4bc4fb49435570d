"""The authenticator app: set up, replaced, turned off."""

from __future__ import annotations

from flask import Blueprint, Response, request

from idp import audit
from idp.account import credential_changes, guard, reauthentication, requirements, responses
from idp.audit import Event, Outcome
from idp.factors.totp import Setup
from idp.kernel.text import Text
from idp.login.enrolment import totp
from idp.login.forms.errors import CLOCK_HINT, LONGEST_CODE, NO_APP_CODE
from idp.login.policy.methods import FIRST, Method
from idp.login.state.session import AuthenticatedSession
from idp.persistence.transaction import Transaction
from idp.web import account_paths
from idp.web.context import services
from idp.web.errors import error_page
from idp.web.forms import single_value
from idp.web.pages import see_other
from idp.web.transactions import origin, write_transaction

blueprint = Blueprint("authenticator", __name__)


@blueprint.get("/security/totp")
@guard.requires(back=reauthentication.reauth_return_url(account_paths.TOTP))
def show_page(tx: Transaction, auth_session: AuthenticatedSession) -> Response:
    """Require re-authentication, then show the QR code and the key; a reload shows the same ones."""
    reauthentication.require_reauthentication(tx, auth_session, account_paths.TOTP)
    return _render(auth_session, tx.now)


@blueprint.post("/security/totp")
def confirm() -> Response:
    """Read, check the first code and mint recovery codes outside any transaction, then store the factor."""
    database = services().database
    code = single_value(request.form, "code", longest=LONGEST_CODE)
    with database.read(origin()) as tx:
        first, now = (
            guard.require_form(
                tx,
                requirements.change_credentials_requirement,
                back=reauthentication.reauth_return_url(account_paths.TOTP),
            ),
            tx.now,
        )
        reauthentication.require_reauthentication(tx, first, account_paths.TOTP)
    person = first.person
    confirmed = totp.check_first_code(_setup(first), code, person=person, now=now, services=services())
    if confirmed is None:
        return _render(first, now, error=CLOCK_HINT if code else NO_APP_CODE)
    with database.write(origin()) as tx:
        auth_session = guard.require_unchanged(tx, first, requirements.change_credentials_requirement)
        handle = credential_changes.activate(tx, auth_session, confirmed, services())
        if person.recovery is None:
            return responses.redirect_with_session(account_paths.RECOVERY_CODES, handle)
        return responses.redirect_done("replaced" if person.factors_of(Method.TOTP) else "added", handle=handle)


@blueprint.get("/security/turn-off")
@guard.requires(back=reauthentication.reauth_return_url(account_paths.TURN_OFF))
def show_turn_off(tx: Transaction, auth_session: AuthenticatedSession) -> Response:
    """Ask for everything again, then whether it is meant."""
    if not auth_session.person.has_second_step:
        return see_other(account_paths.SECURITY)
    if _required(auth_session):
        return _refusal()
    reauthentication.require_reauthentication(tx, auth_session, account_paths.TURN_OFF)
    return _render_turn_off(auth_session)


@blueprint.post("/security/turn-off")
@write_transaction
def turn_off(tx: Transaction) -> Response:
    """Remove the second step, unless policy wants it."""
    auth_session = guard.require_form(
        tx, requirements.change_credentials_requirement, back=reauthentication.reauth_return_url(account_paths.TURN_OFF)
    )
    if not auth_session.person.has_second_step:
        return see_other(account_paths.SECURITY)
    if _required(auth_session):
        audit.record(tx, Event.FACTOR_REMOVED, Outcome.FAILURE, user_id=auth_session.person.user.id, reason="required")
        return _refusal()
    reauthentication.require_reauthentication(tx, auth_session, account_paths.TURN_OFF)
    return responses.redirect_done("turned-off", handle=credential_changes.turn_off(tx, auth_session, services()))


def _render_turn_off(auth_session: AuthenticatedSession) -> Response:
    return responses.render(
        auth_session, "account/turn_off.html", kinds={factor.kind for factor in auth_session.person.factors}
    )


def _required(auth_session: AuthenticatedSession) -> bool:
    return auth_session.person.must_have_second_step(services().settings)


def _refusal() -> Response:
    message = Text("Your organisation requires a second step. You can replace it or add another, but not turn it off.")
    return error_page(403, Text("The second step stays on"), message)


def _password_at(auth_session: AuthenticatedSession) -> int:
    return max(proof.at for proof in auth_session.proofs if proof.method in FIRST)


def _setup(auth_session: AuthenticatedSession) -> Setup:
    owner, password_at = f"session:{auth_session.session.sid}", _password_at(auth_session)
    return totp.new_setup(auth_session.person, owner=owner, password_at=password_at, services=services())


def _render(auth_session: AuthenticatedSession, now: int, *, error: str = "") -> Response:
    setup, until = _setup(auth_session), _password_at(auth_session) + services().settings.fresh_sign_in
    return responses.render(
        auth_session,
        "account/totp.html",
        status=400 if error else 200,
        error=("code", error) if error else None,
        qr_svg=setup.picture(),
        secret=setup.grouped,
        app_href=setup.uri,
        account_name=setup.account,
        minutes=max(1, (until - now) // 60),
        replacing=bool(auth_session.person.factors_of(Method.TOTP)),
    )
