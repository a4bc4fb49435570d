"""What the sign-in pages share: finding the attempt, guarding the form, and going on."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Response, request

from idp import audit
from idp.audit import Event
from idp.kernel.handles import digest
from idp.login import devices
from idp.login.flow import binding, grace, start
from idp.login.flow.completion import complete
from idp.login.methods.second_step import send_code
from idp.login.policy.steps import Step
from idp.login.state.login_flow import LoginFlow, load_flow
from idp.persistence.transaction import Transaction
from idp.web import csrf, language
from idp.web.context import services
from idp.web.cookies import BROWSER, LOGIN, SESSION
from idp.web.headers import allow_form_target
from idp.web.pages import page, see_other

RETRY_AFTER = "900"
CANCEL_URLS = {start.ACCOUNT: "/account/security"}
"""Where Cancel leads when the door behind would only begin the same sign-in again."""


def load_open_flow(tx: Transaction, flow_id: str, *, lock: bool = False, whom: str = "") -> LoginFlow:
    """The open attempt of this browser.

    `hold`: for a request that may move it; other attempts of this browser, the person the attempt is about and the
    one with the id `whom` stay as they are until the transaction ends.

    Raises:
        Ended: it never was, is over, ran out, or belongs to another browser (a copied link).
    """
    if lock:
        tx.login_flows.lock(digest(LOGIN.read() or ""))
    row = binding.load_bound_flow(tx, flow_id)
    if lock:
        tx.users.lock([row.user_id or "", whom])
    if not row.open_at(tx.now):
        raise binding.closed_error(row)
    flow = load_flow(tx, row, start.current_session(tx), services().settings)
    if flow.person is not None:
        language.use_profile_locale(flow.person.user.profile)
    return flow


def flow_url(flow: LoginFlow, step: str) -> str:
    """The path of a step's page."""
    return f"/login/{flow.row.id}/{step}"


def passkey_form(flow: LoginFlow, *, second: bool) -> dict[str, str]:
    """Where a page's passkey form gets its options, and where it sends the answer."""
    action = flow_url(flow, f"{Step.CODE}/passkey" if second else "passkey")
    return {"action": action, "options_href": f"{action}/options"}


def is_stale_form(flow: LoginFlow) -> bool:
    """Whether this POST did not come from our page as it is now."""
    return not csrf.valid(LOGIN.read(), _purpose(flow))


def cancel_if_requested(tx: Transaction, flow: LoginFlow) -> Response | None:
    """The way out, when Cancel was pressed."""
    if request.form.get("choice") != "cancel":
        return None
    if tx.login_flows.cancel(flow.row):
        user_id = flow.person.user.id if flow.person else None
        audit.record(tx, Event.SIGN_IN_CANCELLED, user_id=user_id, client_id=flow.row.client_id)
    return see_other(CANCEL_URLS.get(flow.row.initiator, flow.row.return_to))


def render(tx: Transaction, flow: LoginFlow, template: str, *, status: int = 200, **variables: Any) -> Response:
    """A page of this attempt, with what all of them need."""
    client = tx.clients.by_id(flow.row.client_id) if flow.row.client_id else None
    target = flow.row.request.get("redirect_uri", "")
    if target:
        allow_form_target(target)
    common = {
        "action": request.path,
        "csrf_token": csrf.token(LOGIN.read() or "", _purpose(flow)),
        "can_cancel": flow.row.initiator != start.ACCOUNT or flow.auth_session is not None,
        "client": client and {"name": client.client_name, "host": urlsplit(target).netloc or target},
        "username": flow.person.user.username if flow.person else "",
    }
    response = page(template, status=status, **(common | variables))
    if status == 429:  # noqa: PLR2004 - Too Many Requests, RFC 6585 section 4
        response.headers["Retry-After"] = RETRY_AFTER
    return response


def onward(tx: Transaction, flow_id: str, *, proven: bool = False, later: bool = False) -> Response:
    """Go to what is missing; when nothing is, go back to the door.

    `proven`: this request, and no other beside it, moved the attempt on. Then the binding cookie changes, and every
    form token with it; and if nothing is missing any more, the session is opened here. `later`: an offer to set up a
    second step was put off, so it is not made again.
    """
    fresh = tx.login_flows.by_id(flow_id)
    if fresh is None or not fresh.open_at(tx.now):
        return see_other(f"/login/{flow_id}")
    if proven:  # not only at the end: a thief of cookie and password stops at the code page
        devices.distrust_copies(tx, BROWSER.read())
    flow = load_flow(tx, fresh, start.current_session(tx), services().settings)
    if flow.step is Step.REFUSE:
        return see_other(fresh.return_to)
    done = flow.step is Step.DONE or (later and flow.step is Step.OFFER)
    response = see_other(fresh.return_to if done else flow_url(flow, flow.page))
    if proven:
        if flow.person is not None:
            grace.start_grace(tx, flow.person, services().settings)
        if done:
            _open_session(tx, flow, response)
        elif flow.step is Step.CODE and flow.person is not None and flow.preferred_sent_method:
            # Whoever always uses this way finds the code sent; what became of it, the page says.
            send_code(
                tx, flow, flow.person, flow.preferred_sent_method, sealer=services().sealer, entropy=services().entropy
            )
        secret = services().entropy.token()
        tx.login_flows.rebind(fresh.browser_digest, digest(secret))
        LOGIN.write(response, secret)
    return response


def _open_session(tx: Transaction, flow: LoginFlow, response: Response) -> None:
    if flow.person is None:
        return
    made = complete(
        tx,
        flow,
        flow.person,
        browser_cookie=BROWSER.read(),
        entropy=services().entropy,
        sealer=services().sealer,
        settings=services().settings,
    )
    SESSION.write(response, made.session_handle)
    BROWSER.write(response, made.browser_cookie)
    if flow.row.initiator == start.ACCOUNT:
        tx.login_flows.finish(flow.row.id)


def _purpose(flow: LoginFlow) -> str:
    return f"login:{flow.row.id}"
