"""Changing the phone number: typed, proven by a code that is sent to it, then stored. And removing it.

GET  /profile/phone                  where the code goes
POST /profile/phone                  the code is sent                          -> /profile/phone/<channel>
GET  /profile/phone/<channel>        the form for it
POST /profile/phone/<channel>        verify the code, store the number
POST /profile/phone/<channel>/send   another one, to the same number
POST /profile/phone/remove

The number of codes that are sent at sign-in is a copy, kept with them: nothing here changes where those go.
"""

from __future__ import annotations

from flask import Blueprint, Response, request

from idp.account import change_guard, credential_changes, responses
from idp.account.errors import ConcurrentChange
from idp.factors import sent_code
from idp.factors.sent_code import InvalidPhoneNumber
from idp.kernel.clock import DAY
from idp.kernel.text import Text
from idp.login import sent_codes
from idp.login.forms import sent_code_pages
from idp.login.forms.errors import LONGEST_CODE
from idp.login.methods.result import Result
from idp.login.policy.methods import SENT_TO_NUMBER
from idp.login.sent_codes import SendResult
from idp.login.state.session import AuthenticatedSession
from idp.persistence.sent_codes import CodeSlot
from idp.persistence.transaction import Transaction
from idp.recovery import contact_changes, new_phone_number
from idp.web.account_paths import PHONE, PROFILE, REMOVE_PHONE, phone_code_path
from idp.web.context import services
from idp.web.forms import single_value
from idp.web.pages import FieldError, see_other
from idp.web.transactions import read_transaction, write_transaction

SAME = Text("That is your number already, and it is confirmed.")
NO_WAY = Text("No code can be sent that way here. Choose another way, or ask your administrator.")

CODE_ROUTE = phone_code_path(sent_code_pages.NUMBER_CHANNEL)

blueprint = Blueprint("phone", __name__)


@blueprint.get(PHONE)
@read_transaction
def show_form(tx: Transaction) -> Response:
    """Show the form; a number that is not confirmed stands in it, to be confirmed."""
    auth_session = change_guard.require(tx, PHONE)
    user = auth_session.person.user
    return _render(auth_session, typed="" if user.phone_number_verified else user.phone_number or "")


@blueprint.post(PHONE)
@write_transaction
def send_code(tx: Transaction) -> Response:
    """Send a code to the number that was typed."""
    auth_session = change_guard.require_form(tx, PHONE)
    user, typed = auth_session.person.user, single_value(request.form, "number", longest=sent_code_pages.LONGEST_NUMBER)
    channel = single_value(request.form, "channel")
    if channel not in new_phone_number.channels(services().settings):
        return _render(auth_session, typed=typed, error=("form", NO_WAY))
    try:
        number = sent_code.parse_phone_number(typed)
    except InvalidPhoneNumber as error:
        return _render(auth_session, typed=typed, error=("number", sent_code_pages.NUMBER_ERRORS[error.problem]))
    if number == user.phone_number and user.phone_number_verified:
        return _render(auth_session, typed=typed, error=("number", SAME))
    if _send(tx, auth_session, channel, number) is SendResult.TOO_MANY:
        return _render(auth_session, typed=typed, error=("form", sent_code_pages.NOT_SENT), status=429)
    return see_other(change_guard.with_reauth_id(phone_code_path(channel)))


@blueprint.get(CODE_ROUTE)
@read_transaction
def show_code_form(tx: Transaction, channel: str) -> Response:
    """Show the form for the code."""
    return _render_code_page(tx, change_guard.require(tx, PHONE), channel)


@blueprint.post(f"{CODE_ROUTE}/send")
@write_transaction
def send_another_code(tx: Transaction, channel: str) -> Response:
    """Send another code, to where the last one went."""
    auth_session = change_guard.require_form(tx, PHONE)
    last = tx.sent_codes.find(_slot(auth_session, channel))
    if last is None or channel not in new_phone_number.channels(services().settings):
        return see_other(change_guard.with_reauth_id(PHONE))
    if _send(tx, auth_session, channel, last.address) is SendResult.TOO_MANY:
        return _render_code_page(tx, auth_session, channel, error=("form", sent_code_pages.NOT_SENT), status=429)
    return see_other(change_guard.with_reauth_id(phone_code_path(channel)))


