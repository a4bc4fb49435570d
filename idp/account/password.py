"""Changing the password. The present one is asked by the sign-in that comes before."""

from __future__ import annotations

from flask import Blueprint, Response, request

from idp.account import changes, guard, pages, requirements
from idp.kernel.text import Text
from idp.login.state.session import AuthenticatedSession
from idp.persistence.transaction import Transaction
from idp.recovery import new_password
from idp.recovery import password_strength as meter
from idp.web import account_paths
from idp.web.context import services
from idp.web.forms import single_value
from idp.web.pages import answers_json
from idp.web.transactions import origin

SAME = Text("That is the password you have now. Choose another one.")

blueprint = Blueprint("password", __name__)


@blueprint.get("/security/password")
@guard.requires(requirements.change_credentials_requirement)
def show_form(_: Transaction, auth_session: AuthenticatedSession) -> Response:
    """Show the form."""
    return _render(auth_session)


@blueprint.post("/security/password")
def change() -> Response:
    """Read, check and hash the new password outside any transaction, then store it."""
    database, hasher = services().database, services().hasher
    new = single_value(request.form, "password")
    with database.read(origin()) as tx:
        first = guard.require_form(tx, requirements.change_credentials_requirement)
    if refusal := new_password.password_error(new, first.person, services().settings, services().breached):
        return _render(first, error=refusal)
    if hasher.verify(first.person.user.password_hash, new):  # no way to guess at it: a fresh sign-in came before
        return _render(first, error=SAME)
    hashed = hasher.hash(new)
    with database.write(origin()) as tx:
        auth_session = guard.require_unchanged(tx, first, requirements.change_credentials_requirement)
        return pages.redirect_done("password", handle=changes.change_password(tx, auth_session, hashed, services()))


@blueprint.post("/security/password/strength")
@answers_json
def strength() -> Response:
    """Return how strong the typed password is; a session is enough, since nothing is changed or revealed."""
    with services().database.write(origin()) as tx:
        auth_session = guard.require_form(tx, requirements.view_requirement, back=account_paths.PASSWORD)
        paid = meter.consume_attempt(tx, auth_session.person)
    return meter.strength_response(auth_session.person, paid=paid)


def _render(auth_session: AuthenticatedSession, *, error: str = "") -> Response:
    return pages.render(
        auth_session,
        "account/password.html",
        status=400 if error else 200,
        error=("password", error) if error else None,
        strength_href=f"{account_paths.PASSWORD}/strength",
        min_length=new_password.min_length(services().settings, single_factor=not auth_session.person.has_second_step),
    )
