"""The second step by a code that is sent: asking for it, and giving it.

GET  /login/<attempt>/code/<channel>         the form, or the button that has the first code sent
POST /login/<attempt>/code/<channel>/send    a code, or another one
POST /login/<attempt>/code/<channel>         the code
"""

from __future__ import annotations

from flask import Blueprint, Response, request

from idp.factors.message_code import masked
from idp.kernel.text import Text
from idp.login.flow import page
from idp.login.forms import errors, message_codes
from idp.login.methods import second_step, sent_codes
from idp.login.methods.result import Result
from idp.login.methods.sent_codes import SendResult
from idp.login.pages import alternatives
from idp.login.policy.proofs import SENT, Method
from idp.login.policy.steps import Step
from idp.login.state.login_flow import LoginFlow
from idp.login.state.person import Person
from idp.persistence.transaction import Transaction
from idp.web.context import services
from idp.web.forms import once, ticked
from idp.web.pages import see_other
from idp.web.transactions import read_transaction, write_transaction

NOT_SENT = Text("No code was sent, because too many were asked for. Wait a quarter of an hour, or choose another way.")

blueprint = Blueprint("login_sent_code", __name__, url_prefix="/login/<flow_id>/code")
CHANNEL = f"/<any({', '.join(sorted(SENT))}):channel>"


@blueprint.get(CHANNEL)
@read_transaction
def ask(tx: Transaction, flow_id: str, channel: str) -> Response:
    """Show the form."""
    flow, person = _find(tx, flow_id, channel)
    return page.onward(tx, flow_id) if person is None else _page(tx, flow, person, Method(channel))


@blueprint.post(f"{CHANNEL}/send")
@write_transaction
def send(tx: Transaction, flow_id: str, channel: str) -> Response:
    """Send a code to the address or number this person has proven."""
    flow, person = _find(tx, flow_id, channel, lock=True)
    method = Method(channel)
    if person is None:
        return page.onward(tx, flow_id)
    if page.is_stale_form(flow):
        return _page(tx, flow, person, method, status=400, error=errors.STALE_FORM, field="form")
    if out := page.cancel_if_requested(tx, flow):
        return out
    sent = second_step.send_code(tx, flow, person, method, sealer=services().sealer, entropy=services().entropy)
    if sent is SendResult.TOO_MANY:
        return _page(tx, flow, person, method, status=429, error=NOT_SENT, field="form")
    return see_other(page.flow_url(flow, f"{Step.CODE}/{method}"))


@blueprint.post(CHANNEL)
@write_transaction
def answer(tx: Transaction, flow_id: str, channel: str) -> Response:
    """Judge a code."""
    flow, person = _find(tx, flow_id, channel, lock=True)
    method = Method(channel)
    if person is None:
        return page.onward(tx, flow_id)
    if page.is_stale_form(flow):
        return _page(tx, flow, person, method, status=400, error=errors.STALE_FORM, field="form")
    if out := page.cancel_if_requested(tx, flow):
        return out
    code = once(request.form, "code", longest=errors.LONGEST_CODE)
    if not code:
        return _page(tx, flow, person, method, status=400, error=message_codes.NO_CODE)
    verdict = second_step.verify_code(
        tx,
        flow,
        person,
        method,
        code,
        remember=ticked(request.form, "remember"),
        sealer=services().sealer,
        settings=services().settings,
    )
    if verdict in {Result.RIGHT, Result.CONFLICT}:
        return page.onward(tx, flow_id, proven=verdict is Result.RIGHT)
    (factor,) = person.factors_of(method)
    status, sentence = message_codes.refusal_message(tx, second_step.sign_in_code_slot(flow, factor), verdict)
    return _page(tx, flow, person, method, status=status, error=sentence)


def _find(tx: Transaction, flow_id: str, channel: str, *, lock: bool = False) -> tuple[LoginFlow, Person | None]:
    """The attempt, and whose it is if a code by this channel is what it could be given now."""
    flow = page.load_open_flow(tx, flow_id, lock=lock)
    fits = flow.step is Step.CODE and channel in flow.available_methods
    return flow, flow.person if fits else None


def _page(
    tx: Transaction,
    flow: LoginFlow,
    person: Person,
    method: Method,
    *,
    status: int = 200,
    error: str = "",
    field: str = "code",
) -> Response:
    (factor,) = person.factors_of(method)
    waiting = sent_codes.pending_code(tx, second_step.sign_in_code_slot(flow, factor))
    action = page.flow_url(flow, f"{Step.CODE}/{method}")
    shown = message_codes.sent_code_variables(method, waiting, send_action=f"{action}/send")
    return page.render(
        tx,
        flow,
        "login/sent_code.html",
        status=status,
        errors={field: error} if error else {},
        action=action,
        remember_days=services().settings.remember_days,
        other_ways=alternatives.alternative_methods(flow, {method}),
        sends=True,
        **shown | {"masked": masked(factor.address or "")},
    )
