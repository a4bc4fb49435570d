"""The second step by a code that is sent.

GET  /login/<flow>/code/<channel>         the form, or the button that has the first code sent
POST /login/<flow>/code/<channel>/send    send a code, or another one
POST /login/<flow>/code/<channel>         verify the code
"""

from __future__ import annotations

from flask import Blueprint, Response, request

from idp.factors.sent_code import mask
from idp.kernel.text import Text
from idp.login import sent_codes
from idp.login.flow import rendering
from idp.login.flow.advance import continue_flow
from idp.login.flow.step_views import step
from idp.login.forms import errors, sent_code_pages
from idp.login.methods import second_step, sent_code
from idp.login.methods.result import Result
from idp.login.pages.alternatives import alternative_methods
from idp.login.policy.methods import Method
from idp.login.policy.steps import Step
from idp.login.sent_codes import SendResult
from idp.login.state.login_flow import LoginFlow
from idp.login.state.paths import code_page
from idp.login.state.person import Person
from idp.persistence.transaction import Transaction
from idp.web.context import services
from idp.web.forms import is_checked, single_value
from idp.web.pages import FieldError, see_other

NOT_SENT = Text("No code was sent, because too many were asked for. Wait a quarter of an hour, or choose another way.")

blueprint = Blueprint("login_sent_code", __name__, url_prefix=f"/login/<flow_id>/{Step.CODE}")
CHANNEL = f"/{sent_code_pages.CHANNEL}"


def _is_available(flow: LoginFlow, channel: str) -> bool:
    return channel in flow.available_methods


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
    (factor,) = person.factors_of(method)
    pending = sent_codes.pending_code(tx, sent_code.sign_in_slot(flow, factor))
    action = rendering.flow_url(flow, code_page(method))
    variables = sent_code_pages.sent_code_variables(method, pending, send_action=f"{action}/send")
    return rendering.render(
        tx,
        flow,
        "login/sent_code.html",
        status=status,
        error=error,
        action=action,
        remember_days=rendering.offered_remember_days(tx, flow),
        alternatives=alternative_methods(flow, {method}),
        sends=True,
        **variables | {"masked": mask(factor.address or "")},
    )


@blueprint.get(CHANNEL)
@step(Step.CODE, applies=_is_available)
def show_form(tx: Transaction, flow: LoginFlow, person: Person, channel: str) -> Response:
    """Show the form."""
    return _render(tx, flow, person, channel)


@blueprint.post(f"{CHANNEL}/send")
@step(Step.CODE, applies=_is_available, render=_render)
def send_code(tx: Transaction, flow: LoginFlow, person: Person, channel: str) -> Response:
    """Send a code to the address or number that this person has proven."""
    method = Method(channel)
    if sent_code.send_code(tx, flow, person, method, services()) is SendResult.TOO_MANY:
        return _render(tx, flow, person, channel, error=("form", NOT_SENT), status=429)
    return see_other(rendering.flow_url(flow, code_page(method)))


@blueprint.post(CHANNEL)
@step(Step.CODE, applies=_is_available, render=_render)
def verify_code(tx: Transaction, flow: LoginFlow, person: Person, channel: str) -> Response:
    """Verify a code."""
    method, remember = Method(channel), is_checked(request.form, "remember")
    code = single_value(request.form, "code", longest=errors.LONGEST_CODE)
    if not code:
        return _render(tx, flow, person, channel, error=("code", sent_code_pages.NO_CODE))
    result = second_step.verify_code(tx, flow, person, method, code, remember=remember, services=services())
    if isinstance(result, LoginFlow) or result is Result.CONFLICT:
        return continue_flow(tx, flow.row.id, result)
    (factor,) = person.factors_of(method)
    status, sentence = sent_code_pages.refusal_message(tx, sent_code.sign_in_slot(flow, factor), result)
    return _render(tx, flow, person, channel, error=("code", sentence), status=status)
