"""The code page: a code from the app, or a recovery code."""

from __future__ import annotations

from flask import Blueprint, Response, request

from idp.kernel.text import Text
from idp.login.flow import page
from idp.login.forms import errors
from idp.login.methods import recovery_code, second_step
from idp.login.methods.result import Result
from idp.login.pages import alternatives
from idp.login.policy.proofs import SENT, Method
from idp.login.policy.steps import Step
from idp.login.state.login_flow import RECOVERY as RECOVERY_PAGE
from idp.login.state.login_flow import LoginFlow
from idp.login.state.person import Person
from idp.persistence.transaction import Transaction
from idp.web.context import services
from idp.web.forms import once, ticked
from idp.web.transactions import origin, read_transaction, write_transaction

APP, RECOVERY = "login/code.html", "login/recovery_code.html"
NO_CODE = Text("Enter the 6-digit code your app shows.")
NO_RECOVERY_CODE = Text("Enter one of your recovery codes.")
WRONG_RECOVERY_CODE = Text("That recovery code did not work. Each one works once; try another of your codes.")
CODE_PAGE_METHODS = {Method.PASSKEY, Method.TOTP}
"""Ways that need nothing sent first, and share a page."""


blueprint = Blueprint("login_second_step", __name__, url_prefix="/login/<flow_id>")


@blueprint.get("/code")
@blueprint.get("/recovery")
@read_transaction
def ask(tx: Transaction, flow_id: str) -> Response:
    """Show the form."""
    flow = page.load_open_flow(tx, flow_id)
    template = RECOVERY if request.path.endswith("/recovery") else APP
    if flow.step is not Step.CODE or (template == APP and not CODE_PAGE_METHODS & set(flow.available_methods)):
        return page.onward(tx, flow_id)
    return render_form(tx, flow, template)


@blueprint.post("/code")
@write_transaction
def answer(tx: Transaction, flow_id: str) -> Response:
    """Judge a code from the app."""
    flow = page.load_open_flow(tx, flow_id, lock=True)
    if flow.step is not Step.CODE or flow.person is None:
        return page.onward(tx, flow_id)
    if page.is_stale_form(flow):
        return render_form(tx, flow, APP, status=400, error=errors.STALE_FORM, field="form")
    if out := page.cancel_if_requested(tx, flow):
        return out
    code = once(request.form, "code", longest=errors.LONGEST_CODE)
    if not code:
        return render_form(tx, flow, APP, status=400, error=NO_CODE)
    verdict = second_step.verify_code(
        tx,
        flow,
        flow.person,
        Method.TOTP,
        code,
        remember=ticked(request.form, "remember"),
        sealer=services().sealer,
        settings=services().settings,
    )
    return _after(tx, flow, APP, verdict, errors.CLOCK_HINT)


@blueprint.post("/recovery")
def recover(flow_id: str) -> Response:
    """Judge a recovery code: read, hash outside any transaction, then settle."""
    database = services().database
    typed = once(request.form, "code", longest=errors.LONGEST_CODE)
    with database.read(origin()) as tx:
        flow = page.load_open_flow(tx, flow_id)
        if flow.step is not Step.CODE or flow.person is None:
            return page.onward(tx, flow_id)
        if page.is_stale_form(flow):
            return render_form(tx, flow, RECOVERY, status=400, error=errors.STALE_FORM, field="form")
        cancelling = request.form.get("choice") == "cancel"
        if not typed and not cancelling:
            return render_form(tx, flow, RECOVERY, status=400, error=NO_RECOVERY_CODE)
        in_vain = cancelling or not second_step.has_attempts_left(tx, flow, flow.person, services().settings)
    tried = None if in_vain else _prepare(flow.person, typed)
    with database.write(origin()) as tx:
        return _settle_recovery(tx, flow_id, tried)


def _prepare(person: Person, typed: str) -> recovery_code.PreparedRecoveryCode | None:
    return recovery_code.prepare_code(person, typed, hasher=services().hasher, entropy=services().entropy)


def _settle_recovery(tx: Transaction, flow_id: str, tried: recovery_code.PreparedRecoveryCode | None) -> Response:
    flow = page.load_open_flow(tx, flow_id, lock=True)
    if flow.step is not Step.CODE or flow.person is None:
        return page.onward(tx, flow_id)
    if out := page.cancel_if_requested(tx, flow):
        return out
    verdict = recovery_code.verify_code(
        tx,
        flow,
        flow.person,
        tried,
        sealer=services().sealer,
        entropy=services().entropy,
        settings=services().settings,
    )
    return _after(tx, flow, RECOVERY, verdict, WRONG_RECOVERY_CODE)


def _after(tx: Transaction, flow: LoginFlow, template: str, verdict: Result, wrong: str) -> Response:
    if verdict in {Result.RIGHT, Result.CONFLICT}:
        return page.onward(tx, flow.row.id, proven=verdict is Result.RIGHT)
    status, sentence = errors.refusal_message(verdict, wrong)
    return render_form(tx, flow, template, status=status, error=sentence)


def render_form(
    tx: Transaction, flow: LoginFlow, template: str, *, status: int = 200, error: str = "", field: str = "code"
) -> Response:
    """One of the two pages, with what is wrong; also for a passkey that was tried on it."""
    shown = CODE_PAGE_METHODS if template == APP else set()
    return page.render(
        tx,
        flow,
        template,
        status=status,
        errors={field: error} if error else {},
        remember_days=services().settings.remember_days if template == APP else None,
        action=page.flow_url(flow, Step.CODE if template == APP else RECOVERY_PAGE),
        passkey=page.passkey_form(flow, second=True) if Method.PASSKEY in flow.available_methods else None,
        has_app=Method.TOTP in flow.available_methods,
        other_ways=alternatives.alternative_methods(flow, shown, recovery=template == APP),
        sends=bool(SENT & set(flow.available_methods)),
    )
