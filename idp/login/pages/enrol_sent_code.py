"""Required enrolment of codes by message.

GET  /login/<flow>/enrol/<channel>         where the first code goes, or the form for it
POST /login/<flow>/enrol/<channel>/send    send the first code, or another one
POST /login/<flow>/enrol/<channel>         verify the code
"""

from __future__ import annotations

from functools import partial

from flask import Blueprint, Response, request

from idp.factors.sent_code import InvalidPhoneNumber
from idp.login import sent_codes
from idp.login.enrolment import sent_code
from idp.login.flow import rendering
from idp.login.flow.advance import redirect_to_next_step
from idp.login.flow.step_views import require_person, require_step, step
from idp.login.forms import errors, sent_code_pages
from idp.login.methods import recovery_code
from idp.login.methods.result import Result
from idp.login.pages.alternatives import enrolment_alternatives
from idp.login.pages.enrolment import finish_enrolment
from idp.login.policy.methods import Method
from idp.login.policy.proofs import Proof
from idp.login.policy.steps import Step
from idp.login.sent_codes import SendResult
from idp.login.state.login_flow import LoginFlow
from idp.login.state.paths import enrolment_page
from idp.login.state.person import Person
from idp.persistence.transaction import Transaction
from idp.web.context import services
from idp.web.forms import is_cancelling, single_value
from idp.web.pages import FieldError, see_other
from idp.web.transactions import origin

blueprint = Blueprint(
    "login_enrol_sent_code",
    __name__,
    url_prefix=f"/login/<flow_id>/{Step.ENROL}/{sent_code_pages.CHANNEL}",
)


def _is_enrollable(flow: LoginFlow, channel: str) -> bool:
    return channel in flow.enrollable_methods


def _render(
    tx: Transaction,
    flow: LoginFlow,
    person: Person,
    channel: str,
    *,
    error: FieldError | None = None,
    status: int | None = None,
) -> Response:
    method = Method(channel)
    pending = sent_codes.pending_code(tx, sent_code.enrolment_slot(flow.owner, person, method))
    action = rendering.flow_url(flow, enrolment_page(method))
    return rendering.render(
        tx,
        flow,
        "login/enrol_sent_code.html",
        status=status,
        error=error,
        action=action,
        required=flow.requirement.require_enrolment,
        forgets_devices=person.has_second_step,
        remember_days=flow.remember_days,
        back_href=rendering.flow_url(flow, Step.ENROL) if Method.TOTP in flow.enrollable_methods else None,
        alternatives=enrolment_alternatives(flow, shown=method),
        sends=False,
        **sent_code_pages.enrolment_variables(person, method, pending, send_action=f"{action}/send"),
    )


@blueprint.get("")
@step(Step.ENROL, applies=_is_enrollable)
def show_form(tx: Transaction, flow: LoginFlow, person: Person, channel: str) -> Response:
    """Show the form."""
    return _render(tx, flow, person, channel)


@blueprint.post("/send")
@step(Step.ENROL, applies=_is_enrollable, render=_render)
def send_first_code(tx: Transaction, flow: LoginFlow, person: Person, channel: str) -> Response:
    """Send the first code."""
    method, typed = Method(channel), single_value(request.form, "number", longest=sent_code_pages.LONGEST_NUMBER)
    try:
        sent = sent_code.send_first_code(tx, flow.owner, person, method, typed, services=services())
    except InvalidPhoneNumber as error:
        return _render(tx, flow, person, channel, error=("number", sent_code_pages.NUMBER_ERRORS[error.problem]))
    if sent is SendResult.TOO_MANY:
        return _render(tx, flow, person, channel, error=("form", sent_code_pages.NOT_SENT), status=429)
    return see_other(rendering.flow_url(flow, enrolment_page(method)))


@blueprint.post("")
def confirm_code(flow_id: str, channel: str) -> Response:
    """Read, mint recovery codes outside any transaction, then verify the code and store the factor."""
    database, code = services().database, single_value(request.form, "code", longest=errors.LONGEST_CODE)
    cancelling, applies = is_cancelling(request.form), partial(_is_enrollable, channel=channel)
    with database.read(origin()) as tx:
        flow, before = require_step(tx, flow_id, Step.ENROL, applies=applies)
        if rendering.is_stale_form(flow):
            return _render(tx, flow, before, channel, error=("form", errors.STALE_FORM))
        if not code and not cancelling:
            return _render(tx, flow, before, channel, error=("code", sent_code_pages.NO_CODE))
    codes = None if cancelling else recovery_code.first_set(before, services())
    with database.write(origin()) as tx:
        flow = rendering.lock_open_flow(tx, flow_id)
        if response := rendering.cancel_if_requested(tx, flow):
            return response
        person = require_person(tx, flow, Step.ENROL, same_as=before, applies=applies)
        method = Method(channel)
        added = sent_code.confirm_code(tx, flow.owner, person, method, code, codes=codes, services=services())
        return _respond(tx, flow, person, method, added)


def _respond(tx: Transaction, flow: LoginFlow, person: Person, method: Method, added: Proof | Result) -> Response:
    if isinstance(added, Proof):
        return finish_enrolment(tx, flow, person, added)
    if added is Result.CONFLICT:
        return redirect_to_next_step(tx, flow.row.id)
    slot = sent_code.enrolment_slot(flow.owner, person, method)
    status, sentence = sent_code_pages.refusal_message(tx, slot, added)
    return _render(tx, flow, person, method, error=("code", sentence), status=status)
