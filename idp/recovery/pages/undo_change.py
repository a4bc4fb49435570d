"""The mailed link that undoes a change of email address or phone number, and ends all access."""

from __future__ import annotations

from flask import Response

from idp.kernel.dates import Moment
from idp.kernel.text import Text
from idp.login.forms import errors
from idp.persistence.contact_changes import ContactChange
from idp.persistence.transaction import Transaction
from idp.persistence.users import NameTaken
from idp.recovery import contact_changes
from idp.recovery.pages import mailed_link
from idp.recovery.pages.mailed_link import MailedLink
from idp.web.context import services
from idp.web.cookies import UNDO
from idp.web.mailed_link_paths import RESET_PASSWORD, UNDO_CHANGE
from idp.web.transactions import origin, read_transaction

LINK = MailedLink(UNDO_CHANGE, UNDO)
DONE = f"{UNDO_CHANGE}/done"

blueprint = LINK.blueprint("recovery_undo_change", UNDO_CHANGE)


@blueprint.get("")
@read_transaction
def show_form(tx: Transaction) -> Response:
    """Show the change, and ask."""
    change = _change(tx)
    return _render(change) if change else mailed_link.dead_reversal_page()


@blueprint.post("")
def submit_undo() -> Response:
    """Claim the link, and undo the change."""
    try:
        with services().database.write(origin()) as tx:
            return _undo(tx)
    except NameTaken:
        return mailed_link.dead_reversal_page()


@blueprint.get("/done")
def show_result() -> Response:
    """Show the result, and a link to a new password: whoever made the change may know the present one."""
    message = Text(
        "Your email address and phone number are what they were before, and every browser is signed out. Somebody else "
        "may know your password: set a new one now. Then look at your security page, and remove what you did not set "
        "up."
    )
    return mailed_link.result_page(
        "recovery/result.html",
        title=Text("The change is undone"),
        message=message,
        restart_href=RESET_PASSWORD,
        restart_label=Text("Set a new password by mail"),
    )


def _change(tx: Transaction) -> ContactChange | None:
    """Return the change whose link is open here; the page is then in its owner's language."""
    change = contact_changes.find_undo(tx, LINK.handle)
    mailed_link.use_owner_locale(tx, change.user_id if change else None)
    return change


def _undo(tx: Transaction) -> Response:
    change = _change(tx)
    if change is None:
        return mailed_link.dead_reversal_page()
    if LINK.is_stale_form():
        return _render(change, {"form": errors.STALE_FORM})
    if not contact_changes.undo_change(tx, change):
        return mailed_link.dead_reversal_page()
    return LINK.redirect_after_use(DONE)


def _render(change: ContactChange, errors: dict[str, str] | None = None) -> Response:
    return LINK.render(
        "recovery/undo.html",
        errors,
        kind=change.kind,
        old=change.old,
        new=change.new,
        when=Moment(change.made_at or change.created_at),
    )
