"""Passkeys: added and named; `factors` removes them."""

from __future__ import annotations

from flask import Blueprint, Response, request

from idp.account import factors, guard, pages, passkey_changes
from idp.account.security import kept
from idp.factors import recovery_codes
from idp.factors.passkey import Rejected
from idp.factors.recovery_codes import FreshSet
from idp.kernel import user_agents
from idp.kernel.dates import Moment
from idp.kernel.text import Text
from idp.login.enrolment import passkey
from idp.login.forms import errors
from idp.login.forms.passkeys import sent
from idp.login.policy.proofs import Method
from idp.login.state.session import Visitor
from idp.persistence.factors import AlreadyKnown, Factor
from idp.persistence.transaction import Transaction
from idp.web.context import core
from idp.web.forms import once
from idp.web.pages import json_text, see_other, told
from idp.web.transactions import origin, transactional

LONGEST_NAME = 60
NO_NAME = Text("Enter a name of at most {most} characters.", most=LONGEST_NAME)

blueprint = Blueprint("passkeys", __name__)


@blueprint.get("/security/passkeys/add")
@guard.looking(back=guard.begun_at(pages.ADD_PASSKEY))
def show_add(tx: Transaction, visitor: Visitor) -> Response:
    """Ask who is there before another way in is added; then the page whose button asks the browser for a key."""
    guard.ask_anew(tx, visitor, pages.ADD_PASSKEY)
    return _add_page(visitor)


@blueprint.post("/security/passkeys/options")
@transactional
def options(tx: Transaction) -> Response:
    """What the browser needs to make a key."""
    visitor = guard.admit_form(tx, guard.to_change, back=guard.begun_at(pages.ADD_PASSKEY))
    guard.ask_anew(tx, visitor, pages.ADD_PASSKEY)
    made = passkey.options(
        tx,
        visitor.person,
        owner=_owner(visitor),
        makers=core().makers,
        entropy=core().entropy,
        settings=core().settings,
    )
    return json_text(made)


@blueprint.post("/security/passkeys/add")
def add() -> Response:
    """Take the new key: read, mint recovery codes outside any transaction, then add."""
    database, entropy = core().database, core().entropy
    with database.read(origin()) as tx:
        first = guard.admit_form(tx, guard.to_change, back=guard.begun_at(pages.ADD_PASSKEY))
        guard.ask_anew(tx, first, pages.ADD_PASSKEY)
    codes = None if first.person.recovery else recovery_codes.mint(entropy, core().hasher)
    try:
        with database.write(origin()) as tx:
            return _add(tx, guard.admit_again(tx, first, guard.to_change), codes)
    except AlreadyKnown:
        with database.write(origin()) as tx:
            passkey.refused(tx, first.person, "known")
        return _add_page(first, error=errors.PASSKEY_KNOWN)


@blueprint.get("/security/passkeys/<factor_id>")
@guard.looking(guard.to_change)
def show(_: Transaction, visitor: Visitor, factor_id: str) -> Response:
    """One passkey, to be renamed or removed."""
    factor = _own(visitor, factor_id)
    return _one_page(visitor, factor) if factor else see_other(pages.SECURITY)


@blueprint.post("/security/passkeys/<factor_id>/rename")
@transactional
def rename(tx: Transaction, factor_id: str) -> Response:
    """Give it another name."""
    visitor = guard.admit_form(tx, guard.to_change, back=f"{pages.PASSKEYS}/{factor_id}")
    factor = _own(visitor, factor_id)
    if factor is None:
        return see_other(pages.SECURITY)
    if not (name := _name()):
        return _one_page(visitor, factor, error=NO_NAME)
    passkey_changes.rename(tx, visitor, factor, name)
    return pages.done("passkey-renamed")


def _add(tx: Transaction, visitor: Visitor, codes: FreshSet | None) -> Response:
    settings, sealer, entropy = core().settings, core().sealer, core().entropy
    try:
        made = passkey.check(tx, sent(), owner=_owner(visitor), makers=core().makers, settings=settings)
    except Rejected as reason:
        passkey.refused(tx, visitor.person, str(reason))
        return _add_page(visitor, error=errors.PASSKEY_FAILED)
    name = _name() or _suggestion()
    handle = passkey_changes.add(tx, visitor, made, name, codes=codes, sealer=sealer, entropy=entropy)
    return pages.renewed(pages.RECOVERY_CODES, handle) if codes else pages.done("passkey-added", handle=handle)


def _owner(visitor: Visitor) -> str:
    return f"session:{visitor.session.sid}"


def _own(visitor: Visitor, factor_id: str) -> Factor | None:
    return next((each for each in visitor.person.factors_of(Method.PASSKEY) if each.id == factor_id), None)


def _name() -> str:
    return " ".join(once(request.form, "name", longest=LONGEST_NAME).split())


def _suggestion() -> str:
    return told(user_agents.name(request.headers.get("User-Agent", "")))[:LONGEST_NAME]


def _add_page(visitor: Visitor, *, error: str = "") -> Response:
    return pages.show(
        visitor,
        "account/passkey_add.html",
        status=400 if error else 200,
        error=("form", error) if error else None,
        options_href=guard.still_for(f"{pages.PASSKEYS}/options"),
        suggestion=_suggestion(),
        longest_name=LONGEST_NAME,
    )


def _one_page(visitor: Visitor, factor: Factor, *, error: str = "") -> Response:
    address = f"{pages.PASSKEYS}/{factor.id}"
    return pages.show(
        visitor,
        "account/passkey.html",
        status=400 if error else 200,
        error=("name", error) if error else None,
        name=factor.label,
        added=Moment(factor.created_at),
        kind=kept(factor),
        longest_name=LONGEST_NAME,
        rename_action=f"{address}/rename",
        remove_action=factors.removal(visitor, factor),
        last=visitor.person.is_last(factor),
    )
