"""Changing the password. The present one is asked by the sign-in that comes before."""

from __future__ import annotations

from flask import Blueprint, Response, request

from idp.account import changes, guard, pages
from idp.kernel.text import Text
from idp.login.state.session import Visitor
from idp.persistence.transaction import Transaction
from idp.recovery import new_password
from idp.recovery import password_strength as meter
from idp.web.context import core
from idp.web.forms import once
from idp.web.transactions import origin

SAME = Text("That is the password you have now. Choose another one.")

blueprint = Blueprint("password", __name__)


@blueprint.get("/security/password")
@guard.looking(guard.to_change)
def ask(_: Transaction, visitor: Visitor) -> Response:
    """Show the form."""
    return _page(visitor)


@blueprint.post("/security/password")
def change() -> Response:
    """Judge the new password: read, hash outside any transaction, then change."""
    database, hasher = core().database, core().hasher
    new = once(request.form, "password")
    with database.read(origin()) as tx:
        first = guard.admit_form(tx, guard.to_change)
    if refusal := new_password.refusal(new, first.person, core().settings, core().breached):
        return _page(first, error=refusal)
    if hasher.verify(first.person.user.password_hash, new):  # no way to guess at it: a fresh sign-in came before
        return _page(first, error=SAME)
    hashed = hasher.hash(new)
    with database.write(origin()) as tx:
        visitor = guard.admit_again(tx, first, guard.to_change)
        return pages.done("password", handle=changes.change_password(tx, visitor, hashed, entropy=core().entropy))


@blueprint.post("/security/password/strength")
def strength() -> Response:
    """Say how strong what is being typed is; to look is enough, since nothing is changed or told of the account."""
    with core().database.write(origin()) as tx:
        visitor = guard.admit_form(tx, guard.to_look, back=pages.PASSWORD)
        paid = meter.pay(tx, visitor.person)
    return meter.answer(visitor.person, paid=paid)


def _page(visitor: Visitor, *, error: str = "") -> Response:
    return pages.show(
        visitor,
        "account/password.html",
        status=400 if error else 200,
        error=("password", error) if error else None,
        strength_href=f"{pages.PASSWORD}/strength",
        min_length=new_password.least(core().settings, alone=not visitor.person.has_second_step),
    )
