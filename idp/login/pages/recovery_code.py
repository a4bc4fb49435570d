"""The page of recovery codes, in place of the second step."""

from __future__ import annotations

from flask import Blueprint, Response, request

from idp.kernel.text import Text
from idp.login.flow import rendering
from idp.login.flow.advance import continue_flow
from idp.login.flow.step_views import require_step, step
from idp.login.forms import errors
from idp.login.methods import attempts, recovery_code
from idp.login.methods.recovery_code import PreparedRecoveryCode
from idp.login.methods.result import Result
from idp.login.pages.alternatives import alternative_methods
from idp.login.policy.methods import SENT, Method
from idp.login.policy.steps import Step
from idp.login.state.login_flow import LoginFlow
from idp.login.state.paths import RECOVERY_CODE
from idp.login.state.person import Person
from idp.persistence.transaction import Transaction
from idp.web.context import services
from idp.web.forms import is_cancelling, single_value
from idp.web.pages import FieldError
from idp.web.transactions import origin

NO_CODE = Text("Enter one of your recovery codes.")
WRONG = Text("That recovery code did not work. Each one works once; try another of your codes.")

blueprint = Blueprint("login_recovery_code", __name__, url_prefix="/login/<flow_id>")


@blueprint.get(f"/{RECOVERY_CODE}")
@step(Step.CODE)
def show_form(tx: Transaction, flow: LoginFlow, _: Person) -> Response:
    """Show the form."""
    return _render(tx, flow)


@blueprint.post(f"/{RECOVERY_CODE}")
def verify_code(flow_id: str) -> Response:
    """Read, hash outside any transaction, then record the result."""
    database = services().database
    typed = single_value(request.form, "code", longest=errors.LONGEST_CODE)
    cancelling = is_cancelling(request.form)
    with database.read(origin()) as tx:
        flow, person = require_step(tx, flow_id, Step.CODE)
        if rendering.is_stale_form(flow):
            return _render(tx, flow, error=("form", errors.STALE_FORM))
        if not typed and not cancelling:
            return _render(tx, flow, error=("code", NO_CODE))
        skips_hash = cancelling or not attempts.has_attempts_left(tx, flow, person)
    prepared = None if skips_hash else recovery_code.prepare_code(person, typed, services())
    with database.write(origin()) as tx:
        return _record(tx, flow_id, prepared)


def _record(tx: Transaction, flow_id: str, prepared: PreparedRecoveryCode | None) -> Response:
    flow, person = require_step(tx, flow_id, Step.CODE, lock=True)
    if response := rendering.cancel_if_requested(tx, flow):
        return response
    result = recovery_code.verify_code(tx, flow, person, prepared, services())
    if isinstance(result, LoginFlow) or result is Result.CONFLICT:
        return continue_flow(tx, flow_id, result)
    status, sentence = errors.refusal_message(result, WRONG)
    return _render(tx, flow, error=("code", sentence), status=status)


def _render(
    tx: Transaction, flow: LoginFlow, *, error: FieldError | None = None, status: int | None = None
) -> Response:
    return rendering.render(
        tx,
        flow,
        "login/recovery_code.html",
        status=status,
        error=error,
        remember_days=None,
        action=rendering.flow_url(flow, RECOVERY_CODE),
        passkey=rendering.passkey_form(flow, second=True) if Method.PASSKEY in flow.available_methods else None,
        has_app=Method.TOTP in flow.available_methods,
        alternatives=alternative_methods(flow, set(), recovery=False),
        sends=bool(SENT & set(flow.available_methods)),
    )
