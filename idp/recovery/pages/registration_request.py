"""Create an account: asking for a link by mail; what is answered is the same whoever has the address."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request

from idp.kernel.clock import MINUTE
from idp.kernel.email_addresses import LONGEST_EMAIL, email_problem
from idp.login.flow import rendering
from idp.login.forms import errors
from idp.login.policy.steps import Step
from idp.login.state import paths
from idp.login.state.login_flow import LoginFlow
from idp.persistence.transaction import Transaction
from idp.recovery import registration
from idp.recovery.pages.forgot_password import TOO_OFTEN
from idp.web.context import services
from idp.web.forms import single_value
from idp.web.pages import FieldError, see_other
from idp.web.transactions import read_transaction, write_transaction

blueprint = Blueprint("login_register", __name__, url_prefix="/login/<flow_id>")


@blueprint.get(f"/{paths.REGISTER}")
@read_transaction
def show_form(tx: Transaction, flow_id: str) -> Response:
    """Show the form."""
    return _render(tx, _load(tx, flow_id))


@blueprint.post(f"/{paths.REGISTER}")
@write_transaction
def send_link(tx: Transaction, flow_id: str) -> Response:
    """Enqueue a link, or a mail to the owner of the address; the response is the same."""
    flow = _load(tx, flow_id)
    typed = single_value(request.form, "email", longest=LONGEST_EMAIL).strip()
    if rendering.is_stale_form(flow):
        return _render(tx, flow, error=("form", errors.STALE_FORM), typed=typed)
    if problem := email_problem(typed):
        return _render(tx, flow, error=("email", problem), typed=typed)
    client_id = flow.row.client_id
    if not registration.request_registration(tx, typed, flow_id=flow_id, client_id=client_id, services=services()):
        return _render(tx, flow, status=429, error=("form", TOO_OFTEN), typed=typed)
    return see_other(rendering.flow_url(flow, paths.REGISTER_SENT))


@blueprint.get(f"/{paths.REGISTER_SENT}")
@read_transaction
def show_sent(tx: Transaction, flow_id: str) -> Response:
    """Show that a mail is on its way."""
    flow = _load(tx, flow_id)
    return rendering.render(
        tx,
        flow,
        "recovery/register_sent.html",
        minutes=registration.LIFE // MINUTE,
        back_href=rendering.flow_url(flow, Step.IDENTIFY),
        again_href=rendering.flow_url(flow, paths.REGISTER),
    )


def _load(tx: Transaction, flow_id: str) -> LoginFlow:
    """Return the flow; back to its sign-in page where only administrators create accounts."""
    flow = rendering.load_open_flow(tx, flow_id)
    if rendering.register_href(tx, flow) is None:
        abort(see_other(rendering.flow_url(flow, Step.IDENTIFY)))
    return flow


def _render(
    tx: Transaction, flow: LoginFlow, *, status: int | None = None, error: FieldError | None = None, typed: str = ""
) -> Response:
    return rendering.render(
        tx,
        flow,
        "recovery/register.html",
        status=status,
        error=error,
        typed=typed,
        longest=LONGEST_EMAIL,
        back_href=rendering.flow_url(flow, Step.IDENTIFY),
    )
