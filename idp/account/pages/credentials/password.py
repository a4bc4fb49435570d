"""Changing the password. The present one is typed in the sign-in for this page, or in the form."""

from __future__ import annotations

from flask import Blueprint, Response, request

from idp import audit
from idp.account import change_guard, credential_changes, responses
from idp.audit import Event, Outcome
from idp.kernel.text import Text
from idp.login.policy import rate_limits
from idp.login.state.session import AuthenticatedSession
from idp.persistence.transaction import Transaction
from idp.recovery import new_password
from idp.web.account_paths import PASSWORD, PASSWORD_STRENGTH
from idp.web.context import services
from idp.web.forms import single_value
from idp.web.pages import FieldError
from idp.web.transactions import origin, read_transaction

SAME = Text("That is the password you have now. Choose another one.")
WRONG = Text("That is not the password you have now.")
TOO_MANY = Text("Too many wrong passwords. Wait a quarter of an hour, then try again.")

blueprint = Blueprint("password", __name__)


@blueprint.get(PASSWORD)
@read_transaction
def show_form(tx: Transaction) -> Response:
    """Show the form."""
    auth_session = change_guard.require(tx, PASSWORD)
    return _render(auth_session, ask_current=_must_type_current(tx, auth_session))


@blueprint.post(PASSWORD)
def change_password() -> Response:
    """Read, check and hash the new password outside any transaction, then store it."""
    database, hasher = services().database, services().hasher
    new = single_value(request.form, "password")
    with database.read(origin()) as tx:
        before = change_guard.require_form(tx, PASSWORD)
        ask_current = _must_type_current(tx, before)
    if ask_current and (error := _current_password_error(before)):
        return _render(before, ask_current=True, error=error)
    if problem := new_password.password_error(new, before.person, services().breached):
        return _render(before, ask_current=ask_current, error=("password", problem))
    if hasher.verify(before.person.user.password_hash, new):  # no way to guess it: it was just proven
        return _render(before, ask_current=ask_current, error=("password", SAME))
    hashed = hasher.hash(new)
    with database.write(origin()) as tx:
        auth_session = change_guard.require_unchanged(tx, before, PASSWORD)
        handle = credential_changes.change_password(tx, auth_session, hashed, services())
        return responses.redirect_done("password", handle=handle)


def _must_type_current(tx: Transaction, auth_session: AuthenticatedSession) -> bool:
    """Whether the form asks for the current password (ASVS 6.2.3): the sign-in for this page was by passkey."""
    has_password = auth_session.person.user.password_hash is not None
    return has_password and not change_guard.gave_password(tx, auth_session, PASSWORD)


def _current_password_error(auth_session: AuthenticatedSession) -> FieldError | None:
    """Compare the typed current password outside any transaction; each attempt is counted before."""
    user, database = auth_session.person.user, services().database
    bucket, limit = rate_limits.current_password_bucket(user.id), rate_limits.password_limit(services().settings)
    with database.write(origin()) as tx:
        if not tx.throttles.consume(bucket, limit):
            audit.record(tx, Event.PASSWORD, Outcome.THROTTLED, user_id=user.id)
            return "current", TOO_MANY
    right = services().hasher.verify(user.password_hash, single_value(request.form, "current"))
    with database.write(origin()) as tx:
        audit.record(tx, Event.PASSWORD, Outcome.SUCCESS if right else Outcome.FAILURE, user_id=user.id)
        if right:
            tx.throttles.reset(bucket)
    return None if right else ("current", WRONG)


def _render(auth_session: AuthenticatedSession, *, ask_current: bool, error: FieldError | None = None) -> Response:
    return responses.render(
        auth_session,
        "account/password.html",
        error=error,
        ask_current=ask_current,
        strength_href=PASSWORD_STRENGTH,
        min_length=new_password.min_length(services().settings, single_factor=not auth_session.person.has_second_step),
    )
