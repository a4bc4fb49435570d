"""The sign-in page: user name and password."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, request

from idp.factors.hash_pool import HasherBusy
from idp.kernel.text import Text
from idp.login.flow import rendering
from idp.login.flow.advance import continue_flow, redirect_to_next_step
from idp.login.forms import errors
from idp.login.methods import password
from idp.login.methods.result import Result
from idp.login.policy.methods import Method
from idp.login.policy.steps import Step
from idp.login.state import paths
from idp.login.state.login_flow import LoginFlow
from idp.persistence.transaction import Transaction
from idp.web.context import services
from idp.web.cookies import BROWSER
from idp.web.forms import is_cancelling, is_checked, single_value
from idp.web.transactions import origin, read_transaction

KEEP_FIELD = "keep"
WRONG = Text("That user name and password do not belong together. Check both and try again.")
UNCHECKED = Text("Your passkey did not check that it is you. Enter your password as well.")

blueprint = Blueprint("login_identify", __name__, url_prefix="/login/<flow_id>")


@blueprint.get(f"/{Step.IDENTIFY}")
@read_transaction
def show_form(tx: Transaction, flow_id: str) -> Response:
    """Show the form; for a person who is signed in it asks for the password alone."""
    flow = rendering.load_open_flow(tx, flow_id)
    return redirect_to_next_step(tx, flow_id) if _is_over(flow) else render(tx, flow)


@blueprint.post(f"/{Step.IDENTIFY}")
def verify_password(flow_id: str) -> Response:
    """Read, hash outside any transaction, then record the result."""
    database, settings = services().database, services().settings
    identifier = single_value(request.form, "username", longest=password.LONGEST_IDENTIFIER)
    secret = single_value(request.form, "password")
    cancelling = is_cancelling(request.form)
    if not (cancelling or BROWSER.read() or services().hasher.pool.has_room()):
        raise HasherBusy  # before a thread is held and the database asked
    with database.read(origin()) as tx:
        flow = rendering.load_open_flow(tx, flow_id)
        if rendering.is_stale_form(flow):
            return show_stale_form(tx, flow, username=identifier)
        if not cancelling and not (identifier and secret):
            return render(tx, flow, errors=_missing(identifier, secret), username=identifier)
        token = flow.policy_token
        candidate = password.lookup(tx, identifier, BROWSER.read(), services())
    unchecked = password.Checked(right=False)
    checked = unchecked if cancelling else password.verify_hash(candidate, secret, services().hasher)
    with database.write(origin()) as tx:
        flow, user = rendering.lock_flow_and_user(tx, flow_id, candidate.user_id)
        if response := rendering.cancel_if_requested(tx, flow):
            return response
        row = tx.login_flows.keep_signed_in(flow.row, keep=is_checked(request.form, KEEP_FIELD))
        flow = replace(flow, row=row, policy_token=token)
        result = password.record_result(tx, flow, user, candidate, checked, settings=settings)
        if isinstance(result, LoginFlow) or result is Result.CONFLICT:
            return continue_flow(tx, flow_id, result)
        status, sentence = errors.refusal_message(result, WRONG)
        return render(tx, flow, status=status, error=("form", sentence), username=identifier)


def show_stale_form(tx: Transaction, flow: LoginFlow, *, username: str = "") -> Response:
    """Show the form again, or redirect as GET does when another tab got further; also for a passkey tried on it."""
    if _is_over(flow):
        return redirect_to_next_step(tx, flow.row.id)
    return render(tx, flow, error=("form", errors.STALE_FORM), username=username)


def _is_over(flow: LoginFlow) -> bool:
    return flow.step is not Step.IDENTIFY and "other" not in request.args


def _missing(identifier: str, secret: str) -> dict[str, str]:
    missing: dict[str, str] = {} if identifier else {"username": Text("Enter your user name or email address.")}
    return missing if secret else missing | {"password": Text("Enter your password.")}


def render(tx: Transaction, flow: LoginFlow, *, username: str = "", **refusal: Any) -> Response:
    """Render the page; `refusal` is as for `page`, also for a passkey that was tried on it."""
    known = flow.person.user if flow.person and "other" not in request.args else None
    if username and known and username != known.username:
        known = None
    return rendering.render(
        tx,
        flow,
        "login/identify.html",
        **refusal,
        notice=UNCHECKED if any(proof.method is Method.PASSKEY for proof in flow.state.proofs) else None,
        action=rendering.flow_url(flow, Step.IDENTIFY),
        passkey=rendering.passkey_form(flow, second=False),
        username=username or flow.row.login_hint or "",
        keep_days=services().settings.keep_signed_in_days,
        keep=is_checked(request.form, KEEP_FIELD) if request.form else flow.row.keep_signed_in,
        known_user=known and {"name": known.display_name, "username": known.username},
        switch_href=rendering.flow_url(flow, paths.OTHER_PERSON),
        forgot_href=rendering.flow_url(flow, paths.FORGOT_PASSWORD),
        register_href=None if known else rendering.register_href(tx, flow),
    )
