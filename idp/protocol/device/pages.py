"""The pages on which a person connects a device: its code, what the app asks for, and what became of it.

The danger is remote phishing (RFC 8628 section 5.4): somebody starts a sign-in on a device of their own and sends the
code, or the link, to a person. So the code is never taken without a press of a button, and the second page asks each
time, first-party apps included, and says which app it is, where the device is, and what to do if somebody sent the
code.
"""

from __future__ import annotations

from dataclasses import dataclass

from authlib.oidc.core.errors import LoginRequiredError
from flask import Blueprint, Response, request

from idp.audit import Event
from idp.consent import detail_texts, scope_texts
from idp.kernel.handles import digest
from idp.kernel.text import Text
from idp.login.flow import binding, rendering, start
from idp.login.flow.browser_session import current_session_in_locale
from idp.login.forms import errors
from idp.login.policy import rate_limits
from idp.login.policy.assurance import Assurance
from idp.login.policy.requirement_sources import Unreachable
from idp.login.policy.steps import Step
from idp.login.state.initiators import Initiator
from idp.login.state.login_flow import LoginFlow
from idp.login.state.session import AuthenticatedSession
from idp.persistence.clients import Client
from idp.persistence.device_authorizations import DeviceAuthorization
from idp.persistence.transaction import Transaction
from idp.protocol import client_access, tokens
from idp.protocol.device import decision, user_codes
from idp.protocol.device.requirement import requirement_of
from idp.protocol.refusals import record_refusal
from idp.web import csrf, geoip
from idp.web.cookies import LOGIN
from idp.web.errors import MY_ACCOUNT, Refusal, ask_to_wait
from idp.web.forms import single_value
from idp.web.pages import page, see_other
from idp.web.transactions import read_transaction, write_transaction

blueprint = Blueprint("device", __name__)

CONFIRM = f"{binding.DEVICE}/confirm/<flow_id>"
DONE = f"{binding.DEVICE}/done"
REFUSED = f"{DONE}?refused=1"
RETURN_TO = f"{binding.DEVICE}/confirm/{{login}}"
LONGEST_TYPED = 40
WRONG = Text("No device waits with this code. Look at the device again: the code may have changed.")
TOO_MANY = Text("Too many codes were typed in your network. Wait a few minutes, then try again.")
REMEDY = "None: somebody typed a code that no device shows, or one that has expired."


@dataclass(frozen=True)
class Question:
    """A device that waits for the decision of the person who is signed in here."""

    flow: LoginFlow
    device: DeviceAuthorization
    client: Client
    auth_session: AuthenticatedSession
    reached: Assurance


@blueprint.get(binding.DEVICE)
@read_transaction
def show_code_form(tx: Transaction) -> Response:
    """Ask for the code; one in the address is filled in, and never sent without a press of the button."""
    current_session_in_locale(tx)
    return _code_form(single_value(request.args, "user_code", longest=LONGEST_TYPED))


@blueprint.post(binding.DEVICE)
@write_transaction
def find_device(tx: Transaction) -> Response:
    """Start the sign-in that a device waits for."""
    typed = single_value(request.form, "user_code", longest=LONGEST_TYPED)
    if not csrf.is_same_origin():
        return _code_form(typed, error=errors.STALE_FORM)
    if not tx.throttles.consume(rate_limits.user_code_bucket(tx.origin.address), rate_limits.USER_CODE_LIMIT):
        return ask_to_wait(_code_form(typed, error=TOO_MANY, status=429))
    code = user_codes.normalize(typed)
    device = tx.device_authorizations.open_by_user_code(digest(code)) if code else None
    client = tx.clients.by_id(device.client_id) if device else None
    if code is None or device is None or client is None or client.disabled:
        record_refusal(tx, Event.AUTHORIZATION_REFUSED, None, reason="no such user_code", remedy=REMEDY, sent={})
        return _code_form(typed, error=WRONG)
    try:
        requirement = requirement_of(client, at=tx.now)
    except Unreachable:
        raise _level_unreachable(client) from None
    params = {"device_code": device.device_code_digest, "user_code": code}
    requested = start.LoginRequest(Initiator.DEVICE, RETURN_TO, params=params, client_id=client.client_id)
    return start.start_login(tx, requirement, requested)


@blueprint.get(CONFIRM)
@read_transaction
def show_question(tx: Transaction, flow_id: str) -> Response:
    """Ask whether the device is the person's own."""
    return _render_question(tx, _load_question(tx, flow_id))


@blueprint.post(CONFIRM)
@write_transaction
def decide(tx: Transaction, flow_id: str) -> Response:
    """Store the decision; the device learns it when it asks again."""
    asked = _load_question(tx, flow_id)
    choice = request.form.get("choice")
    if not csrf.is_valid(LOGIN.read(), _purpose(asked.flow)) or choice not in {"approve", "cancel"}:
        return _render_question(tx, asked, error=errors.STALE_FORM)
    if not tx.login_flows.finish(asked.flow.row.id):
        raise binding.closed_error(tx, asked.flow.row)
    if choice == "cancel":
        decided, result = decision.deny(tx, asked.device, asked.auth_session.person.user.id), REFUSED
    else:
        decided, result = _approve(tx, asked), DONE
    if not decided:  # the page leads to what was decided by another sign-in with this code
        raise _Elsewhere(RETURN_TO.format(login=asked.flow.row.id))
    return see_other(result)


