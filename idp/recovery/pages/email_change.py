"""The mailed link that confirms a new email address. It signs nobody in.

GET  /email/<handle>    the link: the handle moves from the address into a cookie, nothing else happens
GET  /email             the question; mail scanners may come this far and change nothing
POST /email             the change is made
GET  /email/done        that it was
"""

from __future__ import annotations

from flask import Response

from idp.kernel.text import Text
from idp.login.forms import errors
from idp.persistence.contact_changes import ContactChange
from idp.persistence.transaction import Transaction
from idp.persistence.users import NameTaken, User
from idp.recovery import contact_changes
from idp.recovery.pages import mailed_link
from idp.recovery.pages.mailed_link import MailedLink
from idp.web import account_paths, language
from idp.web.context import services
from idp.web.cookies import EMAIL
from idp.web.mailed_link_paths import CONFIRM_EMAIL
from idp.web.transactions import origin, read_transaction

LINK = MailedLink(CONFIRM_EMAIL, EMAIL)
DONE = f"{CONFIRM_EMAIL}/done"

blueprint = LINK.blueprint("recovery_email_change", CONFIRM_EMAIL)


@blueprint.get("")
@read_transaction
def show_form(tx: Transaction) -> Response:
    """Show which address for which account, and ask."""
    found = _found(tx)
    return _render(*found) if found else _render_dead_link()


@blueprint.post("")
def confirm_address() -> Response:
    """Make the change, unless the address became somebody else's meanwhile."""
    try:
        with services().database.write(origin()) as tx:
            return _confirm(tx)
    except NameTaken:
        return _render_dead_link()


@blueprint.get("/done")
def show_result() -> Response:
    """Show that the address is confirmed, with a link to the profile."""
    return mailed_link.result_page(
        "recovery/result.html",
        title=Text("Your email address is confirmed"),
        message=Text("From now on we write to it, and you can sign in with it."),
        restart_href=account_paths.PROFILE,
        restart_label=Text("Go to my account"),
    )


def _found(tx: Transaction) -> tuple[ContactChange, User] | None:
    """Return the change whose link is open here, and its user; the page is then in their language."""
    found = contact_changes.find_change(tx, LINK.handle)
    if found:
        language.use_profile_locale(found[1].profile)
    return found


def _confirm(tx: Transaction) -> Response:
    found = _found(tx)
    if found is None:
        return _render_dead_link()
    if LINK.is_stale_form():
        return _render(*found, errors={"form": errors.STALE_FORM})
    if not contact_changes.apply_change(tx, *found, services()):
        return _render_dead_link()
    return LINK.redirect_after_use(DONE)


def _render(change: ContactChange, user: User, *, errors: dict[str, str] | None = None) -> Response:
    return LINK.render("recovery/email_change.html", errors, address=change.new, username=user.username)


def _render_dead_link() -> Response:
    message = Text(
        "It was used already, it is too old, or the account was changed since. Nothing was changed. Ask for a new one "
        "in your profile."
    )
    return mailed_link.dead_link_page(
        message, restart_href=account_paths.PROFILE, restart_label=Text("Go to my account")
    )
