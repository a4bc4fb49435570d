"""The redirect to the present step, and the question which account a login flow is for."""

from __future__ import annotations

from flask import Blueprint, Response, request

from idp.kernel.text import Text
from idp.login.flow import rendering
from idp.login.flow.advance import redirect_to_next_step
from idp.login.policy.steps import Step
from idp.login.state import paths
from idp.login.state.initiators import Initiator
from idp.persistence.transaction import Transaction
from idp.web.errors import error_page
from idp.web.pages import see_other
from idp.web.transactions import read_transaction, write_transaction

blueprint = Blueprint("login", __name__, url_prefix="/login/<flow_id>")


@blueprint.get("")
@blueprint.get(f"/{Step.DONE}")
@read_transaction
def dispatch(tx: Transaction, flow_id: str) -> Response:
    """Redirect to the page of the present step."""
    rendering.load_open_flow(tx, flow_id)
    return redirect_to_next_step(tx, flow_id)


@blueprint.get(f"/{Step.REFUSE}")
@read_transaction
def show_refusal(tx: Transaction, flow_id: str) -> Response:
    """Show that policy asks for what this person cannot reach; a client gets an error instead."""
    flow = rendering.load_open_flow(tx, flow_id)
    if flow.step is not Step.REFUSE or flow.row.initiator != Initiator.ACCOUNT:
        return redirect_to_next_step(tx, flow_id)
    message = Text("It asks for a second step that you do not have and cannot set up here. Ask your administrator.")
    return error_page(403, Text("Your organisation does not let you sign in like this"), message)


@blueprint.get(f"/{Step.CHOOSE}")
@read_transaction
def show_accounts(tx: Transaction, flow_id: str) -> Response:
    """Show the account selection that the client requested (`prompt=select_account`)."""
    flow = rendering.load_open_flow(tx, flow_id)
    if flow.step is not Step.CHOOSE or flow.auth_session is None:
        return redirect_to_next_step(tx, flow_id)
    user = flow.auth_session.person.user
    accounts = [{"name": user.display_name, "username": user.username}]
    return rendering.render(tx, flow, "login/select_account.html", accounts=accounts)


@blueprint.post(f"/{Step.CHOOSE}")
@write_transaction
def choose_account(tx: Transaction, flow_id: str) -> Response:
    """Go on as the person signed in here, or as another person."""
    flow = rendering.lock_open_flow(tx, flow_id)
    if rendering.is_stale_form(flow) or flow.step is not Step.CHOOSE:
        return redirect_to_next_step(tx, flow_id)
    if response := rendering.cancel_if_requested(tx, flow):
        return response
    tx.login_flows.advance(flow.row, must_choose=False)
    if request.form.get("account"):
        return redirect_to_next_step(tx, flow_id)
    return see_other(rendering.flow_url(flow, paths.OTHER_PERSON))
