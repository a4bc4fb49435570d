"""While somebody who must have a second step may still put it off: set it up now, or go on without."""

from __future__ import annotations

from flask import Blueprint, Response, request

from idp.kernel.dates import Moment
from idp.kernel.text import Text
from idp.login.flow import page
from idp.login.forms import errors
from idp.login.policy.requirement import AuthRequirement
from idp.login.policy.steps import Step
from idp.login.state.login_flow import LoginFlow, requirement_to_json, stored_requirement
from idp.persistence.transaction import Transaction
from idp.web.context import services
from idp.web.transactions import read_transaction, write_transaction

NOTHING_CHOSEN = Text("Choose whether to set it up now.")

blueprint = Blueprint("login_offer", __name__, url_prefix="/login/<flow_id>")


@blueprint.get(f"/{Step.OFFER}")
@read_transaction
def ask(tx: Transaction, flow_id: str) -> Response:
    """Offer the set-up, and say until when it can wait."""
    flow = page.load_open_flow(tx, flow_id)
    return _page(tx, flow) if flow.step is Step.OFFER else page.onward(tx, flow_id)


@blueprint.post(f"/{Step.OFFER}")
@write_transaction
def choose(tx: Transaction, flow_id: str) -> Response:
    """Set up now: from here on this sign-in asks for it as if there were no time left. Later: the sign-in is over."""
    flow = page.load_open_flow(tx, flow_id, lock=True)
    if flow.step is not Step.OFFER:
        return page.onward(tx, flow_id)
    if page.is_stale_form(flow):
        return _page(tx, flow, error=errors.STALE_FORM)
    if out := page.cancel_if_requested(tx, flow):
        return out
    choice = request.form.get("choice")
    if choice == "now":
        tx.login_flows.advance(
            flow.row,
            requirement=requirement_to_json(stored_requirement(flow.row).join(AuthRequirement(require_enrolment=True))),
        )
        return page.onward(tx, flow_id)
    if choice == "later":
        return page.onward(tx, flow_id, proven=tx.login_flows.advance(flow.row), later=True)
    return _page(tx, flow, error=NOTHING_CHOSEN)


def _page(tx: Transaction, flow: LoginFlow, *, error: str = "") -> Response:
    due = flow.person.second_step_due(services().settings, tx.now) if flow.person else None
    return page.render(
        tx,
        flow,
        "login/offer.html",
        status=400 if error else 200,
        errors={"form": error} if error else {},
        due=Moment(due or tx.now),
    )
