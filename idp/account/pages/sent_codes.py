"""Codes by email, SMS and WhatsApp, set up: a number or mailbox is proven by the first code sent there."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request

from idp.account import credential_changes, guard, reauthentication, requirements, responses
from idp.factors.sent_code import InvalidPhoneNumber
from idp.login import sent_codes
from idp.login.enrolment import sent_code
from idp.login.forms import sent_code_pages
from idp.login.forms.errors import LONGEST_CODE
from idp.login.methods import recovery_code
from idp.login.methods.result import Result
from idp.login.policy.methods import Method
from idp.login.sent_codes import SendResult
from idp.login.state.session import AuthenticatedSession
from idp.persistence.transaction import Transaction
from idp.web import account_paths
from idp.web.context import services
from idp.web.forms import single_value
from idp.web.pages import see_other
from idp.web.transactions import origin, read_transaction, write_transaction

blueprint = Blueprint("message_codes", __name__, url_prefix=f"/security/codes/{sent_code_pages.CHANNEL}")


@blueprint.get("")
@read_transaction
def show_page(tx: Transaction, channel: str) -> Response:
    """Require re-authentication, then show where the first code goes; once it is sent, the form for it."""
    auth_session = guard.require(
        tx, requirements.view_requirement, back=reauthentication.reauth_return_url(_page_path(channel))
    )
    method = _method(auth_session, channel)
    reauthentication.require_reauthentication(tx, auth_session, _page_path(channel))
    return _render(tx, auth_session, method)


@blueprint.post("/send")
@write_transaction
def send(tx: Transaction, channel: str) -> Response:
    """Send the first code."""
    auth_session = guard.require_form(
        tx, requirements.change_credentials_requirement, back=reauthentication.reauth_return_url(_page_path(channel))
    )
    reauthentication.require_reauthentication(tx, auth_session, _page_path(channel))
    method, typed = (
        _method(auth_session, channel),
        single_value(request.form, "number", longest=sent_code_pages.LONGEST_NUMBER),
    )
    owner = _owner(auth_session)
    try:
        sent = sent_code.send_first_code(tx, owner, auth_session.person, method, typed, services=services())
    except InvalidPhoneNumber:
        return _render(tx, auth_session, method, error=("number", sent_code_pages.NO_NUMBER))
    if sent is SendResult.TOO_MANY:
        return _render(tx, auth_session, method, error=("form", sent_code_pages.NOT_SENT), status=429)
    return see_other(reauthentication.with_reauth_id(_page_path(channel)))


@blueprint.post("")
def confirm(channel: str) -> Response:
    """Read, mint recovery codes outside any transaction, then verify the code and store the factor."""
    database = services().database
    code = single_value(request.form, "code", longest=LONGEST_CODE)
    with database.read(origin()) as tx:
        first = guard.require_form(
            tx,
            requirements.change_credentials_requirement,
            back=reauthentication.reauth_return_url(_page_path(channel)),
        )
        reauthentication.require_reauthentication(tx, first, _page_path(channel))
        method = _method(first, channel)
        if not code:
            return _render(tx, first, method, error=("code", sent_code_pages.NO_CODE))
    codes = recovery_code.first_set(first.person, services())
    with database.write(origin()) as tx:
        auth_session = guard.require_unchanged(tx, first, requirements.change_credentials_requirement)
        done = sent_code.confirm_code(
            tx, _owner(auth_session), auth_session.person, method, code, codes=codes, services=services()
        )
        if done is Result.CONFLICT:
            raise credential_changes.ConcurrentChange
        if isinstance(done, Result):
            slot = sent_code.enrolment_slot(_owner(auth_session), auth_session.person, method)
            status, sentence = sent_code_pages.refusal_message(
                tx, slot, done, used_up=sent_code_pages.USED_UP_IN_ACCOUNT
            )
            return _render(tx, auth_session, method, error=("code", sentence), status=status)
        handle = credential_changes.renew(tx, auth_session, services(), done)
        return (
            responses.redirect_with_session(account_paths.RECOVERY_CODES, handle)
            if codes
            else responses.redirect_done("codes-added", handle=handle)
        )


def _method(auth_session: AuthenticatedSession, channel: str) -> Method:
    """The method, if it is to be had here; anything else is not found."""
    method = Method(channel)
    return method if method in auth_session.person.channels(services().settings) else abort(404)


def _owner(auth_session: AuthenticatedSession) -> str:
    return f"session:{auth_session.session.sid}"


def _page_path(channel: str) -> str:
    return f"{account_paths.CODES}/{channel}"


def _render(
    tx: Transaction,
    auth_session: AuthenticatedSession,
    method: Method,
    *,
    error: tuple[str, str] | None = None,
    status: int | None = None,
) -> Response:
    page_path = _page_path(method)
    waiting = sent_codes.pending_code(tx, sent_code.enrolment_slot(_owner(auth_session), auth_session.person, method))
    return responses.render(
        auth_session,
        "account/message_codes.html",
        status=status or (400 if error else 200),
        error=error,
        action=reauthentication.with_reauth_id(page_path),
        **sent_code_pages.enrolment_variables(
            auth_session.person, method, waiting, send_action=reauthentication.with_reauth_id(f"{page_path}/send")
        ),
    )
