"""Forced set-up of a passkey, on the way in.

GET  /login/<attempt>/enrol/passkey            the page whose button asks the browser for a key
POST /login/<attempt>/enrol/passkey/options    what the browser needs to make one
POST /login/<attempt>/enrol/passkey            the key
"""

from __future__ import annotations

from flask import Blueprint, Response, request

from idp.factors import recovery_codes
from idp.factors.passkey import Rejected
from idp.factors.recovery_codes import FreshSet
from idp.kernel import user_agents
from idp.login.enrolment import passkey
from idp.login.flow import page
from idp.login.forms import errors
from idp.login.forms.passkeys import sent
from idp.login.policy.proofs import Method, to_rows
from idp.login.policy.steps import Step
from idp.login.state.login_flow import Attempt
from idp.login.state.person import Person
from idp.persistence.factors import AlreadyKnown
from idp.persistence.transaction import Transaction
from idp.web.context import core
from idp.web.forms import ticked
from idp.web.pages import json_text
from idp.web.transactions import origin, reading, transactional

blueprint = Blueprint("login_set_up_passkey", __name__, url_prefix=f"/login/<login_id>/{Step.ENROL}/passkey")


@blueprint.get("")
@reading
def ask(tx: Transaction, login_id: str) -> Response:
    """Show the page."""
    attempt, person = _find(tx, login_id)
    return _page(tx, attempt) if person else page.onward(tx, login_id)


@blueprint.post("/options")
@transactional
def options(tx: Transaction, login_id: str) -> Response:
    """What the browser needs to make a key."""
    attempt, person = _find(tx, login_id, hold=True)
    if person is None or page.stale_form(attempt):
        return json_text("{}", status=400)
    owner, entropy, settings, makers = _owner(attempt), core().entropy, core().settings, core().makers
    return json_text(passkey.options(tx, person, owner=owner, entropy=entropy, makers=makers, settings=settings))


@blueprint.post("")
def add(login_id: str) -> Response:
    """Take the new key: read, mint recovery codes outside any transaction, then add."""
    database = core().database
    with database.read(origin()) as tx:
        attempt, first = _find(tx, login_id)
        if first is None:
            return page.onward(tx, login_id)
        if page.stale_form(attempt):
            return _page(tx, attempt, error=errors.STALE)
    needed = first.recovery is None and request.form.get("choice") != "cancel"
    codes = recovery_codes.mint(core().entropy, core().hasher) if needed else None
    try:
        with database.write(origin()) as tx:
            return _add(tx, login_id, first, codes)
    except AlreadyKnown:
        with database.read(origin()) as tx:
            return _page(tx, page.find(tx, login_id), error=errors.PASSKEY_KNOWN)


def _add(tx: Transaction, login_id: str, first: Person, codes: FreshSet | None) -> Response:
    attempt, person = _find(tx, login_id, hold=True)
    if out := page.cancelled(tx, attempt):
        return out
    if person is None or person.user.id != first.user.id:
        return page.onward(tx, login_id)
    try:
        made = passkey.check(tx, sent(), owner=_owner(attempt), makers=core().makers, settings=core().settings)
    except Rejected as reason:
        passkey.refused(tx, person, str(reason))
        return _page(tx, attempt, error=errors.PASSKEY_FAILED)
    name = user_agents.name(request.headers.get("User-Agent", ""))
    proof = passkey.add(tx, person, made, name, codes=codes, sealer=core().sealer, entropy=core().entropy)
    if proof is None:
        return page.onward(tx, login_id)
    user, proofs, remember = person.user, to_rows((*attempt.proofs, proof)), ticked(request.form, "remember")
    kept = tx.logins.advance(attempt.login, user_id=user.id, epoch=user.epoch, proofs=proofs, remember=remember)
    return page.onward(tx, login_id, proven=kept)


def _find(tx: Transaction, login_id: str, *, hold: bool = False) -> tuple[Attempt, Person | None]:
    """The attempt, and whose it is if setting up a passkey is what they could do now."""
    attempt = page.find(tx, login_id, hold=hold)
    fits = attempt.step is Step.ENROL and Method.PASSKEY in attempt.enrollable(core().settings)
    return attempt, attempt.person if fits else None


def _owner(attempt: Attempt) -> str:
    return f"login:{attempt.login.id}"


def _page(tx: Transaction, attempt: Attempt, *, error: str = "") -> Response:
    action = page.address(attempt, f"{Step.ENROL}/passkey")
    return page.show(
        tx,
        attempt,
        "login/set_up_passkey.html",
        status=400 if error else 200,
        errors={"form": error} if error else {},
        action=action,
        options_href=f"{action}/options",
        remember_days=core().settings.remember_days,
        back_href=page.address(attempt, Step.ENROL),
    )
