"""Changing the email address: asked for here, confirmed by a link in the new mailbox (`recovery.pages`)."""

from __future__ import annotations

from flask import Blueprint, Response, request

from idp.account import change_guard, responses
from idp.kernel.clock import DAY, MINUTE
from idp.kernel.email_addresses import LONGEST_EMAIL, email_problem
from idp.kernel.text import Text
from idp.login.policy.methods import Method
from idp.login.state.session import AuthenticatedSession
from idp.persistence.transaction import Transaction
from idp.recovery import contact_changes
from idp.web.account_paths import EMAIL, PROFILE
from idp.web.context import services
from idp.web.forms import single_value
from idp.web.transactions import read_transaction, write_transaction

SAME = Text("That is your address already, and it is confirmed.")
TOO_OFTEN = Text("Too many mails were sent. Wait an hour, then try again.")

blueprint = Blueprint("email", __name__)


@blueprint.get(EMAIL)
@read_transaction
def show_form(tx: Transaction) -> Response:
    """Show the form; an address that is not confirmed stands in it, to be confirmed."""
    auth_session = change_guard.require(tx, EMAIL)
    user = auth_session.person.user
    return _render(auth_session, typed="" if user.email_verified else user.email or "")


@blueprint.post(EMAIL)
@write_transaction
def send_link(tx: Transaction) -> Response:
    """Send the link, or inform the owner of the address; the response is the same."""
    auth_session = change_guard.require_form(tx, EMAIL)
    user, typed = auth_session.person.user, single_value(request.form, "email", longest=LONGEST_EMAIL).strip()
    if problem := email_problem(typed):
        return _render(auth_session, typed=typed, error=problem)
    if typed == user.email and user.email_verified:
        return _render(auth_session, typed=typed, error=SAME)
    if not contact_changes.request_email_change(tx, user, typed, services()):
        return _render(auth_session, typed=typed, error=TOO_OFTEN, status=429)
    change_guard.claim_reauthentication(tx)
    return responses.redirect_done("email-asked", page_path=PROFILE)


def _render(
    auth_session: AuthenticatedSession, *, typed: str, error: Text | None = None, status: int = 400
) -> Response:
    user = auth_session.person.user
    return responses.render(
        auth_session,
        "account/email.html",
        status=status if error else 200,
        error=("email", error) if error else None,
        back_href=PROFILE,
        typed=typed,
        longest=LONGEST_EMAIL,
        present=user.email,
        codes_to=[factor.address for factor in auth_session.person.factors_of(Method.EMAIL)],
        minutes=contact_changes.LIFE // MINUTE,
        days=contact_changes.UNDO_WITHIN // DAY,
    )
