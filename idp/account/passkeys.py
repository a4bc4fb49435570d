"""Passkeys: added and named; `factors` removes them."""

from __future__ import annotations

from flask import Blueprint, Response, request

from idp.account import factors, guard, pages, passkey_changes, reauthentication, requirements
from idp.account.security import backup_state
from idp.factors.passkey import InvalidResponse
from idp.factors.recovery_codes import NewRecoverySet
from idp.kernel import user_agents
from idp.kernel.dates import Moment
from idp.kernel.text import Text
from idp.login.enrolment import passkey
from idp.login.forms import errors
from idp.login.forms.passkeys import read_passkey_response
from idp.login.methods import recovery_code
from idp.login.policy.methods import Method
from idp.login.state.session import AuthenticatedSession
from idp.persistence.factors import CredentialExists, Factor
from idp.persistence.transaction import Transaction
from idp.web import account_paths
from idp.web.context import services
from idp.web.forms import single_value
from idp.web.pages import answers_json, json_response, see_other, translate
from idp.web.transactions import origin, write_transaction

LONGEST_NAME = 60
NO_NAME = Text("Enter a name of at most {most} characters.", most=LONGEST_NAME)

blueprint = Blueprint("passkeys", __name__)


@blueprint.get("/security/passkeys/add")
@guard.requires(back=reauthentication.reauth_return_url(account_paths.ADD_PASSKEY))
def show_add(tx: Transaction, auth_session: AuthenticatedSession) -> Response:
    """Require re-authentication, then show the page whose button asks the browser for a passkey."""
    reauthentication.require_reauthentication(tx, auth_session, account_paths.ADD_PASSKEY)
    return _render_add_page(auth_session)


@blueprint.post("/security/passkeys/options")
@answers_json
@write_transaction
def options(tx: Transaction) -> Response:
    """What the browser needs to make a key."""
    auth_session = guard.require_form(
        tx,
        requirements.change_credentials_requirement,
        back=reauthentication.reauth_return_url(account_paths.ADD_PASSKEY),
    )
    reauthentication.require_reauthentication(tx, auth_session, account_paths.ADD_PASSKEY)
    made = passkey.options(tx, auth_session.person, owner=_owner(auth_session), services=services())
    return json_response(made)


@blueprint.post("/security/passkeys/add")
def add() -> Response:
    """Take the new key: read, mint recovery codes outside any transaction, then add."""
    database = services().database
    with database.read(origin()) as tx:
        first = guard.require_form(
            tx,
            requirements.change_credentials_requirement,
            back=reauthentication.reauth_return_url(account_paths.ADD_PASSKEY),
        )
        reauthentication.require_reauthentication(tx, first, account_paths.ADD_PASSKEY)
    codes = recovery_code.first_set(first.person, services())
    try:
        with database.write(origin()) as tx:
            return _add(tx, guard.require_unchanged(tx, first, requirements.change_credentials_requirement), codes)
    except CredentialExists:
        with database.write(origin()) as tx:
            passkey.audit_refusal(tx, first.person, "known")
        return _render_add_page(first, error=errors.PASSKEY_KNOWN)


@blueprint.get("/security/passkeys/<factor_id>")
@guard.requires(requirements.change_credentials_requirement)
def show_page(_: Transaction, auth_session: AuthenticatedSession, factor_id: str) -> Response:
    """One passkey, to be renamed or removed."""
    factor = _own(auth_session, factor_id)
    return _render_one(auth_session, factor) if factor else see_other(account_paths.SECURITY)


@blueprint.post("/security/passkeys/<factor_id>/rename")
@write_transaction
def rename(tx: Transaction, factor_id: str) -> Response:
    """Give it another name."""
    auth_session = guard.require_form(
        tx, requirements.change_credentials_requirement, back=f"{account_paths.PASSKEYS}/{factor_id}"
    )
    factor = _own(auth_session, factor_id)
    if factor is None:
        return see_other(account_paths.SECURITY)
    if not (name := _name()):
        return _render_one(auth_session, factor, error=NO_NAME)
    passkey_changes.rename(tx, auth_session, factor, name)
    return pages.redirect_done("passkey-renamed")


def _add(tx: Transaction, auth_session: AuthenticatedSession, codes: NewRecoverySet | None) -> Response:
    try:
        made = passkey.check(tx, read_passkey_response(), owner=_owner(auth_session), services=services())
    except InvalidResponse as reason:
        passkey.audit_refusal(tx, auth_session.person, str(reason))
        return _render_add_page(auth_session, error=errors.PASSKEY_FAILED)
    name = _name() or _suggestion()
    handle = passkey_changes.add(tx, auth_session, made, name, codes=codes, services=services())
    return (
        pages.redirect_with_session(account_paths.RECOVERY_CODES, handle)
        if codes
        else pages.redirect_done("passkey-added", handle=handle)
    )


def _owner(auth_session: AuthenticatedSession) -> str:
    return f"session:{auth_session.session.sid}"


def _own(auth_session: AuthenticatedSession, factor_id: str) -> Factor | None:
    return next((each for each in auth_session.person.factors_of(Method.PASSKEY) if each.id == factor_id), None)


def _name() -> str:
    return " ".join(single_value(request.form, "name", longest=LONGEST_NAME).split())


def _suggestion() -> str:
    return translate(user_agents.browser_name(request.headers.get("User-Agent", "")))[:LONGEST_NAME]


def _render_add_page(auth_session: AuthenticatedSession, *, error: str = "") -> Response:
    return pages.render(
        auth_session,
        "account/passkey_add.html",
        status=400 if error else 200,
        error=("form", error) if error else None,
        options_href=reauthentication.with_reauth_id(f"{account_paths.PASSKEYS}/options"),
        suggestion=_suggestion(),
        longest_name=LONGEST_NAME,
    )


def _render_one(auth_session: AuthenticatedSession, factor: Factor, *, error: str = "") -> Response:
    address = f"{account_paths.PASSKEYS}/{factor.id}"
    return pages.render(
        auth_session,
        "account/passkey.html",
        status=400 if error else 200,
        error=("name", error) if error else None,
        name=factor.label,
        added=Moment(factor.created_at),
        kind=backup_state(factor),
        longest_name=LONGEST_NAME,
        rename_action=f"{address}/rename",
        remove_action=factors.removal_action(auth_session, factor),
        last=auth_session.person.is_last(factor),
    )
