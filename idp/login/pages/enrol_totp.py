"""Required enrolment of an authenticator app."""

from __future__ import annotations

from flask import Blueprint, Response, request

from idp.factors.totp import Setup
from idp.login.enrolment import totp
from idp.login.enrolment.totp import ConfirmedSetup
from idp.login.flow import rendering
from idp.login.flow.advance import redirect_to_next_step
from idp.login.flow.step_views import require_person, require_step, step
from idp.login.forms import errors
from idp.login.pages.alternatives import enrolment_alternatives
from idp.login.pages.enrolment import finish_enrolment
from idp.login.policy.methods import Method
from idp.login.policy.proofs import time_of_first_factor
from idp.login.policy.steps import Step
from idp.login.state.login_flow import LoginFlow
from idp.login.state.person import Person
from idp.persistence.transaction import Transaction
from idp.web.context import services
from idp.web.forms import is_cancelling, single_value
from idp.web.pages import FieldError
from idp.web.transactions import origin

blueprint = Blueprint("login_enrol_totp", __name__, url_prefix="/login/<flow_id>")


def _is_enrollable(flow: LoginFlow) -> bool:
    return Method.TOTP in flow.enrollable_methods


@blueprint.get(f"/{Step.ENROL}")
@step(Step.ENROL, applies=_is_enrollable)
def show_form(tx: Transaction, flow: LoginFlow, person: Person) -> Response:
    """Show the QR code and the key."""
    return _render(tx, flow, person)


@blueprint.post(f"/{Step.ENROL}")
def confirm_app(flow_id: str) -> Response:
    """Read, check the code and mint recovery codes outside any transaction, then store the factor."""
    database, code = services().database, single_value(request.form, "code", longest=errors.LONGEST_CODE)
    cancelling = is_cancelling(request.form)
    with database.read(origin()) as tx:
        flow, person = require_step(tx, flow_id, Step.ENROL, applies=_is_enrollable)
        if rendering.is_stale_form(flow):
            return _render(tx, flow, person, error=("form", errors.STALE_FORM))
        setup, now = _setup(flow, person), tx.now
    confirmed = None if cancelling else totp.check_first_code(setup, code, person=person, now=now, services=services())
    with database.write(origin()) as tx:
        return _store(tx, flow_id, person, confirmed, code)


def _store(
    tx: Transaction, flow_id: str, person_before: Person, confirmed: ConfirmedSetup | None, code: str
) -> Response:
    flow = rendering.lock_open_flow(tx, flow_id)
    if response := rendering.cancel_if_requested(tx, flow):
        return response
    person = require_person(tx, flow, Step.ENROL, same_as=person_before, applies=_is_enrollable)
    if confirmed is None:
        return _render(tx, flow, person, error=("code", errors.CLOCK_HINT if code else errors.NO_APP_CODE))
    proof = totp.activate_totp(tx, person, confirmed, services())
    if proof is None:
        return redirect_to_next_step(tx, flow_id)
    return finish_enrolment(tx, flow, person, proof)


def _setup(flow: LoginFlow, person: Person) -> Setup:
    proven_at = time_of_first_factor(flow.state.proofs)
    return totp.new_setup(person, owner=flow.owner, first_factor_at=proven_at, services=services())


def _render(tx: Transaction, flow: LoginFlow, person: Person, *, error: FieldError | None = None) -> Response:
    setup = _setup(flow, person)
    return rendering.render(
        tx,
        flow,
        "login/enrol_totp.html",
        error=error,
        qr_svg=setup.picture(),
        secret=setup.grouped,
        app_href=setup.uri,
        account_name=setup.account,
        minutes=max(1, (flow.set_up_until - tx.now) // 60),
        required=flow.requirement.require_enrolment,
        stronger=person.has_second_step,
        forgets_devices=person.has_second_step,
        remember_days=flow.remember_days,
        alternatives=enrolment_alternatives(flow, shown=Method.TOTP),
        sends=False,
    )
