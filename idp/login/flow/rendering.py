"""What pages of a login flow share: loading the flow, the form token, Cancel, rendering."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from flask import Response, request

from idp import audit
from idp.audit import Event
from idp.kernel.handles import digest
from idp.login.flow import binding
from idp.login.flow.browser_session import current_session, use_person_locale
from idp.login.policy.methods import Method
from idp.login.policy.rules import Circumstances, may_register
from idp.login.state import paths
from idp.login.state.initiators import Initiator
from idp.login.state.login_flow import LoginFlow, load_flow
from idp.login.state.paths import flow_path
from idp.login.state.policy_rules import rules_of
from idp.persistence.clients import Client
from idp.persistence.login_flows import LoginFlowRow
from idp.persistence.sign_in_facts import SignInFacts
from idp.persistence.transaction import Transaction
from idp.persistence.users import User
from idp.web import account_paths, csrf
from idp.web.client_colors import colors_href
from idp.web.client_logos import logo_href
from idp.web.context import services
from idp.web.cookies import LOGIN
from idp.web.errors import ask_to_wait
from idp.web.forms import is_cancelling
from idp.web.headers import allow_client_redirects
from idp.web.pages import page, see_other

CANCEL_URLS: dict[str, str] = {Initiator.ACCOUNT: account_paths.SECURITY, Initiator.DEVICE: binding.DEVICE}
"""Where Cancel leads when `return_to` would only start the same login again."""


def load_open_flow(tx: Transaction, flow_id: str) -> LoginFlow:
    """Return the open login flow of this browser; from here on pages are in its person's language.

    Raises:
        LoginFlowClosed: when it does not exist, is closed or expired, or belongs to another browser (a copied link).
    """
    row, user, facts = tx.login_flows.with_person(flow_id)
    flow = _open_flow(tx, binding.require_bound(tx, row), user, facts)
    return replace(flow, policy_token=facts.policy_token)


def lock_open_flow(tx: Transaction, flow_id: str) -> LoginFlow:
    """Return the same flow for a request that may change it; it is locked as by `lock_flow_and_user`."""
    flow, _ = lock_flow_and_user(tx, flow_id, "")
    return flow


def lock_flow_and_user(tx: Transaction, flow_id: str, user_id: str) -> tuple[LoginFlow, User | None]:
    """Return the open login flow of this browser, and the person with this id who may become its person.

    This flow, other flows of this browser, its person and that one stay as they are until the transaction ends.

    Raises:
        LoginFlowClosed: as `load_open_flow`.
    """
    row = binding.require_bound(tx, tx.login_flows.lock(flow_id, digest(LOGIN.read() or "")))
    users = tx.users.lock([row.user_id or "", user_id])
    return _open_flow(tx, row, users.get(row.user_id or "")), users.get(user_id)


def _open_flow(tx: Transaction, row: LoginFlowRow, user: User | None, facts: SignInFacts | None = None) -> LoginFlow:
    if not row.open_at(tx.now):
        raise binding.closed_error(tx, row)
    auth_session = current_session(tx)
    flow = load_flow(tx, row, auth_session, services().settings, user=user, facts=facts)
    use_person_locale(flow.person or (auth_session.person if auth_session else None))
    return flow


def flow_url(flow: LoginFlow, page: str) -> str:
    """Return the path of a page of this flow (`state.paths`)."""
    return flow_path(flow.row.id, page)


def passkey_form(flow: LoginFlow, *, second: bool) -> dict[str, str]:
    """Return where a passkey form gets its options, and where it posts the response."""
    action = flow_url(flow, paths.CODE_PASSKEY if second else paths.PASSKEY)
    return {"action": action, "options_href": f"{action}/options"}


def is_stale_form(flow: LoginFlow) -> bool:
    """Whether this POST does not come from our page as it is now."""
    return not csrf.is_valid(LOGIN.read(), flow.owner)


def register_href(tx: Transaction, flow: LoginFlow) -> str | None:
    """Return where a stranger creates an account on the way to this flow's app; None where only administrators do."""
    at = Circumstances(client_id=flow.row.client_id, address=tx.origin.address)
    allowed = may_register(rules_of(tx, flow.policy_token), at, services().settings)
    return flow_url(flow, paths.REGISTER) if allowed else None


def cancel_if_requested(tx: Transaction, flow: LoginFlow) -> Response | None:
    """Cancel the flow and return the redirect, when Cancel was pressed."""
    if not is_cancelling(request.form):
        return None
    if tx.login_flows.cancel(flow.row):
        user_id = flow.person.user.id if flow.person else None
        audit.record(tx, Event.SIGN_IN_CANCELLED, user_id=user_id, client_id=flow.row.client_id)
    return see_other(CANCEL_URLS.get(flow.row.initiator, flow.row.return_to))


def offered_remember_days(tx: Transaction, flow: LoginFlow) -> int:
    """Return how many days this device can be remembered from now on; 0 also while it is remembered."""
    return 0 if _is_remembered(tx, flow) else flow.remember_days


def _is_remembered(tx: Transaction, flow: LoginFlow) -> bool:
    if flow.person is None or flow.auth_session is None or not flow.is_step_up:
        return any(proof.method is Method.DEVICE for proof in flow.proofs)
    device = tx.devices.by_id(flow.auth_session.session.device_id or "")
    return device is not None and device.trusted(epoch=flow.person.user.epoch, now=tx.now)


def _describe_client(client: Client, target: str) -> dict[str, str | None]:
    """Return what people see of the app that they sign in to."""
    host = urlsplit(target).netloc or target
    return {
        "name": client.client_name,
        "host": host,
        "policy_uri": client.policy_uri,
        "tos_uri": client.tos_uri,
        "logo_href": logo_href(client.client_id, client.logo_digest),
        "colors_href": colors_href(client.accent_color),
    }


def render(tx: Transaction, flow: LoginFlow, template: str, **variables: Any) -> Response:
    """Render a page of this flow, with the variables that all of them need; the others are those of `page`."""
    client = tx.clients.by_id(flow.row.client_id) if flow.row.client_id else None
    target = flow.row.request.get("redirect_uri", "")
    if target:
        allow_client_redirects()
    common: dict[str, Any] = {
        "action": request.path,
        "page_id": services().entropy.token(),
        "csrf_token": csrf.token(LOGIN.read() or "", flow.owner),
        "can_cancel": flow.row.initiator != Initiator.ACCOUNT or flow.auth_session is not None,
        "client": client and _describe_client(client, target),
        "username": flow.person.user.username if flow.person else "",
        "is_step_up": flow.is_step_up,
        "asked_by_client": flow.asked_by_client,
        "confirms_change": flow.confirms_change,
    }
    response = page(template, **(common | variables))
    return ask_to_wait(response)
