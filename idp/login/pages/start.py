"""Where a sign-in stands, and which account it is for."""

from __future__ import annotations

from flask import Blueprint, Response, request

from idp.login.flow import page
from idp.login.policy.steps import Step
from idp.persistence.transaction import Transaction
from idp.web.pages import see_other
from idp.web.transactions import reading, transactional

blueprint = Blueprint("login", __name__, url_prefix="/login/<login_id>")


@blueprint.get("")
@blueprint.get(f"/{Step.DONE}")
@blueprint.get(f"/{Step.REFUSE}")
@reading
def dispatch(tx: Transaction, login_id: str) -> Response:
    """Send the browser to the page of the present step."""
    page.find(tx, login_id)
    return page.onward(tx, login_id)


@blueprint.get("/account")
@reading
def ask(tx: Transaction, login_id: str) -> Response:
    """Which account? The app asked us to ask (`prompt=select_account`)."""
    attempt = page.find(tx, login_id)
    if attempt.step is not Step.CHOOSE or attempt.visitor is None:
        return page.onward(tx, login_id)
    user = attempt.visitor.person.user
    accounts = [{"name": user.display_name, "username": user.username}]
    return page.show(tx, attempt, "login/select_account.html", accounts=accounts)


@blueprint.post("/account")
@transactional
def choose(tx: Transaction, login_id: str) -> Response:
    """Go on as the person signed in here, or as somebody else."""
    attempt = page.find(tx, login_id, hold=True)
    if page.stale_form(attempt) or attempt.step is not Step.CHOOSE:
        return page.onward(tx, login_id)
    if out := page.cancelled(tx, attempt):
        return out
    tx.logins.advance(attempt.login, must_choose=False)
    if request.form.get("account"):
        return page.onward(tx, login_id)
    return see_other(page.address(attempt, f"{Step.IDENTIFY}?other=1"))