def _approve(tx: Transaction, asked: Question) -> bool:
    try:
        return decision.approve(tx, asked.device, asked.client, asked.auth_session, asked.reached)
    except LoginRequiredError:  # the session ended at this very moment
        raise _expired() from None


@blueprint.get(DONE)
@read_transaction
def show_result(tx: Transaction) -> Response:
    """Say what became of the device."""
    current_session_in_locale(tx)
    return page("protocol/device_done.html", refused="refused" in request.args)


def _load_question(tx: Transaction, flow_id: str) -> Question:
    """Return what is to be decided, once the person's sign-in is as good as the app wants it.

    Raises:
        LoginFlowClosed: the flow is closed, or of another browser.
        Refusal: the device waits no longer, or the person may not use the app.
    """
    flow = rendering.load_open_flow(tx, flow_id)
    if flow.row.initiator != Initiator.DEVICE:
        raise _Elsewhere(binding.DEVICE)
    device = _find_open_device(tx, flow)
    client = tx.clients.by_id(flow.row.client_id or "")
    if client is None or client.disabled:
        raise _expired()
    if flow.step is Step.REFUSE:
        raise _level_unreachable(client)
    if flow.step is not Step.DONE:
        raise _Elsewhere(rendering.flow_url(flow, flow.page))
    auth_session, reached = _require_session(tx, flow, client)
    if not client_access.may_use(tx, client, auth_session.person.user.id):
        raise Refusal(403, *client_access.describe_refusal(client), links=(MY_ACCOUNT,), detail="not permitted")
    return Question(flow, device, client, auth_session, reached)


def _find_open_device(tx: Transaction, flow: LoginFlow) -> DeviceAuthorization:
    """Return the device, while it waits; who cannot decide any more is shown what was decided."""
    device = tx.device_authorizations.by_code(flow.row.request["device_code"])
    if device is None:
        raise _expired()
    if device.denied:
        raise _Elsewhere(REFUSED)
    if device.decided_at is not None:
        grant = tx.grants.by_code(device.device_code_digest)
        if grant and flow.auth_session and grant.user_id == flow.auth_session.person.user.id:
            raise _Elsewhere(DONE)
        raise _expired()  # to an account that is not theirs
    if device.expires_at <= tx.now:
        raise _expired()
    return device


def _require_session(tx: Transaction, flow: LoginFlow, client: Client) -> tuple[AuthenticatedSession, Assurance]:
    """Return the session that the flow ended in; the code is typed again where it is another one by now."""
    if flow.auth_session is None or not flow.is_step_up:
        raise _Elsewhere(binding.DEVICE)
    auth_session = flow.auth_session.for_client(client.client_id)
    requirement = requirement_of(client, at=flow.row.created_at)
    reached = auth_session.satisfies_with_saved_codes(requirement, now=tx.now)
    if reached is None:
        raise _Elsewhere(binding.DEVICE)
    return auth_session, reached


class _Elsewhere(Exception):
    """The person has to go to another page first."""


@blueprint.errorhandler(_Elsewhere)
def _redirect(elsewhere: _Elsewhere) -> Response:
    return see_other(str(elsewhere))


def _render_question(tx: Transaction, asked: Question, *, error: str = "") -> Response:
    user, device = asked.auth_session.person.user, asked.device
    return rendering.render(
        tx,
        asked.flow,
        "protocol/device_confirm.html",
        error=("form", error) if error else None,
        csrf_token=csrf.token(LOGIN.read() or "", _purpose(asked.flow)),
        user={"name": user.display_name, "username": user.username},
        user_code=user_codes.display(asked.flow.row.request["user_code"]),
        place=geoip.with_location(device.address),
        scopes=scope_texts.scope_descriptions(tx, device.scopes, user),
        details=detail_texts.describe(device.authorization_details),
        lifetime=scope_texts.refresh_lifetime(device.scopes, tokens.refresh_token_lifetime(asked.client)),
    )


def _code_form(typed: str, *, error: str = "", status: int = 400) -> Response:
    return page(
        "protocol/device.html",
        status=status if error else 200,
        error=("user_code", error) if error else None,
        user_code=typed,
        action=binding.DEVICE,
    )


def _purpose(flow: LoginFlow) -> str:
    return f"device:{flow.row.id}"


def _expired() -> Refusal:
    message = Text("The device waits no longer. Start again on the device, and type the code that it shows then.")
    return Refusal(410, Text("This code has expired"), message, links=(MY_ACCOUNT,), detail="device code expired")


def _level_unreachable(client: Client) -> Refusal:
    message = Text(
        "{name} asks for a more secure sign-in than you can do here. Ask your administrator.", name=client.client_name
    )
    title = Text("You cannot sign in to {name} here", name=client.client_name)
    return Refusal(403, title, message, links=(MY_ACCOUNT,), detail="the level cannot be reached")
