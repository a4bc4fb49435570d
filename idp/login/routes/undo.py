"""The link in the letter about a changed email address or phone number: back to before, and everything open is over."""

from __future__ import annotations

from flask import Blueprint, Response

from idp.kernel.dates import Moment
from idp.kernel.text import Text
from idp.login import contact_changes
from idp.login.routes import flow, recover
from idp.persistence.contact_changes import ContactChange
from idp.persistence.unit_of_work import Transaction
from idp.persistence.users import NameTaken
from idp.web import csrf
from idp.web.context import core
from idp.web.cookies import UNDO
from idp.web.pages import page, see_other
from idp.web.transact import origin, reading

PURPOSE = "undo"
FORM = "/undo"
DONE = "/undo/done"

blueprint = Blueprint("login_undo", __name__, url_prefix="/undo")


@blueprint.get("/<handle>")
def open_link(handle: str) -> Response:
    """Take the handle out of the address, and do nothing else: mail scanners open links, too."""
    response = see_other(FORM)
    UNDO.write(response, handle)
    return response


@blueprint.get("")
@reading
def ask(tx: Transaction) -> Response:
    """Show the change, and ask."""
    change = contact_changes.find_undo(tx, UNDO.read() or "")
    return _page(change) if change else _dead()


@blueprint.post("")
def take_back() -> Response:
    """Undo it."""
    try:
        with core().database.write(origin()) as tx:
            return _take_back(tx, UNDO.read() or "")
    except NameTaken:
        return _dead()


@blueprint.get("/done")
def done() -> Response:
    """Whoever made the change could sign in: on to a new password."""
    message = Text(
        "Everything is as it was before, and every browser is signed out. Whoever made the change knows your password. "
        "Set a new one now, then look at your security page."
    )
    return page(
        "login/ended.html",
        title=Text("The change is undone"),
        message=message,
        restart_href=recover.START,
        restart_label=Text("Set a new password by mail"),
    )


def _take_back(tx: Transaction, handle: str) -> Response:
    change = contact_changes.find_undo(tx, handle)
    if change is None:
        return _dead()
    if not csrf.valid(handle, PURPOSE):
        return _page(change, {"form": flow.STALE})
    if not contact_changes.undo(tx, change):
        return _dead()
    response = see_other(DONE)
    UNDO.clear(response)
    return response


def _page(change: ContactChange, errors: dict[str, Text] | None = None) -> Response:
    return page(
        "login/undo.html",
        status=400 if errors else 200,
        errors=errors or {},
        action=FORM,
        csrf_token=csrf.token(UNDO.read() or "", PURPOSE),
        kind=change.kind,
        old=change.old,
        new=change.new,
        when=Moment(change.made_at or change.created_at),
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
