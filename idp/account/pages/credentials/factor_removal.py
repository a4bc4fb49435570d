"""Removing one factor: a passkey, the authenticator app, or codes by message."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, Response

from idp import audit
from idp.account import change_guard, credential_changes, responses
from idp.audit import Event, Outcome
from idp.kernel.text import Text
from idp.login.policy.methods import Method
from idp.login.state.session import AuthenticatedSession
from idp.persistence.transaction import Transaction
from idp.web.account_paths import SECURITY, remove_factor_path
from idp.web.context import services
from idp.web.errors import error_page
from idp.web.pages import see_other
from idp.web.transactions import read_transaction, write_transaction

ROUTE = remove_factor_path("<factor_id>")

blueprint = Blueprint("factor_removal", __name__)


@blueprint.get(ROUTE)
@read_transaction
def show_form(tx: Transaction, factor_id: str) -> Response:
    """Show what stops working, and ask."""
    refusal = partial(_refusal, factor_id=factor_id)
    auth_session = change_guard.require(tx, remove_factor_path(factor_id), refusal=refusal)
    factor = auth_session.person.factor(factor_id)
    if factor is None:
        return see_other(SECURITY)
    return responses.render(
        auth_session,
        "account/factor_removal.html",
        name=factor.label if factor.kind == Method.PASSKEY else Method(factor.kind).spec.name,
        last=auth_session.person.is_last(factor),
    )


@blueprint.post(ROUTE)
@write_transaction
def remove_factor(tx: Transaction, factor_id: str) -> Response:
    """Remove it, unless policy requires a second step and there is no other."""
    auth_session = change_guard.require_form(tx, remove_factor_path(factor_id))
    factor = auth_session.person.factor(factor_id)
    if factor is None:
        return see_other(SECURITY)
    if response := _refusal(auth_session, factor_id):
        audit.record(tx, Event.FACTOR_REMOVED, Outcome.FAILURE, user_id=auth_session.person.user.id, reason="required")
        return response
    done = "passkey-removed" if factor.kind == Method.PASSKEY else "factor-removed"
    handle = credential_changes.remove_factor(tx, auth_session, factor, services())
    return responses.redirect_done(done, handle=handle)


def _refusal(auth_session: AuthenticatedSession, factor_id: str) -> Response | None:
    factor = auth_session.person.factor(factor_id)
    if factor is None:
        return see_other(SECURITY)
    if not auth_session.person.needs(factor):
        return None
    message = Text("Your organisation requires a second step. Set up another one first, then remove this one.")
    return error_page(403, Text("This is your only second step"), message)
