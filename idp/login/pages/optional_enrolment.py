"""Enrolment that can still be postponed: set up a second step now, or go on without."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, request

from idp.kernel.dates import Moment
from idp.kernel.text import Text
from idp.login.flow import rendering
from idp.login.flow.advance import advance_flow, redirect_to_next_step
from idp.login.flow.step_views import step
from idp.login.policy.requirement import AuthRequirement
from idp.login.policy.steps import Step
from idp.login.state.login_flow import LoginFlow, requirement_to_json, stored_requirement
from idp.login.state.person import Person
from idp.persistence.transaction import Transaction
from idp.web.pages import FieldError

NOTHING_CHOSEN = Text("Choose whether to set it up now.")

blueprint = Blueprint("login_offer", __name__, url_prefix="/login/<flow_id>")


def _render(tx: Transaction, flow: LoginFlow, person: Person, *, error: FieldError | None = None) -> Response:
    due = person.second_step_due(tx.now)
    return rendering.render(
        tx,
        flow,
        "login/optional_enrolment.html",
        error=error,
        due=Moment(due or tx.now),
    )


@blueprint.get(f"/{Step.OFFER}")
@step(Step.OFFER)
def show_form(tx: Transaction, flow: LoginFlow, person: Person) -> Response:
    """Offer the enrolment, and show until when it can wait."""
    return _render(tx, flow, person)


@blueprint.post(f"/{Step.OFFER}")
@step(Step.OFFER, render=_render)
def choose(tx: Transaction, flow: LoginFlow, person: Person) -> Response:
    """Require the enrolment in this flow from here on, or finish the flow without it."""
    choice = request.form.get("choice")
    if choice == "now":
        requirement = stored_requirement(flow.row).join(AuthRequirement(require_enrolment=True))
        tx.login_flows.advance(flow.row, requirement=requirement_to_json(requirement))
        return redirect_to_next_step(tx, flow.row.id)
    if choice == "later":
        stored = tx.login_flows.advance(flow.row)
        if stored is None:
            return redirect_to_next_step(tx, flow.row.id)
        return advance_flow(tx, replace(flow, row=stored), skip_offer=True)
    return _render(tx, flow, person, error=("form", NOTHING_CHOSEN))
