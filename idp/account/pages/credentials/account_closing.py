"""Closing one's own account, where the organisation lets people do that."""

from __future__ import annotations

from flask import Blueprint, Response, request

from idp.account import change_guard, responses
from idp.account.errors import ConcurrentChange
from idp.kernel.text import Text
from idp.login.state.session import AuthenticatedSession
from idp.persistence.lookup_keys import lookup_key
from idp.persistence.transaction import Transaction
from idp.recovery import account_closing
from idp.web.account_paths import CLOSE, CLOSED, PROFILE
from idp.web.context import services
from idp.web.cookies import SESSION
from idp.web.errors import error_page
from idp.web.forms import single_value
from idp.web.pages import page, see_other
from idp.web.transactions import read_transaction, write_transaction

blueprint = Blueprint("closing", __name__)


@blueprint.get(CLOSE)
@read_transaction
def show_form(tx: Transaction) -> Response:
    """Show what is lost, and ask."""
    return _render(change_guard.require(tx, CLOSE, refusal=_refusal))


@blueprint.post(CLOSE)
@write_transaction
def close_account(tx: Transaction) -> Response:
    """Close it, if its name was typed."""
    auth_session = change_guard.require_form(tx, CLOSE)
    user = auth_session.person.user
    if response := _refusal(auth_session):
        return response
    if lookup_key(single_value(request.form, "username")) != user.username_key:
        return _render(auth_session, error=Text("Type your user name, {username}, to confirm.", username=user.username))
    try:
        closed = account_closing.close_account(tx, user, services().settings)
    except account_closing.LastOwner:
        message = Text("You are the only owner of this installation. Make somebody else an owner first.")
        return error_page(403, Text("Your account stays open"), message)
    if not closed:
        raise ConcurrentChange
    response = see_other(CLOSED)
    SESSION.clear(response)
    return response


@blueprint.get(CLOSED)
def show_closed() -> Response:
    """Show that the account is closed."""
    message = Text("Everything about you was deleted, and your apps are told. We have sent you a mail about it.")
    return page("recovery/result.html", title=Text("Your account is closed"), message=message)


def _render(auth_session: AuthenticatedSession, *, error: Text | None = None) -> Response:
    return responses.render(
        auth_session,
        "account/close.html",
        error=("username", error) if error else None,
        back_href=PROFILE,
    )


def _refusal(auth_session: AuthenticatedSession) -> Response | None:
    if auth_session.person.policy.may_close:
        return None
    message = Text("Ask your administrator if you want your account to be closed.")
    return error_page(403, Text("People do not close accounts themselves here"), message)
