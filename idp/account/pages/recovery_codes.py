"""New recovery codes, shown until the person has saved them."""

from __future__ import annotations

from flask import Blueprint, Response, request

from idp.account import responses
from idp.account.page_requirements import recent_factors_requirement
from idp.factors import recovery_codes
from idp.login.flow import session_guard
from idp.login.forms.errors import NOT_SAVED
from idp.login.forms.recovery_codes import download_href
from idp.login.methods import recovery_code
from idp.login.state.session import AuthenticatedSession
from idp.persistence.transaction import Transaction
from idp.web.account_paths import RECOVERY_CODES, SECURITY
from idp.web.context import services
from idp.web.forms import is_checked
from idp.web.pages import see_other
from idp.web.transactions import write_transaction

blueprint = Blueprint("recovery_codes_to_save", __name__)


@blueprint.get(RECOVERY_CODES)
@session_guard.requires(recent_factors_requirement, saving_codes=True)
def show_page(_: Transaction, auth_session: AuthenticatedSession) -> Response:
    """Show the codes that are not saved yet."""
    return _render_codes(auth_session) if auth_session.person.codes_to_save else see_other(SECURITY)


@blueprint.post(RECOVERY_CODES)
@write_transaction
def acknowledge_saved(tx: Transaction) -> Response:
    """Store that the codes are saved; it needs no recent sign-in."""
    auth_session = session_guard.require_form(tx, saving_codes=True)
    if not auth_session.person.codes_to_save:
        return see_other(SECURITY)
    if not is_checked(request.form, "saved"):
        recent = session_guard.require(tx, recent_factors_requirement, saving_codes=True)
        return _render_codes(recent, error=NOT_SAVED)
    recovery_code.acknowledge_saved(tx, auth_session.person)
    return responses.redirect_done("saved")


def _render_codes(auth_session: AuthenticatedSession, *, error: str = "") -> Response:
    recovery = auth_session.person.recovery
    codes = recovery_codes.unseal_codes(recovery, services().sealer) if recovery else ()
    return responses.render(
        auth_session,
        "account/recovery_codes.html",
        error=("saved", error) if error else None,
        codes=codes,
        viewable=bool(auth_session.person.policy.codes_viewable),
        download_href=download_href(codes),
        replaced=auth_session.person.has_replaced_codes,
    )
