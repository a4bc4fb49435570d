"""Required enrolment of a passkey.

GET  /login/<flow>/enrol/passkey            the page whose button asks the browser for a passkey
POST /login/<flow>/enrol/passkey/options    the options for navigator.credentials.create()
POST /login/<flow>/enrol/passkey            its response
"""

from __future__ import annotations

from flask import Blueprint, Response, request

from idp.factors.passkey import InvalidResponse
from idp.factors.recovery_codes import NewRecoverySet
from idp.kernel import user_agents
from idp.login.enrolment import passkey
from idp.login.flow import rendering
from idp.login.flow.advance import redirect_to_next_step
from idp.login.flow.step_views import require_person, require_step, step
from idp.login.forms import errors
from idp.login.forms.passkeys import read_passkey_response
from idp.login.methods import recovery_code
from idp.login.pages.alternatives import enrolment_alternatives
from idp.login.pages.enrolment import finish_enrolment
from idp.login.policy.methods import Method
from idp.login.policy.steps import Step
from idp.login.state.login_flow import LoginFlow
from idp.login.state.paths import enrolment_page
from idp.login.state.person import Person
from idp.persistence.factors import CredentialExists
from idp.persistence.transaction import Transaction
from idp.web.context import services
from idp.web.forms import is_cancelling
from idp.web.pages import answers_json, json_response
from idp.web.transactions import origin, write_transaction

blueprint = Blueprint("login_enrol_passkey", __name__, url_prefix=f"/login/<flow_id>/{enrolment_page(Method.PASSKEY)}")


def _is_enrollable(flow: LoginFlow) -> bool:
    return Method.PASSKEY in flow.enrollable_methods


@blueprint.get("")
@step(Step.ENROL, applies=_is_enrollable)
def show_form(tx: Transaction, flow: LoginFlow, _: Person) -> Response:
    """Show the page."""
    return _render(tx, flow)


@blueprint.post("/options")
@answers_json
@write_transaction
def send_options(tx: Transaction, flow_id: str) -> Response:
    """Send the options for `navigator.credentials.create()`."""
    flow = rendering.lock_open_flow(tx, flow_id)
    if flow.step is not Step.ENROL or flow.person is None or not _is_enrollable(flow) or rendering.is_stale_form(flow):
        return json_response({}, 400)
    return json_response(passkey.options(tx, flow.person, owner=flow.owner, services=services()))


@blueprint.post("")
def add_passkey(flow_id: str) -> Response:
    """Read, mint recovery codes outside any transaction, then verify the response and store the factor."""
    database = services().database
    with database.read(origin()) as tx:
        flow, before = require_step(tx, flow_id, Step.ENROL, applies=_is_enrollable)
        if rendering.is_stale_form(flow):
            return _render(tx, flow, error=errors.STALE_FORM)
    cancelling = is_cancelling(request.form)
    codes = None if cancelling else recovery_code.first_set(before, services())
    try:
        with database.write(origin()) as tx:
            return _store(tx, flow_id, before, codes)
    except CredentialExists:
        with database.read(origin()) as tx:
            return _render(tx, rendering.load_open_flow(tx, flow_id), error=errors.PASSKEY_KNOWN)


def _store(tx: Transaction, flow_id: str, before: Person, codes: NewRecoverySet | None) -> Response:
    flow = rendering.lock_open_flow(tx, flow_id)
    if response := rendering.cancel_if_requested(tx, flow):
        return response
    person = require_person(tx, flow, Step.ENROL, same_as=before, applies=_is_enrollable)
    try:
        made = passkey.check(tx, read_passkey_response(), owner=flow.owner, services=services())
    except InvalidResponse as reason:
        passkey.audit_refusal(tx, person, str(reason))
        return _render(tx, flow, error=errors.PASSKEY_FAILED)
    label = user_agents.browser_name(request.headers.get("User-Agent", ""))
    proof = passkey.add(tx, person, made, label, codes=codes, services=services())
    if proof is None:
        return redirect_to_next_step(tx, flow_id)
    return finish_enrolment(tx, flow, person, proof)


def _render(tx: Transaction, flow: LoginFlow, *, error: str = "") -> Response:
    action = rendering.flow_url(flow, enrolment_page(Method.PASSKEY))
    return rendering.render(
        tx,
        flow,
        "login/enrol_passkey.html",
        error=("form", error) if error else None,
        action=action,
        options_href=f"{action}/options",
        forgets_devices=flow.person is not None and flow.person.has_second_step,
        remember_days=flow.remember_days,
        back_href=rendering.flow_url(flow, Step.ENROL) if Method.TOTP in flow.enrollable_methods else None,
        alternatives=enrolment_alternatives(flow, shown=Method.PASSKEY),
        sends=False,
    )
