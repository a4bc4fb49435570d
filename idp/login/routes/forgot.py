"""Forgot your password? Asking for a link by mail; what is answered is the same whoever is asked about."""

from __future__ import annotations

from flask import Blueprint, Response, request

from idp.kernel.clock import MINUTE
from idp.kernel.text import Text
from idp.login import reset
from idp.login.attempt import Attempt
from idp.login.routes import flow
from idp.login.routes.identify import LONGEST_IDENTIFIER
from idp.login.steps import Step
from idp.persistence.unit_of_work import Transaction
from idp.web.context import core
from idp.web.forms import once
from idp.web.pages import see_other
from idp.web.transact import reading, transactional

NO_NAME = Text("Enter your user name or email address.")
TOO_OFTEN = Text("Too many links were asked for from your network. Wait a quarter of an hour, then try again.")

blueprint = Blueprint("login_forgot", __name__, url_prefix="/login/<login_id>")


@blueprint.get("/forgot")
@reading
def ask(tx: Transaction, login_id: str) -> Response:
    """Show the form, at whatever step the sign-in stands."""
    attempt = flow.find(tx, login_id)
    return _page(tx, attempt, username=attempt.person.user.username if attempt.person else attempt.login.login_hint)


@blueprint.post("/forgot")
@transactional
def send(tx: Transaction, login_id: str) -> Response:
    """Promise a link, or not, and say the same."""
    attempt = flow.find(tx, login_id)
    typed = once(request.form, "username", longest=LONGEST_IDENTIFIER)
    if flow.stale_form(attempt):
        return _page(tx, attempt, status=400, errors={"form": flow.STALE}, username=typed)
    if not typed.strip():
        return _page(tx, attempt, status=400, errors={"username": NO_NAME})
    if not reset.ask(tx, typed, login_id=login_id, entropy=core().entropy, sealer=core().sealer):
        return _page(tx, attempt, status=429, errors={"form": TOO_OFTEN}, username=typed)
    return see_other(flow.address(attempt, "forgot/sent"))


@blueprint.get("/forgot/sent")
@reading
def sent(tx: Transaction, login_id: str) -> Response:
    """Say that a mail may be on its way."""
    attempt = flow.find(tx, login_id)
    return flow.show(
        tx,
        attempt,
        "login/forgot_sent.html",
        minutes=reset.LIFE // MINUTE,
        back_href=flow.address(attempt, Step.IDENTIFY),
        again_href=flow.address(attempt, "forgot"),
    )


def _page(
    tx: Transaction,
    attempt: Attempt,
    *,
    status: int = 200,
    errors: dict[str, str] | None = None,
    username: str | None = "",
) -> Response:
    return flow.show(
        tx,
        attempt,
        "login/forgot.html",
        status=status,
        errors=errors or {},
        username=username or "",
        back_href=flow.address(attempt, Step.IDENTIFY),
    )
