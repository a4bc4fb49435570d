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
from idp.login.state.login_flow import Attempt, look
from idp.persistence.transaction import Transaction
from idp.web import csrf, language
from idp.web.context import core
from idp.web.cookies import BROWSER, LOGIN, SESSION
from idp.web.headers import allow_form_target
from idp.web.pages import page, see_other

RETRY_AFTER = "900"
WAYS_OUT = {start.ACCOUNT: "/account/security"}
"""Where Cancel leads when the door behind would only begin the same sign-in again."""


def find(tx: Transaction, login_id: str, *, hold: bool = False, whom: str = "") -> Attempt:
    """The open attempt of this browser.

    `hold`: for a request that may move it; other attempts of this browser, the person the attempt is about and the
    one with the id `whom` stay as they are until the transaction ends.

    Raises:
        Ended: it never was, is over, ran out, or belongs to another browser (a copied link).
    """
    if hold:
        tx.logins.hold(digest(LOGIN.read() or ""))
    login = binding.bound(tx, login_id)
    if hold:
        tx.users.hold([login.user_id or "", whom])
    if not login.open_at(tx.now):
        raise binding.over(login)
    attempt = look(tx, login, start.visitor(tx), core().settings)
    if attempt.person is not None:
        language.meet(attempt.person.user.profile)
    return attempt


def address(attempt: Attempt, step: str) -> str:
    """The path of a step's page."""
    return f"/login/{attempt.login.id}/{step}"


def passkey_of(attempt: Attempt, *, second: bool) -> dict[str, str]:
    """Where a page's passkey form gets its options, and where it sends the answer."""
    action = address(attempt, f"{Step.CODE}/passkey" if second else "passkey")
    return {"action": action, "options_href": f"{action}/options"}


def stale_form(attempt: Attempt) -> bool:
    """Whether this POST did not come from our page as it is now."""
    return not csrf.valid(LOGIN.read(), _purpose(attempt))


def cancelled(tx: Transaction, attempt: Attempt) -> Response | None:
    """The way out, when Cancel was pressed."""
    if request.form.get("choice") != "cancel":
        return None
    if tx.logins.cancel(attempt.login):
        user_id = attempt.person.user.id if attempt.person else None
        audit.record(tx, Event.SIGN_IN_CANCELLED, user_id=user_id, client_id=attempt.login.client_id)
    return see_other(WAYS_OUT.get(attempt.login.door, attempt.login.return_to))


def show(tx: Transaction, attempt: Attempt, template: str, *, status: int = 200, **variables: Any) -> Response:
    """A page of this attempt, with what all of them need."""
    client = tx.clients.by_id(attempt.login.client_id) if attempt.login.client_id else None
    target = attempt.login.request.get("redirect_uri", "")
    if target:
        allow_form_target(target)
    common = {
        "action": request.path,
        "csrf_token": csrf.token(LOGIN.read() or "", _purpose(attempt)),
        "can_cancel": attempt.login.door != start.ACCOUNT or attempt.visitor is not None,
        "client": client and {"name": client.client_name, "host": urlsplit(target).netloc or target},
        "username": attempt.person.user.username if attempt.person else "",
    }
    response = page(template, status=status, **(common | variables))
    if status == 429:  # noqa: PLR2004 - Too Many Requests, RFC 6585 section 4
        response.headers["Retry-After"] = RETRY_AFTER
    return response


def onward(tx: Transaction, login_id: str, *, proven: bool = False, later: bool = False) -> Response:
    """Go to what is missing; when nothing is, go back to the door.

    `proven`: this request, and no other beside it, moved the attempt on. Then the binding cookie changes, and every
    form token with it; and if nothing is missing any more, the session is opened here. `later`: an offer to set up a
    second step was put off, so it is not made again.
    """
    fresh = tx.logins.by_id(login_id)
    if fresh is None or not fresh.open_at(tx.now):
        return see_other(f"/login/{login_id}")
    if proven:  # not only at the end: a thief of cookie and password stops at the code page
        devices.distrust_copies(tx, BROWSER.read())
    attempt = look(tx, fresh, start.visitor(tx), core().settings)
    if attempt.step is Step.REFUSE:
        return see_other(fresh.return_to)
    done = attempt.step is Step.DONE or (later and attempt.step is Step.OFFER)
    response = see_other(fresh.return_to if done else address(attempt, attempt.page))
    if proven:
        if attempt.person is not None:
            grace.begin(tx, attempt.person, core().settings)
        if done:
            _open_session(tx, attempt, response)
        elif attempt.step is Step.CODE and attempt.person is not None and attempt.sent_way:
            # Whoever always uses this way finds the code sent; what became of it, the page says.
            send_code(tx, attempt, attempt.person, attempt.sent_way, sealer=core().sealer, entropy=core().entropy)
        secret = core().entropy.token()
        tx.logins.rebind(fresh.browser_digest, digest(secret))
        LOGIN.write(response, secret)
    return response


def _open_session(tx: Transaction, attempt: Attempt, response: Response) -> None:
    if attempt.person is None:
        return
    made = complete(
        tx,
        attempt,
        attempt.person,
        browser_cookie=BROWSER.read(),
        entropy=core().entropy,
        sealer=core().sealer,
        settings=core().settings,
    )
    SESSION.write(response, made.session_handle)
    BROWSER.write(response, made.browser_cookie)
    if attempt.login.door == start.ACCOUNT:
        tx.logins.finish(attempt.login.id)


def _purpose(attempt: Attempt) -> str:
    return f"login:{attempt.login.id}"
