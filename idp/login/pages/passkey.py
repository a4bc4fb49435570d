"""A passkey on the sign-in page, or on the code page: options for the script, and the form that it sends."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, request

from idp.kernel.text import Text
from idp.login.flow import rendering
from idp.login.flow.advance import continue_flow
from idp.login.flow.step_views import step
from idp.login.forms.passkeys import read_passkey_response
from idp.login.methods import passkey
from idp.login.methods.result import Result
from idp.login.pages import identify, second_step
from idp.login.policy.steps import Step
from idp.login.state.login_flow import LoginFlow
from idp.login.state.paths import CODE_PASSKEY, PASSKEY
from idp.login.state.person import Person
from idp.persistence.transaction import Transaction
from idp.web.context import services
from idp.web.cookies import BROWSER
from idp.web.forms import is_checked
from idp.web.pages import answers_json, json_response
from idp.web.transactions import write_transaction

WRONG = Text("That passkey did not work here. Try again, or choose another way.")

blueprint = Blueprint("login_passkey", __name__, url_prefix="/login/<flow_id>")


@blueprint.post(f"/{PASSKEY}/options")
@answers_json
@write_transaction
def send_options(tx: Transaction, flow_id: str) -> Response:
    """Send the options for a passkey as the first factor: the same for everybody."""
    return _options(tx, flow_id, second=False)


@blueprint.post(f"/{CODE_PASSKEY}/options")
@answers_json
@write_transaction
def send_second_step_options(tx: Transaction, flow_id: str) -> Response:
    """Send the options for one of this person's passkeys."""
    return _options(tx, flow_id, second=True)


@blueprint.post(f"/{PASSKEY}")
@write_transaction
def verify_first_factor(tx: Transaction, flow_id: str) -> Response:
    """Sign in with a passkey, without a name or a password."""
    response = read_passkey_response()
    known = tx.factors.by_credential(response.credential_id) if response else None
    flow, user = rendering.lock_flow_and_user(tx, flow_id, known.user_id if known else "")
    if rendering.is_stale_form(flow):
        return identify.show_stale_form(tx, flow)
    result: LoginFlow | Result = Result.WRONG
    if response is not None:
        settings, cookie = services().settings, BROWSER.read()
        row = tx.login_flows.keep_signed_in(flow.row, keep=is_checked(request.form, identify.KEEP_FIELD))
        flow = replace(flow, row=row)
        result = passkey.verify_first_factor(tx, flow, user, response, browser_cookie=cookie, settings=settings)
    if result is Result.WRONG:
        return identify.render(tx, flow, error=("form", WRONG))
    return continue_flow(tx, flow_id, result)


@blueprint.post(f"/{CODE_PASSKEY}")
@step(Step.CODE, render=second_step.render)
def verify_second_factor(tx: Transaction, flow: LoginFlow, person: Person) -> Response:
    """Accept a passkey as the second step."""
    response, remember = read_passkey_response(), is_checked(request.form, "remember")
    result: LoginFlow | Result = Result.WRONG
    if response is not None:
        result = passkey.verify_second_factor(tx, flow, person, response, remember=remember)
    if result is Result.WRONG:
        return second_step.render(tx, flow, person, error=("form", WRONG))
    return continue_flow(tx, flow.row.id, result)


def _options(tx: Transaction, flow_id: str, *, second: bool) -> Response:
    flow = rendering.lock_open_flow(tx, flow_id)
    if rendering.is_stale_form(flow) or (second and flow.step is not Step.CODE):
        return json_response({}, 400)
    return json_response(passkey.options(tx, flow, second=second, services=services()))
