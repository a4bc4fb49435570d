"""Adding a passkey."""

from __future__ import annotations

from flask import Blueprint, Response, request

from idp.account import change_guard, credential_changes, responses
from idp.factors.passkey import InvalidResponse
from idp.factors.recovery_codes import NewRecoverySet
from idp.kernel import user_agents
from idp.login.enrolment import passkey
from idp.login.forms import errors
from idp.login.forms.passkeys import LONGEST_PASSKEY_NAME, read_passkey_name, read_passkey_response
from idp.login.methods import recovery_code
from idp.login.policy.methods import Method
from idp.login.state.session import AuthenticatedSession
from idp.persistence.factors import CredentialExists
from idp.persistence.transaction import Transaction
from idp.web.account_paths import ADD_PASSKEY, PASSKEY_OPTIONS, RECOVERY_CODES, SECURITY
from idp.web.context import services
from idp.web.pages import answers_json, json_response, see_other, translate
from idp.web.transactions import origin, read_transaction, write_transaction

blueprint = Blueprint("passkey", __name__)


@blueprint.get(ADD_PASSKEY)
@read_transaction
def show_form(tx: Transaction) -> Response:
    """Show the page whose button asks the browser for a passkey."""
    return _render(change_guard.require(tx, ADD_PASSKEY, refusal=_refusal))


@blueprint.post(PASSKEY_OPTIONS)
@answers_json
@write_transaction
def create_options(tx: Transaction) -> Response:
    """Return what the browser needs to make a passkey."""
    auth_session = change_guard.require_form(tx, ADD_PASSKEY)
    return json_response(passkey.options(tx, auth_session.person, owner=auth_session.owner, services=services()))


@blueprint.post(ADD_PASSKEY)
def add_passkey() -> Response:
    """Read, make recovery codes outside any transaction, then verify and store the passkey."""
    database = services().database
    with database.read(origin()) as tx:
        before = change_guard.require_form(tx, ADD_PASSKEY)
    if response := _refusal(before):
        return response
    codes = recovery_code.first_set(before.person, services())
    try:
        with database.write(origin()) as tx:
            return _add_passkey(tx, change_guard.require_unchanged(tx, before, ADD_PASSKEY), codes)
    except CredentialExists:
        with database.write(origin()) as tx:
            passkey.audit_refusal(tx, before.person, "known")
        return _render(before, error=errors.PASSKEY_KNOWN)


def _add_passkey(tx: Transaction, auth_session: AuthenticatedSession, codes: NewRecoverySet | None) -> Response:
    try:
        registration = passkey.check(tx, read_passkey_response(), owner=auth_session.owner, services=services())
    except InvalidResponse as reason:
        passkey.audit_refusal(tx, auth_session.person, str(reason))
        return _render(auth_session, error=errors.PASSKEY_FAILED)
    name = read_passkey_name() or _suggested_name()
    handle = credential_changes.add_passkey(tx, auth_session, registration, name, codes=codes, services=services())
    if codes:
        return responses.redirect_with_session(RECOVERY_CODES, handle)
    return responses.redirect_done("passkey-added", handle=handle)


def _refusal(auth_session: AuthenticatedSession) -> Response | None:
    return None if auth_session.person.is_permitted(Method.PASSKEY) else see_other(SECURITY)


def _suggested_name() -> str:
    return translate(user_agents.browser_name(request.headers.get("User-Agent", "")))[:LONGEST_PASSKEY_NAME]


def _render(auth_session: AuthenticatedSession, *, error: str = "") -> Response:
    return responses.render(
        auth_session,
        "account/passkey_add.html",
        error=("form", error) if error else None,
        options_href=change_guard.with_reauth_id(PASSKEY_OPTIONS),
        suggestion=_suggested_name(),
        longest_name=LONGEST_PASSKEY_NAME,
    )
