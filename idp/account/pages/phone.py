"""Changing the phone number: typed, proven by a code that is sent to it, then kept. And removing it.

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

from idp.account import credential_changes, guard, requirements, responses
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
from idp.web import account_paths
from idp.web.context import services
from idp.web.forms import single_value
from idp.web.pages import see_other
from idp.web.transactions import write_transaction

SAME = Text("That is your number already, and it is confirmed.")
NO_WAY = Text("No code can be sent that way here. Choose another way, or ask the people who run it.")

blueprint = Blueprint("phone", __name__, url_prefix="/profile/phone")


@blueprint.get("")
@guard.requires(requirements.change_credentials_requirement)
def show_form(_: Transaction, auth_session: AuthenticatedSession) -> Response:
    """Show the form; a number that is not confirmed stands in it, to be confirmed."""
    user = auth_session.person.user
    return _render(auth_session, typed="" if user.phone_number_verified else user.phone_number or "")


@blueprint.post("")
@write_transaction
def send(tx: Transaction) -> Response:
    """Send a code to the number that was typed."""
    auth_session = guard.require_form(tx, requirements.change_credentials_requirement)
    user, typed = auth_session.person.user, single_value(request.form, "number", longest=sent_code_pages.LONGEST_NUMBER)
    channel = single_value(request.form, "channel")
    if channel not in new_phone_number.channels(services().settings):
        return _render(auth_session, typed=typed, error=("form", NO_WAY))
    try:
        number = sent_code.parse_phone_number(typed)
    except InvalidPhoneNumber:
        return _render(auth_session, typed=typed, error=("number", sent_code_pages.NO_NUMBER))
    if number == user.phone_number and user.phone_number_verified:
        return _render(auth_session, typed=typed, error=("number", SAME))
    if _send(tx, auth_session, channel, number) is SendResult.TOO_MANY:
        return _render(auth_session, typed=typed, error=("form", sent_code_pages.NOT_SENT), status=429)
    return see_other(f"{account_paths.PHONE}/{channel}")


@blueprint.get(f"/{sent_code_pages.NUMBER_CHANNEL}")
@guard.requires(requirements.change_credentials_requirement, back=account_paths.PHONE)
def show_code_form(tx: Transaction, auth_session: AuthenticatedSession, channel: str) -> Response:
    """Show the form for the code."""
    return _render_code_page(tx, auth_session, channel)


@blueprint.post(f"/{sent_code_pages.NUMBER_CHANNEL}/send")
@write_transaction
def send_again(tx: Transaction, channel: str) -> Response:
    """Send another code, to where the last one went."""
    auth_session = guard.require_form(tx, requirements.change_credentials_requirement, back=account_paths.PHONE)
    last = tx.sent_codes.find(_place(auth_session, channel))
    if last is None or channel not in new_phone_number.channels(services().settings):
        return see_other(account_paths.PHONE)
    if _send(tx, auth_session, channel, last.address) is SendResult.TOO_MANY:
        return _render_code_page(tx, auth_session, channel, error=("form", sent_code_pages.NOT_SENT), status=429)
    return see_other(f"{account_paths.PHONE}/{channel}")


@blueprint.post(f"/{sent_code_pages.NUMBER_CHANNEL}")
@write_transaction
def confirm(tx: Transaction, channel: str) -> Response:
    """Verify the code, and store the number that it proves."""
    auth_session = guard.require_form(tx, requirements.change_credentials_requirement, back=account_paths.PHONE)
    code = single_value(request.form, "code", longest=LONGEST_CODE)
    if not code:
        return _render_code_page(tx, auth_session, channel, error=("code", sent_code_pages.NO_CODE))
    slot = _place(auth_session, channel)
    done = new_phone_number.confirm_number(tx, slot, auth_session.person, code, services())
    if done is Result.CONFLICT:
        raise credential_changes.ConcurrentChange
    if done is not Result.RIGHT:
        status, sentence = sent_code_pages.refusal_message(tx, slot, done, used_up=sent_code_pages.USED_UP_IN_ACCOUNT)
        return _render_code_page(tx, auth_session, channel, error=("code", sentence), status=status)
    handle = credential_changes.renew(tx, auth_session, services())
    return responses.redirect_done("phone", handle=handle, page_path=account_paths.PROFILE)


@blueprint.post("/remove")
@write_transaction
def remove(tx: Transaction) -> Response:
    """Know no number any longer."""
    auth_session = guard.require_form(tx, requirements.change_credentials_requirement, back=account_paths.PHONE)
    user = auth_session.person.user
    if user.phone_number is None:
        return see_other(account_paths.PROFILE)
    if not new_phone_number.store_number(tx, user, None, services()):
        raise credential_changes.ConcurrentChange
    handle = credential_changes.renew(tx, auth_session, services())
    return responses.redirect_done("phone-removed", handle=handle, page_path=account_paths.PROFILE)


def _place(auth_session: AuthenticatedSession, channel: str) -> CodeSlot:
    return new_phone_number.phone_code_slot(f"session:{auth_session.session.sid}", auth_session.person, channel)


def _send(tx: Transaction, auth_session: AuthenticatedSession, channel: str, number: str) -> SendResult:
    user, slot = auth_session.person.user, _place(auth_session, channel)
    return sent_codes.issue_code(tx, slot, user, address=number, services=services())


def _render(
    auth_session: AuthenticatedSession, *, typed: str, error: tuple[str, Text] | None = None, status: int | None = None
) -> Response:
    person = auth_session.person
    copies = [factor.address for factor in person.factors if factor.kind in SENT_TO_NUMBER]
    return responses.render(
        auth_session,
        "account/phone.html",
        status=status or (400 if error else 200),
        error=error,
        back_href=account_paths.PROFILE,
        typed=typed,
        longest=sent_code_pages.LONGEST_NUMBER,
        present=person.user.phone_number,
        channels=new_phone_number.channels(services().settings),
        codes_to=[sent_code.mask(address) for address in dict.fromkeys(filter(None, copies))],
        told=bool(person.user.email),
        days=contact_changes.UNDO_WITHIN // DAY,
        remove_action=f"{account_paths.PHONE}/remove",
    )


def _render_code_page(
    tx: Transaction,
    auth_session: AuthenticatedSession,
    channel: str,
    *,
    error: tuple[str, str] | None = None,
    status: int | None = None,
) -> Response:
    waiting = sent_codes.pending_code(tx, _place(auth_session, channel))
    if waiting is None and error is None:
        return see_other(account_paths.PHONE)
    return responses.render(
        auth_session,
        "account/phone_code.html",
        status=status or (400 if error else 200),
        error=error,
        back_href=account_paths.PHONE,
        action=f"{account_paths.PHONE}/{channel}",
        **sent_code_pages.sent_code_variables(channel, waiting, send_action=f"{account_paths.PHONE}/{channel}/send"),
    )
