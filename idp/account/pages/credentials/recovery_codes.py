"""Recovery codes: shown again where policy allows it, and regenerated."""

from __future__ import annotations

from flask import Blueprint, Response

from idp import audit
from idp.account import change_guard, credential_changes, responses
from idp.audit import Event
from idp.factors import recovery_codes
from idp.login.forms.recovery_codes import download_href
from idp.login.state import session as auth_sessions
from idp.login.state.session import AuthenticatedSession
from idp.persistence.transaction import Transaction
from idp.web.account_paths import RECOVERY_CODES, REGENERATE, SECURITY, VIEW_CODES
from idp.web.context import services
from idp.web.pages import see_other
from idp.web.transactions import origin, read_transaction, write_transaction

blueprint = Blueprint("recovery_codes", __name__)


@blueprint.get(VIEW_CODES)
@write_transaction
def show_saved_codes(tx: Transaction) -> Response:
    """Show the saved codes again, used ones as such; the view is audited."""
    auth_session = change_guard.require(tx, VIEW_CODES, refusal=_view_refusal)
    recovery = auth_session.person.recovery
    if recovery is None:
        return see_other(SECURITY)
    codes = recovery_codes.unseal_codes(recovery, services().sealer)
    if codes:
        audit.record(tx, Event.RECOVERY_CODES_SHOWN, user_id=auth_session.person.user.id)
    auth_sessions.touch(tx, auth_session)
    return _render_view(auth_session, codes, tx.recovery.used_positions(recovery.id))


@blueprint.get(REGENERATE)
@read_transaction
def show_form(tx: Transaction) -> Response:
    """Show that the old codes stop working, and ask."""
    auth_session = change_guard.require(tx, REGENERATE, refusal=_refusal)
    viewable = bool(auth_session.person.policy.codes_viewable)
    return responses.render(
        auth_session, "account/regenerate_recovery_codes.html", left=auth_session.person.codes_left, viewable=viewable
    )


@blueprint.post(REGENERATE)
def regenerate_codes() -> Response:
    """Make new codes: read, hash outside any transaction, then replace."""
    database, entropy = services().database, services().entropy
    with database.read(origin()) as tx:
        before = change_guard.require_form(tx, REGENERATE)
    if response := _refusal(before):
        return response
    fresh = recovery_codes.generate_set(entropy, services().hasher)
    with database.write(origin()) as tx:
        auth_session = change_guard.require_unchanged(tx, before, REGENERATE)
        handle = credential_changes.regenerate_recovery_codes(tx, auth_session, fresh, services())
        return responses.redirect_with_session(RECOVERY_CODES, handle)


def _view_refusal(auth_session: AuthenticatedSession) -> Response | None:
    person = auth_session.person
    viewable = person.recovery is not None and person.policy.codes_viewable
    return None if viewable else see_other(SECURITY)


def _refusal(auth_session: AuthenticatedSession) -> Response | None:
    return None if auth_session.person.has_second_step else see_other(SECURITY)


def _render_view(auth_session: AuthenticatedSession, codes: tuple[str, ...], used: set[int]) -> Response:
    """Render the codes; those at positions in `used` are not copied or downloaded."""
    return responses.render(
        auth_session,
        "account/view_codes.html",
        codes=codes,
        used=[code for position, code in enumerate(codes) if position in used],
        left=auth_session.person.codes_left,
        total=recovery_codes.COUNT,
        download_href=download_href(tuple(code for position, code in enumerate(codes) if position not in used)),
        regenerate_href=REGENERATE,
    )
