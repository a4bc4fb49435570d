"""The authenticator app: set up, replaced, turned off."""

from __future__ import annotations

from flask import Blueprint, Response, request

from idp import audit
from idp.account import changes, guard, pages
from idp.audit import Event, Outcome
from idp.factors.totp import Setup
from idp.kernel.text import Text
from idp.login.enrolment import totp
from idp.login.forms.errors import CLOCK_HINT, LONGEST_CODE, NO_APP_CODE
from idp.login.policy.proofs import FIRST, Method
from idp.login.state.session import Visitor
from idp.persistence.transaction import Transaction
from idp.web.context import core
from idp.web.errors import error_page
from idp.web.forms import once
from idp.web.pages import see_other
from idp.web.transactions import origin, transactional

blueprint = Blueprint("authenticator", __name__)


@blueprint.get("/security/totp")
@guard.looking(back=guard.begun_at(pages.TOTP))
def show(tx: Transaction, visitor: Visitor) -> Response:
    """Ask who is there before showing a secret; then the picture and the key, and on a reload the same."""
    guard.ask_anew(tx, visitor, pages.TOTP)
    return _page(visitor, tx.now)


@blueprint.post("/security/totp")
def confirm() -> Response:
    """Judge the first code: read, mint recovery codes outside any transaction, then activate."""
    database, entropy = core().database, core().entropy
    code = once(request.form, "code", longest=LONGEST_CODE)
    with database.read(origin()) as tx:
        first, now = guard.admit_form(tx, guard.to_change, back=guard.begun_at(pages.TOTP)), tx.now
        guard.ask_anew(tx, first, pages.TOTP)
    person = first.person
    confirmed = totp.check(_setup(first), code, person=person, now=now, entropy=entropy, hasher=core().hasher)
    if confirmed is None:
        return _page(first, now, error=CLOCK_HINT if code else NO_APP_CODE)
    with database.write(origin()) as tx:
        visitor = guard.admit_again(tx, first, guard.to_change)
        handle = changes.activate(tx, visitor, confirmed, sealer=core().sealer, entropy=entropy)
        if person.recovery is None:
            return pages.renewed(pages.RECOVERY_CODES, handle)
        return pages.done("replaced" if person.factors_of(Method.TOTP) else "added", handle=handle)


@blueprint.get("/security/turn-off")
@guard.looking(back=guard.begun_at(pages.TURN_OFF))
def ask_off(tx: Transaction, visitor: Visitor) -> Response:
    """Ask for everything again, then whether it is meant."""
    if not visitor.person.has_second_step:
        return see_other(pages.SECURITY)
    if _required(visitor):
        return _refusal()
    guard.ask_anew(tx, visitor, pages.TURN_OFF)
    return _ask_off(visitor)


@blueprint.post("/security/turn-off")
@transactional
def turn_off(tx: Transaction) -> Response:
    """Remove the second step, unless policy wants it."""
    visitor = guard.admit_form(tx, guard.to_change, back=guard.begun_at(pages.TURN_OFF))
    if not visitor.person.has_second_step:
        return see_other(pages.SECURITY)
    if _required(visitor):
        audit.record(tx, Event.FACTOR_REMOVED, Outcome.FAILURE, user_id=visitor.person.user.id, reason="required")
        return _refusal()
    guard.ask_anew(tx, visitor, pages.TURN_OFF)
    return pages.done("turned-off", handle=changes.turn_off(tx, visitor, entropy=core().entropy))


def _ask_off(visitor: Visitor) -> Response:
    return pages.show(visitor, "account/turn_off.html", kinds={factor.kind for factor in visitor.person.factors})


def _required(visitor: Visitor) -> bool:
    return visitor.person.must_have_second_step(core().settings)


def _refusal() -> Response:
    message = Text("Your organisation requires a second step. You can replace it or add another, but not turn it off.")
    return error_page(403, Text("The second step stays on"), message)


def _password_at(visitor: Visitor) -> int:
    return max(proof.at for proof in visitor.proofs if proof.method in FIRST)


def _setup(visitor: Visitor) -> Setup:
    owner, brand = f"session:{visitor.session.sid}", core().settings.brand
    return totp.offer(core().sealer, visitor.person, owner=owner, password_at=_password_at(visitor), brand=brand)


def _page(visitor: Visitor, now: int, *, error: str = "") -> Response:
    setup, until = _setup(visitor), _password_at(visitor) + core().settings.fresh_sign_in
    return pages.show(
        visitor,
        "account/totp.html",
        status=400 if error else 200,
        error=("code", error) if error else None,
        qr_svg=setup.picture(),
        secret=setup.grouped,
        app_href=setup.uri,
        account_name=setup.account,
        minutes=max(1, (until - now) // 60),
        replacing=bool(visitor.person.factors_of(Method.TOTP)),
    )
