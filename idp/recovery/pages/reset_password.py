"""The mailed link that sets a new password.

GET  /recover                  begin a sign-in, to ask for a link without coming from any app
GET  /recover/<handle>         the link: the handle moves from the address into a cookie, nothing else happens
GET  /recover/new-password     the form; mail scanners may come this far and change nothing
POST /recover/new-password     the link is claimed
POST /recover/new-password/strength    how strong is what is being typed?
GET  /recover/done             nobody is signed in: the way to the sign-in page
"""

from __future__ import annotations

from flask import Response, request

from idp.kernel.text import Text
from idp.login.flow import start
from idp.login.forms import errors
from idp.login.policy.requirement import AuthRequirement
from idp.login.state.initiators import Initiator
from idp.login.state.paths import FORGOT_PASSWORD
from idp.persistence.transaction import Transaction
from idp.recovery import new_password, password_reset
from idp.recovery import password_strength as meter
from idp.recovery.pages import mailed_link
from idp.recovery.pages.mailed_link import MailedLink
from idp.recovery.password_reset import ResetLinkHolder
from idp.web import account_paths, language
from idp.web.context import services
from idp.web.cookies import RECOVER
from idp.web.forms import single_value
from idp.web.mailed_link_paths import RESET_PASSWORD
from idp.web.pages import answers_json, json_response
from idp.web.transactions import origin, read_transaction, write_transaction

LINK = MailedLink(f"{RESET_PASSWORD}/new-password", RECOVER)
DONE = f"{RESET_PASSWORD}/done"
FIRST = "first"
"""Parameter of the result: the person had no password before."""

blueprint = LINK.blueprint("recovery_reset_password", RESET_PASSWORD)


@blueprint.get("")
@write_transaction
def start_reset(tx: Transaction) -> Response:
    """Ask for a link."""
    requested = start.LoginRequest(Initiator.ACCOUNT, return_to=account_paths.SECURITY)
    return start.start_login(tx, AuthRequirement(), requested, page=FORGOT_PASSWORD)


@blueprint.get("/new-password")
@read_transaction
def show_form(tx: Transaction) -> Response:
    """Show the form, if the link still works."""
    holder = _holder(tx)
    return _render(holder) if holder else _render_dead_link()


@blueprint.post("/new-password")
def set_password() -> Response:
    """Read, check and hash the new password outside any transaction, then claim the link."""
    database = services().database
    new = single_value(request.form, "password")
    with database.read(origin()) as tx:
        holder = _holder(tx)
    if holder is None:
        return _render_dead_link()
    if LINK.is_stale_form():
        return _render(holder, {"form": errors.STALE_FORM})
    if refusal := new_password.password_error(new, holder.person, services().breached):
        return _render(holder, {"password": refusal})
    hashed = services().hasher.hash(new)
    with database.write(origin()) as tx:
        if not password_reset.finish_reset(tx, LINK.handle, holder, hashed):
            return _render_dead_link()
        first = f"&{FIRST}=1" if holder.invited else ""
        return LINK.redirect_after_use(f"{DONE}?login={holder.flow_id}{first}")


@blueprint.post("/new-password/strength")
@answers_json
def estimate_strength() -> Response:
    """Return how strong the typed password is."""
    with services().database.write(origin()) as tx:
        holder = _holder(tx)
        if holder is None or LINK.is_stale_form():
            return json_response({}, 400)
        allowed = meter.consume_attempt(tx, holder.person)
    return meter.strength_response(holder.person, allowed=allowed)


@blueprint.get("/done")
@read_transaction
def show_result(tx: Transaction) -> Response:
    """Show the result, and a link to the sign-in it came from, if still open."""
    first = FIRST in request.args
    return mailed_link.result_page(
        "recovery/password_set.html", sign_in_href=mailed_link.sign_in_href(tx), invited=first
    )


def _holder(tx: Transaction) -> ResetLinkHolder | None:
    """Return the holder of the link; the page is then in their language."""
    holder = password_reset.find_reset(tx, LINK.handle, services().settings)
    if holder:
        language.use_profile_locale(holder.person.user.profile)
    return holder


def _render(holder: ResetLinkHolder, errors: dict[str, str] | None = None) -> Response:
    person = holder.person
    return LINK.render(
        "recovery/new_password.html",
        errors,
        username=person.user.username,
        invited=holder.invited,
        two_step_on=person.has_second_step,
        strength_href=f"{LINK.form}/strength",
        min_length=new_password.min_length(services().settings, single_factor=not person.has_second_step),
    )


def _render_dead_link() -> Response:
    message = Text("It was used already, it is too old, or the account was changed or used since. Ask for a new one.")
    return mailed_link.dead_link_page(message, restart_href=RESET_PASSWORD)
