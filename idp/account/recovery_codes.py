"""Recovery codes: shown until the person says they are saved, again where policy allows it, and made anew."""

from __future__ import annotations

from flask import Blueprint, Response, request

from idp import audit
from idp.account import changes, guard, pages
from idp.audit import Event
from idp.factors import recovery_codes
from idp.login.forms.errors import NOT_SAVED
from idp.login.forms.recovery_codes import download
from idp.login.methods import recovery_code
from idp.login.state import session as visitors
from idp.login.state.session import Visitor
from idp.persistence.transaction import Transaction
from idp.web.context import core
from idp.web.forms import ticked
from idp.web.pages import see_other
from idp.web.transactions import origin, transactional

blueprint = Blueprint("recovery_codes", __name__)


@blueprint.get("/security/recovery-codes")
@guard.looking(guard.to_change, saving_codes=True)
def show(_: Transaction, visitor: Visitor) -> Response:
    """The codes before they are saved."""
    return _codes_page(visitor) if visitor.person.codes_to_save else see_other(pages.SECURITY)


@blueprint.post("/security/recovery-codes")
@transactional
def saved(tx: Transaction) -> Response:
    """The person says the codes are saved; taking long over it costs no second sign-in."""
    visitor = guard.admit_form(tx, guard.to_look, saving_codes=True)
    if not visitor.person.codes_to_save:
        return see_other(pages.SECURITY)
    if not ticked(request.form, "saved"):
        return _codes_page(guard.admit(tx, guard.to_change, saving_codes=True), error=NOT_SAVED)
    recovery_code.saved(tx, visitor.person.user.id, core().settings)
    return pages.done("saved")


@blueprint.get("/security/recovery-codes/view")
@transactional
def view(tx: Transaction) -> Response:
    """Show the saved codes again, used ones as such, to somebody who has just proven everything; each look is kept."""
    visitor = guard.admit(tx, guard.to_change)
    kept = visitor.person.recovery
    if kept is None or not core().settings.recovery_codes_viewable:
        return see_other(pages.SECURITY)
    codes = recovery_codes.readable(kept, core().sealer)
    if codes:
        audit.record(tx, Event.RECOVERY_CODES_SHOWN, user_id=visitor.person.user.id)
    visitors.touch(tx, visitor)
    return _view_page(visitor, codes, tx.recovery.used_of(kept.id))


@blueprint.get("/security/recovery-codes/regenerate")
@guard.looking(guard.to_change)
def ask(_: Transaction, visitor: Visitor) -> Response:
    """Ask first: the old codes will be worthless."""
    if not visitor.person.has_second_step:
        return see_other(pages.SECURITY)
    viewable = core().settings.recovery_codes_viewable
    return pages.show(visitor, "account/regenerate.html", left=visitor.person.codes_left, viewable=viewable)


@blueprint.post("/security/recovery-codes/regenerate")
def regenerate() -> Response:
    """Make new codes: read, hash outside any transaction, then replace."""
    database, entropy = core().database, core().entropy
    with database.read(origin()) as tx:
        first = guard.admit_form(tx, guard.to_change)
    if not first.person.has_second_step:
        return see_other(pages.SECURITY)
    fresh = recovery_codes.mint(entropy, core().hasher)
    with database.write(origin()) as tx:
        visitor = guard.admit_again(tx, first, guard.to_change)
        handle = changes.regenerate(tx, visitor, fresh, sealer=core().sealer, entropy=entropy)
        return pages.renewed(pages.RECOVERY_CODES, handle)


def _codes_page(visitor: Visitor, *, error: str = "") -> Response:
    kept = visitor.person.recovery
    codes = recovery_codes.readable(kept, core().sealer) if kept else ()
    return pages.show(
        visitor,
        "account/recovery_codes.html",
        status=400 if error else 200,
        error=("saved", error) if error else None,
        codes=codes,
        viewable=core().settings.recovery_codes_viewable,
        download_href=download(codes),
        forced=False,
    )


def _view_page(visitor: Visitor, codes: tuple[str, ...], used: set[int]) -> Response:
    """`used` are positions; what can be copied and downloaded are the others."""
    return pages.show(
        visitor,
        "account/view_codes.html",
        codes=codes,
        used=[code for position, code in enumerate(codes) if position in used],
        left=visitor.person.codes_left,
        total=recovery_codes.COUNT,
        download_href=download(tuple(code for position, code in enumerate(codes) if position not in used)),
        regenerate_href=pages.REGENERATE,
    )
