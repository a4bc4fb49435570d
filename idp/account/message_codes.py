"""Codes by email, SMS and WhatsApp, set up: a number or mailbox is proven by the first code sent there."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request

from idp.account import changes, guard, pages
from idp.factors import recovery_codes
from idp.factors.message_code import NotANumber
from idp.login.enrolment import message_code
from idp.login.forms import message_codes
from idp.login.forms.errors import LONGEST_CODE
from idp.login.methods import sent_codes
from idp.login.methods.password import Verdict
from idp.login.methods.sent_codes import Sent
from idp.login.policy.proofs import Method
from idp.login.state.session import Visitor
from idp.persistence.transaction import Transaction
from idp.web.context import core
from idp.web.forms import once
from idp.web.pages import see_other
from idp.web.transactions import origin, reading, transactional

blueprint = Blueprint("message_codes", __name__, url_prefix="/security/codes/<any(email, sms, whatsapp):channel>")


@blueprint.get("")
@reading
def show(tx: Transaction, channel: str) -> Response:
    """Ask who is there, then where the first code goes; once it is sent, the form for it."""
    visitor = guard.admit(tx, guard.to_look, back=guard.begun_at(_page_path(channel)))
    method = _method(visitor, channel)
    guard.ask_anew(tx, visitor, _page_path(channel))
    return _page(tx, visitor, method)


@blueprint.post("/send")
@transactional
def send(tx: Transaction, channel: str) -> Response:
    """Send the first code."""
    visitor = guard.admit_form(tx, guard.to_change, back=guard.begun_at(_page_path(channel)))
    guard.ask_anew(tx, visitor, _page_path(channel))
    method, typed = _method(visitor, channel), once(request.form, "number", longest=message_codes.LONGEST_NUMBER)
    owner, sealer, entropy = _owner(visitor), core().sealer, core().entropy
    try:
        sent = message_code.send(tx, owner, visitor.person, method, typed, sealer=sealer, entropy=entropy)
    except NotANumber:
        return _page(tx, visitor, method, error=("number", message_codes.NO_NUMBER))
    if sent is Sent.TOO_MANY:
        return _page(tx, visitor, method, error=("form", message_codes.NOT_SENT), status=429)
    return see_other(guard.still_for(_page_path(channel)))


@blueprint.post("")
def confirm(channel: str) -> Response:
    """Judge the code: read, mint recovery codes outside any transaction, then make it a second step."""
    database, entropy = core().database, core().entropy
    code = once(request.form, "code", longest=LONGEST_CODE)
    with database.read(origin()) as tx:
        first = guard.admit_form(tx, guard.to_change, back=guard.begun_at(_page_path(channel)))
        guard.ask_anew(tx, first, _page_path(channel))
        method = _method(first, channel)
        if not code:
            return _page(tx, first, method, error=("code", message_codes.NO_CODE))
    codes = None if first.person.recovery else recovery_codes.mint(entropy, core().hasher)
    with database.write(origin()) as tx:
        visitor = guard.admit_again(tx, first, guard.to_change)
        done = message_code.confirm(
            tx,
            _owner(visitor),
            visitor.person,
            method,
            code,
            codes=codes,
            sealer=core().sealer,
            entropy=entropy,
            settings=core().settings,
        )
        if done is Verdict.MOVED:
            raise changes.Overtaken
        if isinstance(done, Verdict):
            place = message_code.place_of(_owner(visitor), visitor.person, method)
            status, sentence = message_codes.refused(tx, place, done, used_up=message_codes.USED_UP_IN_ACCOUNT)
            return _page(tx, visitor, method, error=("code", sentence), status=status)
        handle = changes.renew(tx, visitor, entropy, done)
        return pages.renewed(pages.RECOVERY_CODES, handle) if codes else pages.done("codes-added", handle=handle)


def _method(visitor: Visitor, channel: str) -> Method:
    """The method, if it is to be had here; anything else is not found."""
    method = Method(channel)
    return method if method in visitor.person.channels(core().settings) else abort(404)


def _owner(visitor: Visitor) -> str:
    return f"session:{visitor.session.sid}"


def _page_path(channel: str) -> str:
    return f"{pages.CODES}/{channel}"


def _page(
    tx: Transaction,
    visitor: Visitor,
    method: Method,
    *,
    error: tuple[str, str] | None = None,
    status: int | None = None,
) -> Response:
    page_path = _page_path(method)
    waiting = sent_codes.state(tx, message_code.place_of(_owner(visitor), visitor.person, method))
    return pages.show(
        visitor,
        "account/message_codes.html",
        status=status or (400 if error else 200),
        error=error,
        action=guard.still_for(page_path),
        **message_codes.of_set_up(visitor.person, method, waiting, send_action=guard.still_for(f"{page_path}/send")),
    )
