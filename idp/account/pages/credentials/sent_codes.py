"""Codes by email, SMS and WhatsApp, set up: a number or mailbox is proven by the first code sent there."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, Response, abort, request

from idp.account import change_guard, credential_changes, responses
from idp.account.errors import ConcurrentChange
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
from idp.web.account_paths import RECOVERY_CODES, sent_codes_path
from idp.web.context import services
from idp.web.forms import single_value
from idp.web.pages import FieldError, see_other
from idp.web.transactions import origin, read_transaction, write_transaction

ROUTE = sent_codes_path(sent_code_pages.CHANNEL)

blueprint = Blueprint("sent_codes", __name__)


@blueprint.get(ROUTE)
@read_transaction
def show_form(tx: Transaction, channel: str) -> Response:
    """Show where the first code goes; once it is sent, the form for it."""
    refusal = partial(_refusal, channel=channel)
    auth_session = change_guard.require(tx, sent_codes_path(channel), refusal=refusal)
    return _render(tx, auth_session, _method(auth_session, channel))


@blueprint.post(f"{ROUTE}/send")
@write_transaction
def send_code(tx: Transaction, channel: str) -> Response:
    """Send the first code."""
    auth_session = change_guard.require_form(tx, sent_codes_path(channel))
    method, person = _method(auth_session, channel), auth_session.person
    number = single_value(request.form, "number", longest=sent_code_pages.LONGEST_NUMBER)
    try:
        sent = sent_code.send_first_code(tx, auth_session.owner, person, method, number, services=services())
    except InvalidPhoneNumber as error:
        return _render(tx, auth_session, method, error=("number", sent_code_pages.NUMBER_ERRORS[error.problem]))
    if sent is SendResult.TOO_MANY:
        return _render(tx, auth_session, method, error=("form", sent_code_pages.NOT_SENT), status=429)
    return see_other(change_guard.with_reauth_id(sent_codes_path(channel)))


@blueprint.post(ROUTE)
def confirm_code(channel: str) -> Response:
    """Read, make recovery codes outside any transaction, then verify the code and store the factor."""
    database = services().database
    code = single_value(request.form, "code", longest=LONGEST_CODE)
    with database.read(origin()) as tx:
        before = change_guard.require_form(tx, sent_codes_path(channel))
        method = _method(before, channel)
        if not code:
            return _render(tx, before, method, error=("code", sent_code_pages.NO_CODE))
    codes = recovery_code.first_set(before.person, services())
    with database.write(origin()) as tx:
        auth_session = change_guard.require_unchanged(tx, before, sent_codes_path(channel))
        result = sent_code.confirm_code(
            tx, auth_session.owner, auth_session.person, method, code, codes=codes, services=services()
        )
        if isinstance(result, Result):
            return _render_refusal(tx, auth_session, method, result)
        handle = credential_changes.renew(tx, auth_session, services(), result)
        if codes:
            return responses.redirect_with_session(RECOVERY_CODES, handle)
        return responses.redirect_done("codes-added", handle=handle)


def _refusal(auth_session: AuthenticatedSession, channel: str) -> None:
    """Answer 404 for a channel that this person cannot use here."""
    _method(auth_session, channel)


def _method(auth_session: AuthenticatedSession, channel: str) -> Method:
    """Return the method, if this person can enrol it here; otherwise 404."""
    method = Method(channel)
    return method if method in auth_session.person.channels else abort(404)


def _render_refusal(tx: Transaction, auth_session: AuthenticatedSession, method: Method, result: Result) -> Response:
    if result is Result.CONFLICT:
        raise ConcurrentChange
    slot = sent_code.enrolment_slot(auth_session.owner, auth_session.person, method)
    status, sentence = sent_code_pages.refusal_message(tx, slot, result, used_up=sent_code_pages.USED_UP_IN_ACCOUNT)
    return _render(tx, auth_session, method, error=("code", sentence), status=status)


def _render(
    tx: Transaction,
    auth_session: AuthenticatedSession,
    method: Method,
    *,
    error: FieldError | None = None,
    status: int | None = None,
) -> Response:
    page_path = sent_codes_path(method)
    waiting = sent_codes.pending_code(tx, sent_code.enrolment_slot(auth_session.owner, auth_session.person, method))
    return responses.render(
        auth_session,
        "account/sent_codes.html",
        status=status,
        error=error,
        action=change_guard.with_reauth_id(page_path),
        **sent_code_pages.enrolment_variables(
            auth_session.person, method, waiting, send_action=change_guard.with_reauth_id(f"{page_path}/send")
        ),
    )
