"""Forgetting remembered devices, ending sessions, and signing out here."""

from __future__ import annotations

from flask import Blueprint, Response, abort

from idp.account import guard, requirements, responses, session_changes
from idp.kernel.text import Text
from idp.login.flow import sign_out as signing_out
from idp.login.flow import start
from idp.persistence.transaction import Transaction
from idp.web import account_paths, csrf
from idp.web.cookies import SESSION
from idp.web.errors import Refusal
from idp.web.pages import page, see_other
from idp.web.transactions import write_transaction

blueprint = Blueprint("sessions", __name__)
CONFIRMED = f"{account_paths.SECURITY}?done=confirmed"


@blueprint.post("/security/devices/<device_id>/forget")
@write_transaction
def forget_device(tx: Transaction, device_id: str) -> Response:
    """Ask that device for a code again."""
    auth_session = guard.require_form(tx, requirements.end_sessions_requirement, back=CONFIRMED)
    return (
        responses.redirect_done("forgotten")
        if session_changes.forget_device(tx, auth_session, device_id)
        else abort(404)
    )


@blueprint.post("/security/sessions/<sid>/end")
@write_transaction
def end_session(tx: Transaction, sid: str) -> Response:
    """Sign one browser out."""
    auth_session = guard.require_form(tx, requirements.end_sessions_requirement, back=CONFIRMED)
    return responses.redirect_done("ended") if session_changes.end_one(tx, auth_session, sid) else abort(404)


@blueprint.post("/security/sessions/end-others")
@write_transaction
def end_others(tx: Transaction) -> Response:
    """Sign every other browser out."""
    auth_session = guard.require_form(tx, requirements.end_sessions_requirement, back=CONFIRMED)
    session_changes.sign_out_elsewhere(tx, auth_session)
    return responses.redirect_done("ended-others")


@blueprint.post("/sign-out")
@write_transaction
def sign_out(tx: Transaction) -> Response:
    """Sign out here, whatever policy would still ask of this session."""
    auth_session, response = start.current_session(tx), see_other(account_paths.SIGNED_OUT)
    if auth_session is None:
        SESSION.clear(response)
        return response
    if not csrf.is_valid(SESSION.read(), guard.PURPOSE):
        raise Refusal(
            400, Text("You are still signed in"), Text("The page was out of date. Reload it and sign out again.")
        )
    return signing_out.sign_out(tx, auth_session, response)


@blueprint.get("/signed-out")
def signed_out() -> Response:
    """The last page."""
    return page("session/logged_out.html", client=None, back_href=account_paths.HOME)
