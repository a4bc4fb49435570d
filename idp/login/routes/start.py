"""Where a sign-in stands, and which account it is for."""

from __future__ import annotations

from flask import Blueprint, Response, request

from idp.login.routes import flow
from idp.login.steps import Step
from idp.persistence.unit_of_work import Transaction
from idp.web.pages import see_other
from idp.web.transact import reading, transactional

blueprint = Blueprint("login", __name__, url_prefix="/login/<login_id>")


@blueprint.get("")
@blueprint.get(f"/{Step.DONE}")
@blueprint.get(f"/{Step.REFUSE}")
@reading
def dispatch(tx: Transaction, login_id: str) -> Response:
    """Send the browser to the page of the present step."""
    flow.find(tx, login_id)
    return flow.onward(tx, login_id)


@blueprint.get("/account")
@reading
def ask(tx: Transaction, login_id: str) -> Response:
    """Which account? The app asked us to ask (`prompt=select_account`)."""
    attempt = flow.find(tx, login_id)
    if attempt.step is not Step.CHOOSE or attempt.visitor is None:
        return flow.onward(tx, login_id)
    user = attempt.visitor.person.user
    accounts = [{"name": user.display_name, "username": user.username}]
    return flow.show(tx, attempt, "login/select_account.html", accounts=accounts)


@blueprint.post("/account")
@transactional
def choose(tx: Transaction, login_id: str) -> Response:
    """Go on as the person signed in here, or as somebody else."""
    attempt = flow.find(tx, login_id, hold=True)
    if flow.stale_form(attempt) or attempt.step is not Step.CHOOSE:
        return flow.onward(tx, login_id)
    if out := flow.cancelled(tx, attempt):
        return out
    tx.logins.advance(attempt.login, must_choose=False)
    if request.form.get("account"):
        return flow.onward(tx, login_id)
    return see_other(flow.address(attempt, f"{Step.IDENTIFY}?other=1"))
