"""One passkey: what it is, and its name."""

from __future__ import annotations

from flask import Blueprint, Response

from idp import audit
from idp.account import responses
from idp.audit import Event
from idp.kernel.dates import Moment
from idp.kernel.text import Text
from idp.login.flow import session_guard
from idp.login.forms.passkeys import LONGEST_PASSKEY_NAME, read_passkey_name
from idp.login.policy.methods import Method
from idp.login.state.session import AuthenticatedSession
from idp.persistence.factors import Factor
from idp.persistence.transaction import Transaction
from idp.web.account_paths import SECURITY, passkey_path, remove_factor_path
from idp.web.pages import see_other
from idp.web.transactions import write_transaction

NO_NAME = Text("Enter a name of at most {most} characters.", most=LONGEST_PASSKEY_NAME)
RENAME = f"{passkey_path('<factor_id>')}/rename"

blueprint = Blueprint("passkey_page", __name__)


@blueprint.get(passkey_path("<factor_id>"))
@session_guard.requires()
def show_page(_: Transaction, auth_session: AuthenticatedSession, factor_id: str) -> Response:
    """Show the form that renames it, and a link to the page that removes it."""
    passkey = _find_passkey(auth_session, factor_id)
    return _render(auth_session, passkey) if passkey else see_other(SECURITY)


@blueprint.post(RENAME)
@write_transaction
def rename_passkey(tx: Transaction, factor_id: str) -> Response:
    """Store another name; nothing that protects the account changes."""
    auth_session = session_guard.require_form(tx, back=passkey_path(factor_id))
    passkey = _find_passkey(auth_session, factor_id)
    if passkey is None:
        return see_other(SECURITY)
    if not (name := read_passkey_name()):
        return _render(auth_session, passkey, error=NO_NAME)
    user_id = auth_session.person.user.id
    if tx.factors.rename(user_id, passkey.id, name):
        audit.record(tx, Event.FACTOR_RENAMED, user_id=user_id, method=Method.PASSKEY, factor_id=passkey.id)
    return responses.redirect_done("passkey-renamed")


def backup_state(factor: Factor) -> str:
    """Return where a passkey is stored: `backed up`, `not yet`, or `one device`; templates have the words."""
    if factor.backed_up:
        return "backed up"
    return "not yet" if factor.backup_eligible else "one device"


def _find_passkey(auth_session: AuthenticatedSession, factor_id: str) -> Factor | None:
    factor = auth_session.person.factor(factor_id)
    return factor if factor is not None and factor.kind == Method.PASSKEY else None


def _render(auth_session: AuthenticatedSession, passkey: Factor, *, error: str = "") -> Response:
    needed = auth_session.person.needs(passkey)
    return responses.render(
        auth_session,
        "account/passkey.html",
        error=("name", error) if error else None,
        name=passkey.label,
        added=Moment(passkey.created_at),
        kind=backup_state(passkey),
        longest_name=LONGEST_PASSKEY_NAME,
        rename_action=f"{passkey_path(passkey.id)}/rename",
        remove_href=None if needed else remove_factor_path(passkey.id),
    )
