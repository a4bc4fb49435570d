"""Changing the email address: asked for here, confirmed by a link in the new mailbox (`recovery.pages`)."""

from __future__ import annotations

from flask import Blueprint, Response, request

from idp.account import guard, pages
from idp.kernel.addresses import LONGEST_EMAIL, is_email
from idp.kernel.clock import DAY, MINUTE
from idp.kernel.text import Text
from idp.login.policy.proofs import Method
from idp.login.state.session import Visitor
from idp.persistence.contact_changes import ContactKind
from idp.persistence.transaction import Transaction
from idp.recovery import contact_changes
from idp.web.context import core
from idp.web.forms import once
from idp.web.transactions import transactional

NO_ADDRESS = Text("Enter an email address, such as jane@example.com.")
SAME = Text("That is your address already, and it is confirmed.")
TOO_OFTEN = Text("Too many mails were sent. Wait an hour, then try again.")

blueprint = Blueprint("email", __name__)


@blueprint.get("/profile/email")
@guard.looking(guard.to_change)
def ask(_: Transaction, visitor: Visitor) -> Response:
    """Show the form; an address that is not confirmed stands in it, to be confirmed."""
    user = visitor.person.user
    return _page(visitor, typed="" if user.email_verified else user.email or "")


@blueprint.post("/profile/email")
@transactional
def send(tx: Transaction) -> Response:
    """Send the link, or tell whoever has the address; what is answered here is the same."""
    visitor = guard.admit_form(tx, guard.to_change)
    user, typed = visitor.person.user, once(request.form, "email", longest=LONGEST_EMAIL).strip()
    if not is_email(typed):
        return _page(visitor, typed=typed, error=NO_ADDRESS)
    if typed == user.email and user.email_verified:
        return _page(visitor, typed=typed, error=SAME)
    if not contact_changes.ask_email(tx, user, typed, entropy=core().entropy, sealer=core().sealer):
        return _page(visitor, typed=typed, error=TOO_OFTEN, status=429)
    return pages.done("email-asked", page_path=pages.PROFILE)


@blueprint.post("/profile/email/forget")
@transactional
def forget(tx: Transaction) -> Response:
    """Make the link that was sent worthless, as when the address was mistyped."""
    visitor = guard.admit_form(tx, guard.to_look)
    tx.contact_changes.forget_asked(visitor.person.user.id, ContactKind.EMAIL)
    return pages.done("email-forgotten", page_path=pages.PROFILE)


def _page(visitor: Visitor, *, typed: str, error: Text | None = None, status: int = 400) -> Response:
    user = visitor.person.user
    return pages.show(
        visitor,
        "account/email.html",
        status=status if error else 200,
        error=("email", error) if error else None,
        back_href=pages.PROFILE,
        typed=typed,
        longest=LONGEST_EMAIL,
        present=user.email,
        codes_to=[factor.address for factor in visitor.person.factors_of(Method.EMAIL)],
        minutes=contact_changes.LIFE // MINUTE,
        days=contact_changes.UNDO_WITHIN // DAY,
    )
