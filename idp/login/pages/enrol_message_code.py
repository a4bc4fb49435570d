"""Forced set-up of codes by message, on the way in.

GET  /login/<attempt>/enrol/<channel>         where the first code goes, or the form for it
POST /login/<attempt>/enrol/<channel>/send    the first code, or another one
POST /login/<attempt>/enrol/<channel>         the code
"""

from __future__ import annotations

from flask import Blueprint, Response, request

from idp.factors import recovery_codes
from idp.factors.message_code import NotANumber
from idp.login.enrolment import message_code
from idp.login.enrolment.message_code import place_of
from idp.login.flow import page
from idp.login.forms import errors, message_codes
from idp.login.methods import sent_codes
from idp.login.methods.password import Verdict
from idp.login.methods.sent_codes import Sent
from idp.login.policy.proofs import Method, Proof, to_rows
from idp.login.policy.steps import Step
from idp.login.state.login_flow import Attempt
from idp.login.state.person import Person
from idp.persistence.transaction import Transaction
from idp.web.context import core
from idp.web.forms import once, ticked
from idp.web.pages import see_other
from idp.web.transactions import origin, reading, transactional

blueprint = Blueprint(
    "login_set_up_codes", __name__, url_prefix="/login/<login_id>/enrol/<any(email, sms, whatsapp):channel>"
)


@blueprint.get("")
@reading
def ask(tx: Transaction, login_id: str, channel: str) -> Response:
    """Show the page."""
    attempt, person = _find(tx, login_id, channel)
    return _page(tx, attempt, person, Method(channel)) if person else page.onward(tx, login_id)


@blueprint.post("/send")
@transactional
def send(tx: Transaction, login_id: str, channel: str) -> Response:
    """Send the first code."""
    attempt, person = _find(tx, login_id, channel, hold=True)
    method, typed = Method(channel), once(request.form, "number", longest=message_codes.LONGEST_NUMBER)
    if person is None:
        return page.onward(tx, login_id)
    if page.stale_form(attempt):
        return _page(tx, attempt, person, method, error=("form", errors.STALE))
    if out := page.cancelled(tx, attempt):
        return out
    owner, sealer, entropy = _owner(attempt), core().sealer, core().entropy
    try:
        sent = message_code.send(tx, owner, person, method, typed, sealer=sealer, entropy=entropy)
    except NotANumber:
        return _page(tx, attempt, person, method, error=("number", message_codes.NO_NUMBER))
    if sent is Sent.TOO_MANY:
        return _page(tx, attempt, person, method, error=("form", message_codes.NOT_SENT), status=429)
    return see_other(page.address(attempt, f"{Step.ENROL}/{method}"))


@blueprint.post("")
def confirm(login_id: str, channel: str) -> Response:
    """Judge the code: read, mint recovery codes outside any transaction, then make it the second step."""
    database, entropy = core().database, core().entropy
    code = once(request.form, "code", longest=errors.LONGEST_CODE)
    cancelling = request.form.get("choice") == "cancel"
    with database.read(origin()) as tx:
        attempt, first = _find(tx, login_id, channel)
        if first is None:
            return page.onward(tx, login_id)
        if page.stale_form(attempt):
            return _page(tx, attempt, first, Method(channel), error=("form", errors.STALE))
        if not code and not cancelling:
            return _page(tx, attempt, first, Method(channel), error=("code", message_codes.NO_CODE))
    codes = None if cancelling or first.recovery else recovery_codes.mint(entropy, core().hasher)
    with database.write(origin()) as tx:
        attempt, person = _find(tx, login_id, channel, hold=True)
        if out := page.cancelled(tx, attempt):
            return out
        if person is None or person.user.id != first.user.id:
            return page.onward(tx, login_id)
        done = message_code.confirm(
            tx,
            _owner(attempt),
            person,
            Method(channel),
            code,
            codes=codes,
            sealer=core().sealer,
            entropy=entropy,
            settings=core().settings,
        )
        return _after(tx, attempt, person, Method(channel), done)


def _find(tx: Transaction, login_id: str, channel: str, *, hold: bool = False) -> tuple[Attempt, Person | None]:
    """The attempt, and whose it is if setting up this channel is what they could do now."""
    attempt = page.find(tx, login_id, hold=hold)
    fits = attempt.step is Step.ENROL and channel in attempt.enrollable(core().settings)
    return attempt, attempt.person if fits else None


def _owner(attempt: Attempt) -> str:
    return f"login:{attempt.login.id}"


def _after(tx: Transaction, attempt: Attempt, person: Person, method: Method, done: Proof | Verdict) -> Response:
    if isinstance(done, Proof):
        user, proofs = person.user, to_rows((*attempt.proofs, done))
        remember = ticked(request.form, "remember")
        kept = tx.logins.advance(attempt.login, user_id=user.id, epoch=user.epoch, proofs=proofs, remember=remember)
        return page.onward(tx, attempt.login.id, proven=kept)
    if done is Verdict.MOVED:
        return page.onward(tx, attempt.login.id)
    status, sentence = message_codes.refused(tx, place_of(_owner(attempt), person, method), done)
    return _page(tx, attempt, person, method, error=("code", sentence), status=status)


def _page(
    tx: Transaction,
    attempt: Attempt,
    person: Person,
    method: Method,
    *,
    error: tuple[str, str] | None = None,
    status: int | None = None,
) -> Response:
    waiting = sent_codes.state(tx, place_of(_owner(attempt), person, method))
    action = page.address(attempt, f"{Step.ENROL}/{method}")
    return page.show(
        tx,
        attempt,
        "login/set_up_codes.html",
        status=status or (400 if error else 200),
        errors=dict([error] if error else []),
        action=action,
        required=attempt.demand.enrol,
        remember_days=core().settings.remember_days,
        back_href=page.address(attempt, Step.ENROL),
        **message_codes.of_set_up(person, method, waiting, send_action=f"{action}/send"),
    )
