"""One second step of the person's, to look at and to remove; passkeys have a page of their own to be looked at."""

from __future__ import annotations

from flask import Blueprint, Response

from idp import audit
from idp.account import credential_changes, guard, reauthentication, requirements, responses
from idp.audit import Event, Outcome
from idp.factors.sent_code import mask
from idp.kernel.dates import Moment
from idp.kernel.text import Text
from idp.login.policy.methods import Method
from idp.login.state.session import AuthenticatedSession
from idp.persistence.factors import Factor
from idp.persistence.transaction import Transaction
from idp.web import account_paths
from idp.web.context import services
from idp.web.errors import error_page
from idp.web.pages import see_other
from idp.web.transactions import write_transaction

blueprint = Blueprint("factors", __name__, url_prefix="/security/factors/<factor_id>")


@blueprint.get("")
@guard.requires()
def show_page(tx: Transaction, auth_session: AuthenticatedSession, factor_id: str) -> Response:
    """What it is, and a button that removes it."""
    factor = _own(auth_session, factor_id)
    if factor is None:
        return see_other(account_paths.SECURITY)
    _require_removal(tx, auth_session, factor)
    return _render(auth_session, factor)


@blueprint.post("/remove")
@write_transaction
def remove(tx: Transaction, factor_id: str) -> Response:
    """Take it away, unless policy wants a second step and there is no other."""
    auth_session = guard.require_form(
        tx,
        requirements.change_credentials_requirement,
        back=reauthentication.reauth_return_url(f"{account_paths.FACTORS}/{factor_id}"),
    )
    factor = _own(auth_session, factor_id)
    if factor is None:
        return see_other(account_paths.SECURITY)
    if auth_session.person.needs(factor, services().settings):
        audit.record(tx, Event.FACTOR_REMOVED, Outcome.FAILURE, user_id=auth_session.person.user.id, reason="required")
        message = Text("Your organisation requires a second step. Set up another one first, then remove this one.")
        return error_page(403, Text("This is your only second step"), message)
    _require_removal(tx, auth_session, factor)
    what = "passkey-removed" if factor.kind == Method.PASSKEY else "factor-removed"
    return responses.redirect_done(what, handle=credential_changes.remove_factor(tx, auth_session, factor, services()))


def removal_action(auth_session: AuthenticatedSession, factor: Factor) -> str | None:
    """Where the form that removes it goes; None while policy forbids it."""
    needed = auth_session.person.needs(factor, services().settings)
    return None if needed else reauthentication.with_reauth_id(f"{account_paths.FACTORS}/{factor.id}/remove")


def _require_removal(tx: Transaction, auth_session: AuthenticatedSession, factor: Factor) -> None:
    """Require a recent sign-in; re-authentication for the last factor, since that turns the second step off."""
    if auth_session.person.is_last(factor):
        reauthentication.require_reauthentication(tx, auth_session, f"{account_paths.FACTORS}/{factor.id}")
    else:
        guard.require(tx, requirements.change_credentials_requirement)


def _own(auth_session: AuthenticatedSession, factor_id: str) -> Factor | None:
    return next((each for each in auth_session.person.factors if each.id == factor_id), None)


def _render(auth_session: AuthenticatedSession, factor: Factor) -> Response:
    return responses.render(
        auth_session,
        "account/factor.html",
        name=Method(factor.kind).spec.name,
        masked=mask(factor.address) if factor.address else "",
        added=Moment(factor.created_at),
        used=Moment(factor.last_used_at) if factor.last_used_at else "",
        last=auth_session.person.is_last(factor),
        remove_action=removal_action(auth_session, factor),
    )
