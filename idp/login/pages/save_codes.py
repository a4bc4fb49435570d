"""The recovery codes of a login flow, until the person has saved them."""

from __future__ import annotations

from flask import Blueprint, Response, request

from idp.factors import recovery_codes
from idp.login.flow import rendering
from idp.login.flow.advance import advance_flow, redirect_to_next_step
from idp.login.flow.step_views import step
from idp.login.forms import errors
from idp.login.forms.recovery_codes import download_href
from idp.login.methods import recovery_code
from idp.login.policy.methods import Method
from idp.login.policy.steps import Step
from idp.login.state import person as people
from idp.login.state.login_flow import LoginFlow, evaluate_flow
from idp.login.state.person import Person
from idp.persistence.transaction import Transaction
from idp.web.context import services
from idp.web.forms import is_checked
from idp.web.pages import FieldError

blueprint = Blueprint("login_save_codes", __name__, url_prefix="/login/<flow_id>")


def _render(tx: Transaction, flow: LoginFlow, person: Person, *, error: FieldError | None = None) -> Response:
    codes = recovery_codes.unseal_codes(person.recovery, services().sealer) if person.recovery else ()
    return rendering.render(
        tx,
        flow,
        "login/recovery_codes.html",
        error=error,
        codes=codes,
        viewable=bool(person.policy.codes_viewable),
        download_href=download_href(codes),
        replaced=person.has_replaced_codes,
        forced=any(proof.method is Method.RECOVERY_CODE for proof in flow.state.proofs),
    )


@blueprint.get(f"/{Step.SAVE_CODES}")
@step(Step.SAVE_CODES)
def show_codes(tx: Transaction, flow: LoginFlow, person: Person) -> Response:
    """Show the codes."""
    return _render(tx, flow, person)


@blueprint.post(f"/{Step.SAVE_CODES}")
@step(Step.SAVE_CODES, render=_render, cancellable=False)
def acknowledge_saved(tx: Transaction, flow: LoginFlow, person: Person) -> Response:
    """Store that the person has saved the codes."""
    if not is_checked(request.form, "saved"):
        return _render(tx, flow, person, error=("saved", errors.NOT_SAVED))
    if not recovery_code.acknowledge_saved(tx, person):
        return redirect_to_next_step(tx, flow.row.id)
    person = people.load(tx, person.user, person.settings)
    return advance_flow(tx, evaluate_flow(tx, flow.row, flow.auth_session, person, person.settings))
