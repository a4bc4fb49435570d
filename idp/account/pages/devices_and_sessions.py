"""The lists of remembered devices and sessions on the security page; ending what they show; signing out here."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort

from idp.account import responses, session_changes
from idp.account.page_requirements import end_sessions_requirement
from idp.kernel import user_agents
from idp.kernel.dates import Moment
from idp.kernel.text import Text
from idp.login.flow import session_guard
from idp.login.flow import sign_out as signing_out
from idp.login.flow.browser_session import current_session
from idp.login.flow.frontchannel_logout import LogoutTarget, respond_signed_out
from idp.persistence.devices import Device
from idp.persistence.sessions import Session
from idp.persistence.transaction import Transaction
from idp.web import csrf, geoip
from idp.web.account_paths import DEVICES, END_OTHER_SESSIONS, HOME, SECURITY, SESSIONS, SIGN_OUT, SIGNED_OUT
from idp.web.context import services
from idp.web.cookies import SESSION
from idp.web.errors import Refusal
from idp.web.pages import see_other
from idp.web.transactions import write_transaction

blueprint = Blueprint("sessions", __name__)
CONFIRMED = f"{SECURITY}?done=confirmed"


@blueprint.post(f"{DEVICES}/<device_id>/forget")
@write_transaction
def forget_device(tx: Transaction, device_id: str) -> Response:
    """Ask that device for a code again."""
    auth_session = session_guard.require_form(tx, end_sessions_requirement, back=CONFIRMED)
    return (
        responses.redirect_done("forgotten")
        if session_changes.forget_device(tx, auth_session, device_id)
        else abort(404)
    )


@blueprint.post(f"{SESSIONS}/<sid>/end")
@write_transaction
def end_session(tx: Transaction, sid: str) -> Response:
    """Sign one browser out."""
    auth_session = session_guard.require_form(tx, end_sessions_requirement, back=CONFIRMED)
    return responses.redirect_done("ended") if session_changes.end_one(tx, auth_session, sid) else abort(404)


@blueprint.post(END_OTHER_SESSIONS)
@write_transaction
def end_other_sessions(tx: Transaction) -> Response:
    """Sign every other browser out."""
    auth_session = session_guard.require_form(tx, end_sessions_requirement, back=CONFIRMED)
    session_changes.sign_out_elsewhere(tx, auth_session)
    return responses.redirect_done("ended-others")


@blueprint.post(SIGN_OUT)
@write_transaction
def sign_out(tx: Transaction) -> Response:
    """Sign out here, whatever policy would still ask of this session."""
    auth_session = current_session(tx)
    if auth_session is None:
        response = see_other(SIGNED_OUT)
        SESSION.clear(response)
        return response
    if not csrf.is_valid(SESSION.read(), session_guard.ACCOUNT_FORMS):
        raise Refusal(
            400, Text("You are still signed in"), Text("The page was out of date. Reload it and sign out again.")
        )
    return signing_out.sign_out(tx, auth_session, LogoutTarget(SIGNED_OUT))


@blueprint.get(SIGNED_OUT)
def show_signed_out() -> Response:
    """Show that the session has ended."""
    return respond_signed_out(LogoutTarget(back_href=HOME))


def device_row(device: Device, own: Session) -> dict[str, Any]:
    """Return the template's row of a remembered device; `own` is the present session."""
    return {
        "name": user_agents.from_stored_name(device.name),
        "since": Moment(device.trusted_at or device.first_seen_at),
        "until": Moment(device.trusted_until or device.first_seen_at),
        "current": device.id == own.device_id,
        "action": f"{DEVICES}/{device.id}/forget",
    }


def live_sessions(sessions: list[Session], own: Session, now: int) -> list[Session]:
    """Return the sessions that have not idled out, this browser's first."""
    idle = services().settings.session_idle
    return sorted((each for each in sessions if now < each.last_seen_at + idle), key=lambda each: each.sid != own.sid)


def session_row(session: Session, own: Session) -> dict[str, Any]:
    """Return the template's row of a session; `own` is the present one."""
    return {
        "browser": user_agents.browser_name(session.user_agent),
        "place": geoip.location_from_here(session.address),
        "seen": Moment(session.last_seen_at),
        "current": session.sid == own.sid,
        "action": f"{SESSIONS}/{session.sid}/end",
    }
