"""Forgot your password? Asking for a link by mail; what is answered is the same whoever is asked about."""

from __future__ import annotations

from flask import Blueprint, Response, request

from idp.kernel.clock import MINUTE
from idp.kernel.text import Text
from idp.login.flow import rendering
from idp.login.forms import errors
from idp.login.methods.password import LONGEST_IDENTIFIER
from idp.login.policy.steps import Step
from idp.login.state import paths
from idp.login.state.login_flow import LoginFlow
from idp.persistence.transaction import Transaction
from idp.recovery import password_reset
from idp.web.context import services
from idp.web.forms import single_value
from idp.web.pages import FieldError, see_other
from idp.web.transactions import read_transaction, write_transaction

NO_NAME = Text("Enter your user name or email address.")
TOO_OFTEN = Text("Too many links were asked for from your network. Wait a quarter of an hour, then try again.")

blueprint = Blueprint("login_forgot", __name__, url_prefix="/login/<flow_id>")


@blueprint.get(f"/{paths.FORGOT_PASSWORD}")
@read_transaction
def show_form(tx: Transaction, flow_id: str) -> Response:
    """Show the form, at whatever step the sign-in stands."""
    flow = rendering.load_open_flow(tx, flow_id)
    return _render(tx, flow, username=flow.person.user.username if flow.person else flow.row.login_hint)


@blueprint.post(f"/{paths.FORGOT_PASSWORD}")
@write_transaction
def send_link(tx: Transaction, flow_id: str) -> Response:
    """Enqueue a link, or not; the response is the same."""
    flow = rendering.load_open_flow(tx, flow_id)
    typed = single_value(request.form, "username", longest=LONGEST_IDENTIFIER)
    if rendering.is_stale_form(flow):
        return _render(tx, flow, error=("form", errors.STALE_FORM), username=typed)
    if not typed.strip():
        return _render(tx, flow, error=("username", NO_NAME))
    if not password_reset.request_reset(tx, typed, flow_id=flow_id, services=services()):
        return _render(tx, flow, status=429, error=("form", TOO_OFTEN), username=typed)
    return see_other(rendering.flow_url(flow, paths.FORGOT_PASSWORD_SENT))


@blueprint.get(f"/{paths.FORGOT_PASSWORD_SENT}")
@read_transaction
def show_sent(tx: Transaction, flow_id: str) -> Response:
    """Show that a mail may be on its way."""
    flow = rendering.load_open_flow(tx, flow_id)
    return rendering.render(
        tx,
        flow,
        "recovery/forgot_password_sent.html",
        minutes=password_reset.LIFE // MINUTE,
        back_href=rendering.flow_url(flow, Step.IDENTIFY),
        again_href=rendering.flow_url(flow, paths.FORGOT_PASSWORD),
    )


def _render(
    tx: Transaction,
    flow: LoginFlow,
    *,
    status: int | None = None,
    error: FieldError | None = None,
    username: str | None = "",
) -> Response:
    return rendering.render(
        tx,
        flow,
        "recovery/forgot_password.html",
        status=status,
        error=error,
        username=username or "",
        back_href=rendering.flow_url(flow, Step.IDENTIFY),
    )
