"""The mailed link that creates an account. It signs nobody in.

GET  /sign-up/<handle>    the link: the handle moves from the address into a cookie, nothing else happens
GET  /sign-up             the form; mail scanners may come this far and change nothing
POST /sign-up             the link is claimed, and the account exists
POST /sign-up/strength    how strong is what is being typed?
GET  /sign-up/done        nobody is signed in: the way to the sign-in page
"""

from __future__ import annotations

import datetime as dt

from flask import Response, request

from idp.kernel.text import Text
from idp.login.forms import errors
from idp.login.state.person import Person, without_factors
from idp.persistence.registrations import AccountRegistration
from idp.persistence.transaction import Transaction
from idp.persistence.users import NameTaken
from idp.recovery import new_password, profile_form, registration
from idp.recovery import password_strength as meter
from idp.recovery.pages import mailed_link
from idp.recovery.pages.mailed_link import MailedLink
from idp.web import account_paths
from idp.web.context import services
from idp.web.cookies import REGISTER as COOKIE
from idp.web.forms import single_value
from idp.web.mailed_link_paths import REGISTER
from idp.web.pages import answers_json, json_response
from idp.web.transactions import origin, read_transaction

LINK = MailedLink(REGISTER, COOKIE)
DONE = f"{REGISTER}/done"
NO_NAME = Text("Type your name.")

blueprint = LINK.blueprint("recovery_registration", REGISTER)


@blueprint.get("")
@read_transaction
def show_form(tx: Transaction) -> Response:
    """Show the form, if the link still works."""
    found = _found(tx)
    return _render(found) if found else _render_dead_link()


@blueprint.post("")
def create_account() -> Response:
    """Read, check and hash the password outside any transaction, then claim the link."""
    database = services().database
    with database.read(origin()) as tx:
        found = _found(tx)
        today = dt.datetime.fromtimestamp(tx.now, dt.UTC).date()
    if found is None:
        return _render_dead_link()
    if LINK.is_stale_form():
        return _render(found, {"form": errors.STALE_FORM})
    form = profile_form.parse_profile_form(request.form, {}, today=today)
    name = str(form.profile.get("name") or "")
    if refusals := _refusals(found, name, form.errors.get("name")):
        return _render(found, refusals)
    hashed = services().hasher.hash(single_value(request.form, "password"))
    try:
        with database.write(origin()) as tx:
            entropy = services().entropy
            if not registration.create_account(tx, found, name=name, password_hash=hashed, entropy=entropy):
                return _render_dead_link()
    except NameTaken:
        return _render_dead_link()
    return LINK.redirect_after_use(f"{DONE}?login={found.flow_id}")


@blueprint.post("/strength")
@answers_json
def estimate_strength() -> Response:
    """Return how strong the typed password is."""
    with services().database.write(origin()) as tx:
        found = _found(tx)
        if found is None or LINK.is_stale_form():
            return json_response({}, 400)
        allowed = meter.consume_attempt(tx, _draft(found))
    return meter.strength_response(_draft(found), allowed=allowed)


@blueprint.get("/done")
@read_transaction
def show_result(tx: Transaction) -> Response:
    """Show the result, and a link to the sign-in it came from, if still open."""
    return mailed_link.result_page(
        "recovery/result.html",
        title=Text("Your account is ready"),
        message=Text("Sign in with your email address and your password."),
        restart_href=mailed_link.sign_in_href(tx),
        restart_label=Text("Sign in"),
    )


def _found(tx: Transaction) -> AccountRegistration | None:
    return registration.find_registration(tx, LINK.handle, services().settings)


def _draft(found: AccountRegistration, name: str = "") -> Person:
    return without_factors(registration.draft_user(found, name=name), services().settings)


def _refusals(found: AccountRegistration, name: str, problem: Text | None) -> dict[str, str]:
    """Return what is wrong with the name and the password, by field."""
    typed = single_value(request.form, "password")
    wrong = {"name": problem or (None if name else NO_NAME)}
    wrong["password"] = new_password.password_error(typed, _draft(found, name), services().breached)
    return {field: text for field, text in wrong.items() if text}


def _render(found: AccountRegistration, errors: dict[str, str] | None = None) -> Response:
    return LINK.render(
        "recovery/registration.html",
        errors,
        email=found.email,
        name=single_value(request.form, "name"),
        longest=profile_form.LONGEST["name"],
        strength_href=f"{LINK.form}/strength",
        min_length=new_password.min_length(services().settings, single_factor=True),
    )


def _render_dead_link() -> Response:
    message = Text("It was used already, or it is too old. Sign in, or ask for a new link on the sign-in page.")
    return mailed_link.dead_link_page(message, restart_href=account_paths.SECURITY, restart_label=Text("Sign in"))
