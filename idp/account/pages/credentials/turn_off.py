"""Turning the second step off: every factor is removed."""

from __future__ import annotations

from flask import Blueprint, Response

from idp import audit
from idp.account import change_guard, credential_changes, responses
from idp.audit import Event, Outcome
from idp.kernel.text import Text
from idp.login.state.session import AuthenticatedSession
from idp.persistence.transaction import Transaction
from idp.web.account_paths import SECURITY, TURN_OFF
from idp.web.context import services
from idp.web.errors import error_page
from idp.web.pages import see_other
from idp.web.transactions import read_transaction, write_transaction

blueprint = Blueprint("turn_off", __name__)


@blueprint.get(TURN_OFF)
@read_transaction
def show_form(tx: Transaction) -> Response:
    """Show what stops working, and ask."""
    auth_session = change_guard.require(tx, TURN_OFF, refusal=_refusal)
    kinds = {factor.kind for factor in auth_session.person.factors}
    return responses.render(auth_session, "account/turn_off.html", kinds=kinds)


@blueprint.post(TURN_OFF)
@write_transaction
def turn_off_second_step(tx: Transaction) -> Response:
    """Remove the second step, unless policy requires it."""
    auth_session = change_guard.require_form(tx, TURN_OFF)
    if not auth_session.person.has_second_step:
        return see_other(SECURITY)
    if response := _refusal(auth_session):
        audit.record(tx, Event.FACTOR_REMOVED, Outcome.FAILURE, user_id=auth_session.person.user.id, reason="required")
        return response
    handle = credential_changes.turn_off_second_step(tx, auth_session, services())
    return responses.redirect_done("turned-off", handle=handle)


def _refusal(auth_session: AuthenticatedSession) -> Response | None:
    if not auth_session.person.has_second_step:
        return see_other(SECURITY)
    if not auth_session.person.policy.required:
        return None
    message = Text("Your organisation requires a second step. You can replace it or add another, but not turn it off.")
    return error_page(403, Text("The second step stays on"), message)
