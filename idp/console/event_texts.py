"""The audit trail in a few words, for administrators. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from idp.audit import Event, Outcome
from idp.kernel import user_agents
from idp.kernel.dates import Moment
from idp.kernel.request_origin import LOCAL
from idp.kernel.text import Text
from idp.persistence.audit_events import AuditEvent
from idp.web import geoip

QUIET = frozenset({Event.TOKEN_ISSUED})
"""Apps refresh their tokens every few minutes; that would hide everything else."""

TITLES: Mapping[str, Text] = {
    Event.SIGN_IN: Text("Signed in"),
    Event.PASSWORD: Text("Password"),
    Event.PASSKEY: Text("Passkey"),
    Event.SECOND_STEP: Text("Second step"),
    Event.RECOVERY_CODE: Text("Recovery code"),
    Event.CODE_SENT: Text("Code sent"),
    Event.SIGN_OUT: Text("Signed out"),
    Event.SESSION_ENDED: Text("Session ended"),
    Event.SIGN_IN_DISOWNED: Text("Sign-in reported as somebody else's"),
    Event.RESET_ASKED: Text("Link for a new password asked for"),
    Event.RESET_SENT: Text("Link for a new password sent"),
    Event.PASSWORD_CHANGED: Text("Password changed"),
    Event.FACTOR_ADDED: Text("Second step added"),
    Event.FACTOR_REMOVED: Text("Second step removed"),
    Event.MFA_RESET: Text("2FA reset"),
    Event.SECOND_STEP_DUE: Text("Asked to set up a second step"),
    Event.RECOVERY_CODES_MADE: Text("Recovery codes made"),
    Event.RECOVERY_CODES_SAVED: Text("Recovery codes saved"),
    Event.RECOVERY_CODES_SHOWN: Text("Recovery codes shown"),
    Event.DEVICE_REMEMBERED: Text("Device remembered"),
    Event.DEVICE_FORGOTTEN: Text("Device forgotten"),
    Event.PROFILE_CHANGED: Text("Profile changed"),
    Event.EMAIL_ASKED: Text("Another email address asked for"),
    Event.EMAIL_CHANGED: Text("Email address changed"),
    Event.PHONE_CHANGED: Text("Phone number changed"),
    Event.CONTACT_UNDONE: Text("Change of address or number undone"),
    Event.DATA_EXPORTED: Text("Own data downloaded"),
    Event.CONSENT_GIVEN: Text("App allowed"),
    Event.CONSENT_REFUSED: Text("App not allowed"),
    Event.CONSENT_REVOKED: Text("App removed"),
    Event.AUTHORIZED: Text("Signed in to an app"),
    Event.USER_ADDED: Text("Account made"),
    Event.USER_CHANGED: Text("Account changed"),
    Event.USER_UNLOCKED: Text("Unlocked"),
    Event.INVITED: Text("Invited"),
    Event.INVITATION_WITHDRAWN: Text("Invitation withdrawn"),
    Event.GROUP_MEMBER_ADDED: Text("Added to a group"),
    Event.ROLE_GRANTED: Text("Role given"),
    Event.ROLE_WITHDRAWN: Text("Role withdrawn"),
    Event.ADMIN_REFUSED: Text("Page of administrators refused"),
}


def row(event: AuditEvent) -> dict[str, Any]:
    """Return what a list shows of one event."""
    local = event.user_agent == LOCAL.user_agent
    return {
        "title": TITLES.get(event.event, event.event),
        "failed": event.outcome != Outcome.SUCCESS,
        "by_administrator": local or event.actor_id not in {None, event.user_id},
        "browser": Text("On the server") if local else user_agents.browser_name(event.user_agent),
        "address": "" if local else geoip.with_location(event.address),
        "when": Moment(event.at),
    }
