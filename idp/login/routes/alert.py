"""The link in a "Was this you?" mail: what it is about, and one button that ends it."""

from __future__ import annotations

from flask import Blueprint, Response

from idp.kernel import user_agents
from idp.kernel.dates import Moment
from idp.kernel.text import Text
from idp.login import alerts
from idp.login.routes import flow, recover
from idp.persistence.alert_links import AlertLink
from idp.persistence.unit_of_work import Transaction
from idp.web import csrf, places
from idp.web.cookies import ALERT
from idp.web.pages import page, see_other
from idp.web.transact import reading, transactional

PURPOSE = "alert"
FORM = "/alert"
DONE = "/alert/done"
PASSWORD = "/account/security/password"  # noqa: S105 - the path of a page

blueprint = Blueprint("login_alert", __name__, url_prefix="/alert")


@blueprint.get("/<handle>")
def open_link(handle: str) -> Response:
    """Take the handle out of the address, and do nothing else: mail scanners open links, too."""
    response = see_other(FORM)
    ALERT.write(response, handle)
    return response


@blueprint.get("")
@reading
def ask(tx: Transaction) -> Response:
    """Show the sign-in, and ask."""
    link = alerts.find(tx, ALERT.read() or "")
    return _page(link) if link else _dead()


@blueprint.post("")
@transactional
def disown(tx: Transaction) -> Response:
    """End it."""
    handle = ALERT.read() or ""
    link = alerts.find(tx, handle)
    if link is None:
        return _dead()
    if not csrf.valid(handle, PURPOSE):
        return _page(link, {"form": flow.STALE})
    if not alerts.disown(tx, link):
        return _dead()
    response = see_other(DONE)
    ALERT.clear(response)
    return response


@blueprint.get("/done")
def done() -> Response:
    """Whoever it was knows the password: on to a new one."""
    return page("login/alert_done.html", forgot_href=recover.START, password_href=PASSWORD)


def _page(link: AlertLink, errors: dict[str, str] | None = None) -> Response:
    return page(
        "login/alert.html",
        status=400 if errors else 200,
        errors=errors or {},
        action=FORM,
        csrf_token=csrf.token(ALERT.read() or "", PURPOSE),
        event=link.event,
        browser=user_agents.name(link.user_agent),
        address=places.located(link.address),
        when=Moment(link.created_at),
    )


def _dead() -> Response:
    message = Text(
        "It was used already, or it is too old. If somebody else may know your password, set a new one: that signs "
        "every browser out."
    )
    return page(
        "login/ended.html",
        status=410,
        title=Text("This link no longer works"),
        message=message,
        restart_href=recover.START,
        restart_label=Text("Set a new password"),
    )
