"""While somebody who must have a second step may still put it off: set it up now, or go on without."""

from __future__ import annotations

from flask import Blueprint, Response, request

from idp.kernel.dates import Moment
from idp.kernel.text import Text
from idp.login.flow import page
from idp.login.forms import errors
from idp.login.policy.requirement import Demand
from idp.login.policy.steps import Step
from idp.login.state.login_flow import Attempt, door_of, freeze
from idp.persistence.transaction import Transaction
from idp.web.context import core
from idp.web.transactions import reading, transactional

NOTHING_CHOSEN = Text("Choose whether to set it up now.")

blueprint = Blueprint("login_offer", __name__, url_prefix="/login/<login_id>")


@blueprint.get(f"/{Step.OFFER}")
@reading
def ask(tx: Transaction, login_id: str) -> Response:
    """Offer the set-up, and say until when it can wait."""
    attempt = page.find(tx, login_id)
    return _page(tx, attempt) if attempt.step is Step.OFFER else page.onward(tx, login_id)


@blueprint.post(f"/{Step.OFFER}")
@transactional
def choose(tx: Transaction, login_id: str) -> Response:
    """Set up now: from here on this sign-in asks for it as if there were no time left. Later: the sign-in is over."""
    attempt = page.find(tx, login_id, hold=True)
    if attempt.step is not Step.OFFER:
        return page.onward(tx, login_id)
    if page.stale_form(attempt):
        return _page(tx, attempt, error=errors.STALE)
    if out := page.cancelled(tx, attempt):
        return out
    choice = request.form.get("choice")
    if choice == "now":
        tx.logins.advance(attempt.login, demand=freeze(door_of(attempt.login).join(Demand(enrol=True))))
        return page.onward(tx, login_id)
    if choice == "later":
        return page.onward(tx, login_id, proven=tx.logins.advance(attempt.login), later=True)
    return _page(tx, attempt, error=NOTHING_CHOSEN)


def _page(tx: Transaction, attempt: Attempt, *, error: str = "") -> Response:
    due = attempt.person.second_step_due(core().settings, tx.now) if attempt.person else None
    return page.show(
        tx,
        attempt,
        "login/offer.html",
        status=400 if error else 200,
        errors={"form": error} if error else {},
        due=Moment(due or tx.now),
    )
