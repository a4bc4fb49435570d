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
from idp.login.enrolment.message_code import enrolment_slot
from idp.login.flow import page
from idp.login.forms import errors, message_codes
from idp.login.methods import sent_codes
from idp.login.methods.result import Result
from idp.login.methods.sent_codes import SendResult
from idp.login.policy.proofs import Method, Proof, to_rows
from idp.login.policy.steps import Step
from idp.login.state.login_flow import LoginFlow
from idp.login.state.person import Person
from idp.persistence.transaction import Transaction
from idp.web.context import services
from idp.web.forms import once, ticked
from idp.web.pages import see_other
from idp.web.transactions import origin, read_transaction, write_transaction

blueprint = Blueprint(
    "login_set_up_codes", __name__, url_prefix="/login/<flow_id>/enrol/<any(email, sms, whatsapp):channel>"
)


@blueprint.get("")
@read_transaction
def ask(tx: Transaction, flow_id: str, channel: str) -> Response:
    """Show the page."""
    flow, person = _find(tx, flow_id, channel)
    return _page(tx, flow, person, Method(channel)) if person else page.onward(tx, flow_id)


@blueprint.post("/send")
@write_transaction
def send(tx: Transaction, flow_id: str, channel: str) -> Response:
    """Send the first code."""
    flow, person = _find(tx, flow_id, channel, lock=True)
    method, typed = Method(channel), once(request.form, "number", longest=message_codes.LONGEST_NUMBER)
    if person is None:
        return page.onward(tx, flow_id)
    if page.is_stale_form(flow):
        return _page(tx, flow, person, method, error=("form", errors.STALE_FORM))
    if out := page.cancel_if_requested(tx, flow):
        return out
    owner, sealer, entropy = _owner(flow), services().sealer, services().entropy
    try:
        sent = message_code.send_first_code(tx, owner, person, method, typed, sealer=sealer, entropy=entropy)
    except NotANumber:
        return _page(tx, flow, person, method, error=("number", message_codes.NO_NUMBER))
    if sent is SendResult.TOO_MANY:
        return _page(tx, flow, person, method, error=("form", message_codes.NOT_SENT), status=429)
    return see_other(page.flow_url(flow, f"{Step.ENROL}/{method}"))


@blueprint.post("")
def confirm(flow_id: str, channel: str) -> Response:
    """Judge the code: read, mint recovery codes outside any transaction, then make it the second step."""
    database, entropy = services().database, services().entropy
    code = once(request.form, "code", longest=errors.LONGEST_CODE)
    cancelling = request.form.get("choice") == "cancel"
    with database.read(origin()) as tx:
        flow, first = _find(tx, flow_id, channel)
        if first is None:
            return page.onward(tx, flow_id)
        if page.is_stale_form(flow):
            return _page(tx, flow, first, Method(channel), error=("form", errors.STALE_FORM))
        if not code and not cancelling:
            return _page(tx, flow, first, Method(channel), error=("code", message_codes.NO_CODE))
    codes = None if cancelling or first.recovery else recovery_codes.mint(entropy, services().hasher)
    with database.write(origin()) as tx:
        flow, person = _find(tx, flow_id, channel, lock=True)
        if out := page.cancel_if_requested(tx, flow):
            return out
        if person is None or person.user.id != first.user.id:
            return page.onward(tx, flow_id)
        done = message_code.confirm_code(
            tx,
            _owner(flow),
            person,
            Method(channel),
            code,
            codes=codes,
            sealer=services().sealer,
            entropy=entropy,
            settings=services().settings,
        )
        return _after(tx, flow, person, Method(channel), done)


def _find(tx: Transaction, flow_id: str, channel: str, *, lock: bool = False) -> tuple[LoginFlow, Person | None]:
    """The attempt, and whose it is if setting up this channel is what they could do now."""
    flow = page.load_open_flow(tx, flow_id, lock=lock)
    fits = flow.step is Step.ENROL and channel in flow.enrollable_methods(services().settings)
    return flow, flow.person if fits else None


def _owner(flow: LoginFlow) -> str:
    return f"login:{flow.row.id}"


def _after(tx: Transaction, flow: LoginFlow, person: Person, method: Method, done: Proof | Result) -> Response:
    if isinstance(done, Proof):
        user, proofs = person.user, to_rows((*flow.proofs, done))
        remember = ticked(request.form, "remember")
        kept = tx.login_flows.advance(flow.row, user_id=user.id, epoch=user.epoch, proofs=proofs, remember=remember)
        return page.onward(tx, flow.row.id, proven=kept)
    if done is Result.CONFLICT:
        return page.onward(tx, flow.row.id)
    status, sentence = message_codes.refusal_message(tx, enrolment_slot(_owner(flow), person, method), done)
    return _page(tx, flow, person, method, error=("code", sentence), status=status)


def _page(
    tx: Transaction,
    flow: LoginFlow,
    person: Person,
    method: Method,
    *,
    error: tuple[str, str] | None = None,
    status: int | None = None,
) -> Response:
    waiting = sent_codes.pending_code(tx, enrolment_slot(_owner(flow), person, method))
    action = page.flow_url(flow, f"{Step.ENROL}/{method}")
    return page.render(
        tx,
        flow,
        "login/set_up_codes.html",
        status=status or (400 if error else 200),
        errors=dict([error] if error else []),
        action=action,
        required=flow.requirement.require_enrolment,
        remember_days=services().settings.remember_days,
        back_href=page.flow_url(flow, Step.ENROL),
        **message_codes.enrolment_variables(person, method, waiting, send_action=f"{action}/send"),
    )
