"""Changing the phone number: typed, proven by a code that is sent to it, then kept. And removing it.

GET  /profile/phone                  where the code goes
POST /profile/phone                  the code is sent                          -> /profile/phone/<channel>
GET  /profile/phone/<channel>        the form for it
POST /profile/phone/<channel>        the code is judged, the number kept
POST /profile/phone/<channel>/send   another one, to the same number
POST /profile/phone/remove

The number of codes that are sent at sign-in is a copy, kept with them: nothing here changes where those go.
"""

from __future__ import annotations

from flask import Blueprint, Response, request

from idp.account import changes, guard, pages
from idp.factors import message_code
from idp.factors.message_code import NotANumber
from idp.kernel.clock import DAY
from idp.kernel.text import Text
from idp.login.forms import message_codes
from idp.login.forms.errors import LONGEST_CODE
from idp.login.methods import sent_codes
from idp.login.methods.password import Verdict
from idp.login.methods.sent_codes import Sent
from idp.login.policy.proofs import Method
from idp.login.state.session import Visitor
from idp.persistence.sent_codes import Addressed
from idp.persistence.transaction import Transaction
from idp.recovery import contact_changes, new_phone
from idp.web.context import core
from idp.web.forms import once
from idp.web.pages import see_other
from idp.web.transactions import transactional

SAME = Text("That is your number already, and it is confirmed.")
NO_WAY = Text("No code can be sent that way here. Choose another way, or ask the people who run it.")

blueprint = Blueprint("phone", __name__, url_prefix="/profile/phone")


@blueprint.get("")
@guard.looking(guard.to_change)
def ask(_: Transaction, visitor: Visitor) -> Response:
    """Show the form; a number that is not confirmed stands in it, to be confirmed."""
    user = visitor.person.user
    return _page(visitor, typed="" if user.phone_number_verified else user.phone_number or "")


@blueprint.post("")
@transactional
def send(tx: Transaction) -> Response:
    """Send a code to the number that was typed."""
    visitor = guard.admit_form(tx, guard.to_change)
    user, typed = visitor.person.user, once(request.form, "number", longest=message_codes.LONGEST_NUMBER)
    channel = once(request.form, "channel")
    if channel not in new_phone.channels(core().settings):
        return _page(visitor, typed=typed, error=("form", NO_WAY))
    try:
        number = message_code.number(typed)
    except NotANumber:
        return _page(visitor, typed=typed, error=("number", message_codes.NO_NUMBER))
    if number == user.phone_number and user.phone_number_verified:
        return _page(visitor, typed=typed, error=("number", SAME))
    if _send(tx, visitor, channel, number) is Sent.TOO_MANY:
        return _page(visitor, typed=typed, error=("form", message_codes.NOT_SENT), status=429)
    return see_other(f"{pages.PHONE}/{channel}")


@blueprint.get("/<any(sms, whatsapp):channel>")
@guard.looking(guard.to_change, back=pages.PHONE)
def ask_code(tx: Transaction, visitor: Visitor, channel: str) -> Response:
    """Show the form for the code."""
    return _code_page(tx, visitor, channel)


@blueprint.post("/<any(sms, whatsapp):channel>/send")
@transactional
def send_again(tx: Transaction, channel: str) -> Response:
    """Send another code, to where the last one went."""
    visitor = guard.admit_form(tx, guard.to_change, back=pages.PHONE)
    last = tx.sent_codes.of(_place(visitor, channel))
    if last is None or channel not in new_phone.channels(core().settings):
        return see_other(pages.PHONE)
    if _send(tx, visitor, channel, last.address) is Sent.TOO_MANY:
        return _code_page(tx, visitor, channel, error=("form", message_codes.NOT_SENT), status=429)
    return see_other(f"{pages.PHONE}/{channel}")


@blueprint.post("/<any(sms, whatsapp):channel>")
@transactional
def confirm(tx: Transaction, channel: str) -> Response:
    """Judge the code; a right one makes the number the person's."""
    visitor = guard.admit_form(tx, guard.to_change, back=pages.PHONE)
    code = once(request.form, "code", longest=LONGEST_CODE)
    if not code:
        return _code_page(tx, visitor, channel, error=("code", message_codes.NO_CODE))
    place, settings, sealer = _place(visitor, channel), core().settings, core().sealer
    done = new_phone.confirm(tx, place, visitor.person, code, sealer=sealer, entropy=core().entropy, settings=settings)
    if done is Verdict.MOVED:
        raise changes.Overtaken
    if done is not Verdict.RIGHT:
        status, sentence = message_codes.refused(tx, place, done, used_up=message_codes.USED_UP_IN_ACCOUNT)
        return _code_page(tx, visitor, channel, error=("code", sentence), status=status)
    handle = changes.renew(tx, visitor, core().entropy)
    return pages.done("phone", handle=handle, page_path=pages.PROFILE)


@blueprint.post("/remove")
@transactional
def remove(tx: Transaction) -> Response:
    """Know no number any longer."""
    visitor = guard.admit_form(tx, guard.to_change, back=pages.PHONE)
    user = visitor.person.user
    if user.phone_number is None:
        return see_other(pages.PROFILE)
    if not new_phone.keep(tx, user, None, sealer=core().sealer, entropy=core().entropy, settings=core().settings):
        raise changes.Overtaken
    handle = changes.renew(tx, visitor, core().entropy)
    return pages.done("phone-removed", handle=handle, page_path=pages.PROFILE)


def _place(visitor: Visitor, channel: str) -> Addressed:
    return new_phone.place_of(f"session:{visitor.session.sid}", visitor.person, channel)


def _send(tx: Transaction, visitor: Visitor, channel: str, number: str) -> Sent:
    user, place = visitor.person.user, _place(visitor, channel)
    return sent_codes.send(tx, place, user, address=number, sealer=core().sealer, entropy=core().entropy)


def _page(
    visitor: Visitor, *, typed: str, error: tuple[str, Text] | None = None, status: int | None = None
) -> Response:
    person = visitor.person
    copies = [factor.address for factor in person.factors if factor.kind in {Method.SMS, Method.WHATSAPP}]
    return pages.show(
        visitor,
        "account/phone.html",
        status=status or (400 if error else 200),
        error=error,
        back_href=pages.PROFILE,
        typed=typed,
        longest=message_codes.LONGEST_NUMBER,
        present=person.user.phone_number,
        channels=new_phone.channels(core().settings),
        codes_to=[message_code.masked(address) for address in dict.fromkeys(filter(None, copies))],
        told=bool(person.user.email),
        days=contact_changes.UNDO_WITHIN // DAY,
        remove_action=f"{pages.PHONE}/remove",
    )


def _code_page(
    tx: Transaction,
    visitor: Visitor,
    channel: str,
    *,
    error: tuple[str, str] | None = None,
    status: int | None = None,
) -> Response:
    waiting = sent_codes.state(tx, _place(visitor, channel))
    if waiting is None and error is None:
        return see_other(pages.PHONE)
    return pages.show(
        visitor,
        "account/phone_code.html",
        status=status or (400 if error else 200),
        error=error,
        back_href=pages.PHONE,
        action=f"{pages.PHONE}/{channel}",
        **message_codes.of_sent(channel, waiting, send_action=f"{pages.PHONE}/{channel}/send"),
    )
