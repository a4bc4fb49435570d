"""Signing out at this browser: the session ends, and what the browser holds of it."""

from __future__ import annotations

from flask import Response

from idp import audit
from idp.audit import Event
from idp.login.access_revocation import end_session
from idp.login.flow.frontchannel_logout import LogoutTarget, respond_signed_out
from idp.login.state.session import AuthenticatedSession
from idp.persistence.transaction import Transaction
from idp.web.cookies import KEEP, LOGIN, SESSION, clear_browser_state

CLEAR = '"cache", "storage"'
"""Not "cookies": that would forget the browser too, and with it every remembered device on it (docs/map.md)."""


def sign_out(
    tx: Transaction, auth_session: AuthenticatedSession, target: LogoutTarget, *, client_id: str | None = None
) -> Response:
    """End the session and the grants given in it; offline access and remembered devices stay.

    `client_id` is the app that asked for it. Sign-ins under way in this browser are left without their cookie, so that
    nobody after this person can finish one. Returns the response that leads to `target`.
    """
    session = auth_session.session
    ended = end_session(tx, session, reason="signed out")
    if ended:
        audit.record(tx, Event.SIGN_OUT, user_id=session.user_id, client_id=client_id, sid=session.sid)
    response = respond_signed_out(target, ended.clients if ended else ())
    for cookie in (SESSION, KEEP, LOGIN):
        cookie.clear(response)
    clear_browser_state(response)
    response.headers["Clear-Site-Data"] = CLEAR
    return response
