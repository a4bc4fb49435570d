"""The mailed link that confirms a new email address. It signs nobody in.

GET  /email/<handle>    the link: the handle moves from the address into a cookie, nothing else happens
GET  /email             the question; mail scanners may come this far and change nothing
POST /email             the change is made
GET  /email/done        that it was
"""

from __future__ import annotations

from flask import Blueprint, Response

from idp.kernel.text import Text
from idp.login import contact_changes
from idp.login.routes import flow
from idp.persistence.contact_changes import ContactChange
from idp.persistence.unit_of_work import Transaction
from idp.persistence.users import NameTaken, User
from idp.web import csrf
from idp.web.context import core
from idp.web.cookies import EMAIL
from idp.web.pages import page, see_other
from idp.web.transact import origin, reading

PURPOSE = "email"
FORM = "/email"
DONE = "/email/done"
PROFILE = "/account/profile"

blueprint = Blueprint("login_email", __name__, url_prefix="/email")


@blueprint.get("/<handle>")
def open_link(handle: str) -> Response:
    """Take the handle out of the address, and do nothing else."""
    response = see_other(FORM)
    EMAIL.write(response, handle)
    return response


@blueprint.get("")
@reading
def ask(tx: Transaction) -> Response:
    """Show which address for which account, and ask."""
    found = contact_changes.find(tx, EMAIL.read() or "")
    return _page(*found) if found else _dead()


@blueprint.post("")
def confirm() -> Response:
    """Make the change, unless the address became somebody else's meanwhile."""
    try:
        with core().database.write(origin()) as tx:
            return _confirm(tx, EMAIL.read() or "")
    except NameTaken:
        return _dead()


@blueprint.get("/done")
def done() -> Response:
    """The end; whoever is signed in finds their profile, others a sign-in."""
    return page(
        "login/ended.html",
        title=Text("Your email address is confirmed"),
        message=Text("From now on we write to it, and you can sign in with it."),
        restart_href=PROFILE,
        restart_label=Text("Go to my account"),
    )


def _confirm(tx: Transaction, handle: str) -> Response:
    found = contact_changes.find(tx, handle)
    if found is None:
        return _dead()
    if not csrf.valid(handle, PURPOSE):
        return _page(*found, errors={"form": flow.STALE})
    if not contact_changes.make(tx, *found, entropy=core().entropy, sealer=core().sealer):
        return _dead()
    response = see_other(DONE)
    EMAIL.clear(response)
    return response


def _page(change: ContactChange, user: User, *, errors: dict[str, Text] | None = None) -> Response:
    return page(
        "login/email.html",
        status=400 if errors else 200,
        errors=errors or {},
        action=FORM,
        csrf_token=csrf.token(EMAIL.read() or "", PURPOSE),
        address=change.new,
        username=user.username,
    )


def _dead() -> Response:
    message = Text(
        "It was used already, it is too old, or the account was changed since. Nothing was changed. Ask for a new one "
        "in your profile."
    )
    return page(
        "login/ended.html",
        status=410,
        title=Text("This link no longer works"),
        message=message,
        restart_href=PROFILE,
        restart_label=Text("Go to my account"),
    )
