"""One second step of the person's, to look at and to remove; passkeys have a page of their own to be looked at."""

from __future__ import annotations

from flask import Blueprint, Response

from idp import audit
from idp.account import changes, guard, pages
from idp.audit import Event, Outcome
from idp.factors.message_code import masked
from idp.kernel.dates import Moment
from idp.kernel.text import Text
from idp.login.policy.proofs import Method
from idp.login.state.session import Visitor
from idp.persistence.factors import Factor
from idp.persistence.transaction import Transaction
from idp.web.context import core
from idp.web.errors import error_page
from idp.web.pages import see_other
from idp.web.transactions import transactional

blueprint = Blueprint("factors", __name__, url_prefix="/security/factors/<factor_id>")


@blueprint.get("")
@guard.looking()
def show(tx: Transaction, visitor: Visitor, factor_id: str) -> Response:
    """What it is, and a button that removes it."""
    factor = _own(visitor, factor_id)
    if factor is None:
        return see_other(pages.SECURITY)
    _ask(tx, visitor, factor)
    return _page(visitor, factor)


@blueprint.post("/remove")
@transactional
def remove(tx: Transaction, factor_id: str) -> Response:
    """Take it away, unless policy wants a second step and there is no other."""
    visitor = guard.admit_form(tx, guard.to_change, back=guard.begun_at(f"{pages.FACTORS}/{factor_id}"))
    factor = _own(visitor, factor_id)
    if factor is None:
        return see_other(pages.SECURITY)
    if visitor.person.needs(factor, core().settings):
        audit.record(tx, Event.FACTOR_REMOVED, Outcome.FAILURE, user_id=visitor.person.user.id, reason="required")
        message = Text("Your organisation requires a second step. Set up another one first, then remove this one.")
        return error_page(403, Text("This is your only second step"), message)
    _ask(tx, visitor, factor)
    what = "passkey-removed" if factor.kind == Method.PASSKEY else "factor-removed"
    return pages.done(what, handle=changes.remove_factor(tx, visitor, factor, entropy=core().entropy))


def removal(visitor: Visitor, factor: Factor) -> str | None:
    """Where the form that removes it goes; None while policy forbids it."""
    needed = visitor.person.needs(factor, core().settings)
    return None if needed else guard.still_for(f"{pages.FACTORS}/{factor.id}/remove")


def _ask(tx: Transaction, visitor: Visitor, factor: Factor) -> None:
    """Ask who is there; for the last one anew, since to remove it is to turn the second step off."""
    if visitor.person.is_last(factor):
        guard.ask_anew(tx, visitor, f"{pages.FACTORS}/{factor.id}")
    else:
        guard.admit(tx, guard.to_change)


def _own(visitor: Visitor, factor_id: str) -> Factor | None:
    return next((each for each in visitor.person.factors if each.id == factor_id), None)


def _page(visitor: Visitor, factor: Factor) -> Response:
    return pages.show(
        visitor,
        "account/factor.html",
        kind=factor.kind,
        masked=masked(factor.address) if factor.address else "",
        added=Moment(factor.created_at),
        used=Moment(factor.last_used_at) if factor.last_used_at else "",
        last=visitor.person.is_last(factor),
        remove_action=removal(visitor, factor),
    )
