"""Forgot your password? Asking for a link by mail; what is answered is the same whoever is asked about."""

from __future__ import annotations

from flask import Blueprint, Response, request

from idp.kernel.clock import MINUTE
from idp.kernel.text import Text
from idp.login.flow import page
from idp.login.forms import errors
from idp.login.methods.password import LONGEST_IDENTIFIER
from idp.login.policy.steps import Step
from idp.login.state.login_flow import Attempt
from idp.persistence.transaction import Transaction
from idp.recovery import password_reset
from idp.web.context import core
from idp.web.forms import once
from idp.web.pages import see_other
from idp.web.transactions import reading, transactional

NO_NAME = Text("Enter your user name or email address.")
TOO_OFTEN = Text("Too many links were asked for from your network. Wait a quarter of an hour, then try again.")

blueprint = Blueprint("login_forgot", __name__, url_prefix="/login/<login_id>")


@blueprint.get("/forgot")
@reading
def ask(tx: Transaction, login_id: str) -> Response:
    """Show the form, at whatever step the sign-in stands."""
    attempt = page.find(tx, login_id)
    return _page(tx, attempt, username=attempt.person.user.username if attempt.person else attempt.login.login_hint)


@blueprint.post("/forgot")
@transactional
def send(tx: Transaction, login_id: str) -> Response:
    """Promise a link, or not, and say the same."""
    attempt = page.find(tx, login_id)
    typed = once(request.form, "username", longest=LONGEST_IDENTIFIER)
    if page.stale_form(attempt):
        return _page(tx, attempt, status=400, errors={"form": errors.STALE}, username=typed)
    if not typed.strip():
        return _page(tx, attempt, status=400, errors={"username": NO_NAME})
    if not password_reset.ask(tx, typed, login_id=login_id, entropy=core().entropy, sealer=core().sealer):
        return _page(tx, attempt, status=429, errors={"form": TOO_OFTEN}, username=typed)
    return see_other(page.address(attempt, "forgot/sent"))


@blueprint.get("/forgot/sent")
@reading
def sent(tx: Transaction, login_id: str) -> Response:
    """Say that a mail may be on its way."""
    attempt = page.find(tx, login_id)
    return page.show(
        tx,
        attempt,
        "login/forgot_sent.html",
        minutes=password_reset.LIFE // MINUTE,
        back_href=page.address(attempt, Step.IDENTIFY),
        again_href=page.address(attempt, "forgot"),
    )


def _page(
    tx: Transaction,
    attempt: Attempt,
    *,
    status: int = 200,
    errors: dict[str, str] | None = None,
    username: str | None = "",
) -> Response:
    return page.show(
        tx,
        attempt,
        "login/forgot.html",
        status=status,
        errors=errors or {},
        username=username or "",
        back_href=page.address(attempt, Step.IDENTIFY),
    )
