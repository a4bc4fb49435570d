"""Where a sign-in stands, and which account it is for."""

from __future__ import annotations

from flask import Blueprint, Response, request

from idp.login.flow import page
from idp.login.policy.steps import Step
from idp.persistence.transaction import Transaction
from idp.web.pages import see_other
from idp.web.transactions import read_transaction, write_transaction

blueprint = Blueprint("login", __name__, url_prefix="/login/<flow_id>")


@blueprint.get("")
@blueprint.get(f"/{Step.DONE}")
@blueprint.get(f"/{Step.REFUSE}")
@read_transaction
def dispatch(tx: Transaction, flow_id: str) -> Response:
    """Send the browser to the page of the present step."""
    page.load_open_flow(tx, flow_id)
    return page.onward(tx, flow_id)


@blueprint.get("/account")
@read_transaction
def ask(tx: Transaction, flow_id: str) -> Response:
    """Which account? The app asked us to ask (`prompt=select_account`)."""
    flow = page.load_open_flow(tx, flow_id)
    if flow.step is not Step.CHOOSE or flow.auth_session is None:
        return page.onward(tx, flow_id)
    user = flow.auth_session.person.user
    accounts = [{"name": user.display_name, "username": user.username}]
    return page.render(tx, flow, "login/select_account.html", accounts=accounts)


@blueprint.post("/account")
@write_transaction
def choose(tx: Transaction, flow_id: str) -> Response:
    """Go on as the person signed in here, or as somebody else."""
    flow = page.load_open_flow(tx, flow_id, lock=True)
    if page.is_stale_form(flow) or flow.step is not Step.CHOOSE:
        return page.onward(tx, flow_id)
    if out := page.cancel_if_requested(tx, flow):
        return out
    tx.login_flows.advance(flow.row, must_choose=False)
    if request.form.get("account"):
        return page.onward(tx, flow_id)
    return see_other(page.flow_url(flow, f"{Step.IDENTIFY}?other=1"))