@blueprint.post(CODE_ROUTE)
@write_transaction
def confirm_number(tx: Transaction, channel: str) -> Response:
    """Verify the code, and store the number that it proves."""
    auth_session = change_guard.require_form(tx, PHONE)
    code = single_value(request.form, "code", longest=LONGEST_CODE)
    if not code:
        return _render_code_page(tx, auth_session, channel, error=("code", sent_code_pages.NO_CODE))
    slot = _slot(auth_session, channel)
    result = new_phone_number.confirm_number(tx, slot, auth_session.person, code, services())
    if result is Result.CONFLICT:
        raise ConcurrentChange
    if result is not Result.RIGHT:
        status, sentence = sent_code_pages.refusal_message(tx, slot, result, used_up=sent_code_pages.USED_UP_IN_ACCOUNT)
        return _render_code_page(tx, auth_session, channel, error=("code", sentence), status=status)
    handle = credential_changes.renew(tx, auth_session, services())
    return responses.redirect_done("phone", handle=handle, page_path=PROFILE)


@blueprint.post(REMOVE_PHONE)
@write_transaction
def remove_number(tx: Transaction) -> Response:
    """Store that there is no number."""
    auth_session = change_guard.require_form(tx, PHONE)
    user = auth_session.person.user
    if user.phone_number is None:
        return see_other(PROFILE)
    if not new_phone_number.store_number(tx, user, None, services()):
        raise ConcurrentChange
    handle = credential_changes.renew(tx, auth_session, services())
    return responses.redirect_done("phone-removed", handle=handle, page_path=PROFILE)


def _slot(auth_session: AuthenticatedSession, channel: str) -> CodeSlot:
    return new_phone_number.phone_code_slot(auth_session.owner, auth_session.person, channel)


def _send(tx: Transaction, auth_session: AuthenticatedSession, channel: str, number: str) -> SendResult:
    user, slot = auth_session.person.user, _slot(auth_session, channel)
    return sent_codes.issue_code(tx, slot, user, address=number, services=services())


def _render(
    auth_session: AuthenticatedSession, *, typed: str, error: tuple[str, Text] | None = None, status: int | None = None
) -> Response:
    person = auth_session.person
    copies = [factor.address for factor in person.factors if factor.kind in SENT_TO_NUMBER]
    return responses.render(
        auth_session,
        "account/phone.html",
        status=status,
        error=error,
        back_href=PROFILE,
        typed=typed,
        longest=sent_code_pages.LONGEST_NUMBER,
        present=person.user.phone_number,
        channels=new_phone_number.channels(services().settings),
        codes_to=[sent_code.mask(address) for address in dict.fromkeys(filter(None, copies))],
        notified=bool(person.user.email),
        days=contact_changes.UNDO_WITHIN // DAY,
        remove_action=change_guard.with_reauth_id(REMOVE_PHONE),
    )


def _render_code_page(
    tx: Transaction,
    auth_session: AuthenticatedSession,
    channel: str,
    *,
    error: FieldError | None = None,
    status: int | None = None,
) -> Response:
    waiting = sent_codes.pending_code(tx, _slot(auth_session, channel))
    if waiting is None and error is None:
        return see_other(change_guard.with_reauth_id(PHONE))
    return responses.render(
        auth_session,
        "account/phone_code.html",
        status=status,
        error=error,
        back_href=change_guard.with_reauth_id(PHONE),
        action=change_guard.with_reauth_id(phone_code_path(channel)),
        **sent_code_pages.sent_code_variables(
            channel, waiting, send_action=change_guard.with_reauth_id(f"{phone_code_path(channel)}/send")
        ),
    )
