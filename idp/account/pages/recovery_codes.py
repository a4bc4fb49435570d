"""Recovery codes: shown until they are saved, shown again where policy allows it, and regenerated."""

from __future__ import annotations

from flask import Blueprint, Response, request

from idp import audit
from idp.account import credential_changes, guard, requirements, responses
from idp.audit import Event
from idp.factors import recovery_codes
from idp.login.forms.errors import NOT_SAVED
from idp.login.forms.recovery_codes import download_href
from idp.login.methods import recovery_code
from idp.login.state import session as auth_sessions
from idp.login.state.session import AuthenticatedSession
from idp.persistence.transaction import Transaction
from idp.web import account_paths
from idp.web.context import services
from idp.web.forms import is_checked
from idp.web.pages import see_other
from idp.web.transactions import origin, write_transaction

blueprint = Blueprint("recovery_codes", __name__)


@blueprint.get("/security/recovery-codes")
@guard.requires(requirements.change_credentials_requirement, saving_codes=True)
def show_page(_: Transaction, auth_session: AuthenticatedSession) -> Response:
    """The codes before they are saved."""
    return _render_codes(auth_session) if auth_session.person.codes_to_save else see_other(account_paths.SECURITY)


@blueprint.post("/security/recovery-codes")
@write_transaction
def acknowledge_saved(tx: Transaction) -> Response:
    """Store that the codes are saved; it needs no recent sign-in."""
    auth_session = guard.require_form(tx, requirements.view_requirement, saving_codes=True)
    if not auth_session.person.codes_to_save:
        return see_other(account_paths.SECURITY)
    if not is_checked(request.form, "saved"):
        return _render_codes(
            guard.require(tx, requirements.change_credentials_requirement, saving_codes=True), error=NOT_SAVED
        )
    recovery_code.acknowledge_saved(tx, auth_session.person.user.id, services().settings)
    return responses.redirect_done("saved")


@blueprint.get("/security/recovery-codes/view")
@write_transaction
def show_saved_codes(tx: Transaction) -> Response:
    """Show the saved codes again, used ones as such; audited, and only after everything was proven recently."""
    auth_session = guard.require(tx, requirements.change_credentials_requirement)
    kept = auth_session.person.recovery
    if kept is None or not services().settings.recovery_codes_viewable:
        return see_other(account_paths.SECURITY)
    codes = recovery_codes.unseal_codes(kept, services().sealer)
    if codes:
        audit.record(tx, Event.RECOVERY_CODES_SHOWN, user_id=auth_session.person.user.id)
    auth_sessions.touch(tx, auth_session)
    return _render_view(auth_session, codes, tx.recovery.used_positions(kept.id))


@blueprint.get("/security/recovery-codes/regenerate")
@guard.requires(requirements.change_credentials_requirement)
def show_form(_: Transaction, auth_session: AuthenticatedSession) -> Response:
    """Ask first: the old codes will be worthless."""
    if not auth_session.person.has_second_step:
        return see_other(account_paths.SECURITY)
    viewable = services().settings.recovery_codes_viewable
    return responses.render(
        auth_session, "account/regenerate.html", left=auth_session.person.codes_left, viewable=viewable
    )


@blueprint.post("/security/recovery-codes/regenerate")
def regenerate() -> Response:
    """Make new codes: read, hash outside any transaction, then replace."""
    database, entropy = services().database, services().entropy
    with database.read(origin()) as tx:
        first = guard.require_form(tx, requirements.change_credentials_requirement)
    if not first.person.has_second_step:
        return see_other(account_paths.SECURITY)
    fresh = recovery_codes.generate_set(entropy, services().hasher)
    with database.write(origin()) as tx:
        auth_session = guard.require_unchanged(tx, first, requirements.change_credentials_requirement)
        handle = credential_changes.regenerate(tx, auth_session, fresh, services())
        return responses.redirect_with_session(account_paths.RECOVERY_CODES, handle)


def _render_codes(auth_session: AuthenticatedSession, *, error: str = "") -> Response:
    kept = auth_session.person.recovery
    codes = recovery_codes.unseal_codes(kept, services().sealer) if kept else ()
    return responses.render(
        auth_session,
        "account/recovery_codes.html",
        status=400 if error else 200,
        error=("saved", error) if error else None,
        codes=codes,
        viewable=services().settings.recovery_codes_viewable,
        download_href=download_href(codes),
        forced=False,
    )


def _render_view(auth_session: AuthenticatedSession, codes: tuple[str, ...], used: set[int]) -> Response:
    """`used` are positions; what can be copied and downloaded are the others."""
    return responses.render(
        auth_session,
        "account/view_codes.html",
        codes=codes,
        used=[code for position, code in enumerate(codes) if position in used],
        left=auth_session.person.codes_left,
        total=recovery_codes.COUNT,
        download_href=download_href(tuple(code for position, code in enumerate(codes) if position not in used)),
        regenerate_href=account_paths.REGENERATE,
    )
