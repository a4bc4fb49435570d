"""Closing one's own account, where the organisation lets people do that."""

from __future__ import annotations

from flask import Blueprint, Response, request

from idp.account import guard, pages
from idp.account.changes import Overtaken
from idp.kernel.text import Text
from idp.login.state.session import Visitor
from idp.persistence.transaction import Transaction
from idp.persistence.users import lookup_key
from idp.recovery import closing
from idp.web.context import core
from idp.web.cookies import SESSION
from idp.web.errors import error_page
from idp.web.forms import once
from idp.web.pages import page, see_other
from idp.web.transactions import transactional

CLOSED = "/account/closed"

blueprint = Blueprint("closing", __name__)


@blueprint.get("/profile/close")
@guard.looking(back=guard.begun_at(pages.CLOSE))
def ask(tx: Transaction, visitor: Visitor) -> Response:
    """Say what is lost, and ask; after everything was proven again for this page, however recent."""
    if not core().settings.people_may_close_account:
        return _refusal()
    guard.ask_anew(tx, visitor, pages.CLOSE)
    return _page(visitor)


@blueprint.post("/profile/close")
@transactional
def close(tx: Transaction) -> Response:
    """Close it, if its name was typed."""
    visitor = guard.admit_form(tx, guard.to_change, back=guard.begun_at(pages.CLOSE))
    user = visitor.person.user
    if not core().settings.people_may_close_account:
        return _refusal()
    guard.ask_anew(tx, visitor, pages.CLOSE)
    if lookup_key(once(request.form, "username")) != user.username_key:
        return _page(visitor, error=Text("Type your user name, {username}, to confirm.", username=user.username))
    if not closing.close(tx, user):
        raise Overtaken
    response = see_other(CLOSED)
    SESSION.clear(response)
    return response


@blueprint.get("/closed")
def closed() -> Response:
    """The last page."""
    message = Text("Everything about you was deleted, and your apps are told. We have sent you a mail about it.")
    return page("login/ended.html", title=Text("Your account is closed"), message=message)


def _page(visitor: Visitor, *, error: Text | None = None) -> Response:
    return pages.show(
        visitor,
        "account/close.html",
        status=400 if error else 200,
        error=("username", error) if error else None,
        back_href=pages.PROFILE,
    )


def _refusal() -> Response:
    message = Text("Ask the people who run it, if you want your account to be closed.")
    return error_page(403, Text("People do not close accounts themselves here"), message)
