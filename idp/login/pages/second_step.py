"""The code page: a code from the authenticator app, or a passkey."""

from __future__ import annotations

from flask import Blueprint, Response, request

from idp.kernel.text import Text
from idp.login.enrolment import totp
from idp.login.flow import rendering
from idp.login.flow.advance import continue_flow
from idp.login.flow.step_views import step
from idp.login.forms import errors
from idp.login.methods import second_step
from idp.login.methods.result import Result
from idp.login.pages.alternatives import alternative_methods
from idp.login.policy.methods import LASTING, SENT, Method
from idp.login.policy.steps import Step
from idp.login.state.login_flow import LoginFlow
from idp.login.state.person import Person
from idp.persistence.transaction import Transaction
from idp.web.context import services
from idp.web.forms import is_checked, single_value
from idp.web.pages import FieldError

NO_CODE = Text("Enter the 6-digit code your app shows.")
CODE_PAGE_METHODS = {method for method in LASTING if method.spec.page == Step.CODE}
"""Methods that need nothing sent first, and share a page."""

blueprint = Blueprint("login_second_step", __name__, url_prefix="/login/<flow_id>")


def render(
    tx: Transaction, flow: LoginFlow, person: Person, *, error: FieldError | None = None, status: int | None = None
) -> Response:
    """Render the page, with what is wrong; also for a passkey that was tried on it."""
    return rendering.render(
        tx,
        flow,
        "login/code.html",
        status=status,
        error=error,
        remember_days=rendering.offered_remember_days(tx, flow),
        action=rendering.flow_url(flow, Step.CODE),
        passkey=rendering.passkey_form(flow, second=True) if Method.PASSKEY in flow.available_methods else None,
        entry=totp.masked_label(person),
        has_app=Method.TOTP in flow.available_methods,
        alternatives=alternative_methods(flow, CODE_PAGE_METHODS),
        sends=bool(SENT & set(flow.available_methods)),
    )


@blueprint.get(f"/{Step.CODE}")
@step(Step.CODE, applies=lambda flow: bool(CODE_PAGE_METHODS & set(flow.available_methods)))
def show_form(tx: Transaction, flow: LoginFlow, person: Person) -> Response:
    """Show the form."""
    return render(tx, flow, person)


@blueprint.post(f"/{Step.CODE}")
@step(Step.CODE, render=render)
def verify_code(tx: Transaction, flow: LoginFlow, person: Person) -> Response:
    """Verify a code from the authenticator app."""
    code, remember = (
        single_value(request.form, "code", longest=errors.LONGEST_CODE),
        is_checked(request.form, "remember"),
    )
    if not code:
        return render(tx, flow, person, error=("code", NO_CODE))
    result = second_step.verify_code(tx, flow, person, Method.TOTP, code, remember=remember, services=services())
    if isinstance(result, LoginFlow) or result is Result.CONFLICT:
        return continue_flow(tx, flow.row.id, result)
    status, sentence = errors.refusal_message(result, errors.CLOCK_HINT)
    return render(tx, flow, person, error=("code", sentence), status=status)
