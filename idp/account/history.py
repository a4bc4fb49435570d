"""The audit trail in sentences, for the person it is about. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from idp.audit import Event, Outcome
from idp.persistence.audit_events import AuditEvent

QUIET = frozenset({Event.TOKEN_ISSUED})
"""Apps renew what they hold every few minutes by themselves; that would bury everything else."""
UNKNOWN = "Something about your account changed."
SOME_APP = "An app"
TOO_MANY = "was refused unseen, because there had been too many tries"

DONE: Mapping[str, str] = {
    Event.SIGN_IN: "You signed in.",
    Event.PASSWORD: "Your password was entered.",
    Event.SECOND_STEP: "Your second step was given.",
    Event.RECOVERY_CODE: "A recovery code was used instead of your second step.",
    Event.PASSKEY: "Your passkey was used to sign in.",
    Event.SIGN_IN_CANCELLED: "A sign-in was cancelled.",
    Event.SIGN_OUT: "You signed out.",
    Event.SESSION_ENDED: "A browser was signed out.",
    Event.SIGN_IN_DISOWNED: "You said that a sign-in was not yours. All it had opened was ended.",
    Event.RESET_ASKED: "Somebody asked for a link to set a new password; it was mailed to you.",
    Event.PASSWORD_CHANGED: "Your password was changed.",
    Event.FACTOR_ADDED: "An authenticator app was set up.",
    Event.FACTOR_REMOVED: "Your second step was turned off.",
    Event.FACTOR_RENAMED: "A passkey was given another name.",
    Event.RECOVERY_CODES_MADE: "New recovery codes were made; earlier ones stopped working.",
    Event.RECOVERY_CODES_SAVED: "You confirmed that your recovery codes are saved.",
    Event.DEVICE_REMEMBERED: "A device was remembered: no code is asked there for a while.",
    Event.DEVICE_FORGOTTEN: "A remembered device was forgotten.",
    Event.CONSENT_GIVEN: "You allowed {app} to see details of yours.",
    Event.CONSENT_REFUSED: "You did not allow {app} to see details of yours.",
    Event.CONSENT_REVOKED: "You removed {app} from your connected apps.",
    Event.AUTHORIZED: "{app} was told that you are signed in.",
    Event.TOKEN_REVOKED: "{app} gave back its access.",
    Event.USER_ADDED: "Your account was made.",
    Event.USER_CHANGED: "An administrator changed your account.",
    Event.MFA_RESET: "An administrator removed your second step.",
}
"""What happened; `{app}` is the app's name."""

NOT_DONE: Mapping[str, str] = {
    Event.PASSWORD: "A wrong password was tried.",
    Event.SECOND_STEP: "Your password was known, and a wrong second step was tried.",
    Event.RECOVERY_CODE: "Your password was known, and a wrong recovery code was tried.",
    Event.PASSKEY: "A passkey was tried and refused.",
    Event.RESET_ASKED: "Somebody asked for a link to set a new password; none was sent.",
    Event.FACTOR_ADDED: "A passkey was to be added, and was refused.",
    Event.FACTOR_REMOVED: "Turning off your second step was refused: your organisation requires it.",
    Event.TOKEN_REFUSED: "{app} was refused access: what it showed was no longer good.",
    Event.CODE_REPLAYED: "{app} came twice with what works once. What it had been given was ended, to be safe.",
    Event.REFRESH_REPLAYED: "{app} came twice with what works once. What it had been given was ended, to be safe.",
    Event.LOGOUT_ABANDONED: "{app} could not be told that you signed out. Sign out there as well.",
}
"""What was tried and failed."""

THROTTLED: Mapping[str, str] = {
    Event.PASSWORD: f"A password {TOO_MANY}.",
    Event.SECOND_STEP: f"Your password was known, and a code {TOO_MANY}.",
    Event.RECOVERY_CODE: f"Your password was known, and a recovery code {TOO_MANY}.",
    Event.RESET_ASKED: "Somebody asked again for a link to set a new password; no second one was sent.",
}
"""What was not even looked at."""

DETAILED: Mapping[tuple[str, str, Any], str] = {
    (Event.SESSION_ENDED, "reason", "signed out"): "This browser's sign-in was ended.",
    (Event.SESSION_ENDED, "reason", "another person signed in here"): "You were signed out: somebody else signed in.",
    (Event.SESSION_ENDED, "reason", "ended in the account"): "You signed another browser out.",
    (Event.SESSION_ENDED, "reason", "signed out elsewhere"): "You signed every other browser out.",
    (Event.SESSION_ENDED, "reason", "password changed"): "A browser was signed out because the password changed.",
    (Event.SESSION_ENDED, "reason", "account disabled"): "A browser was signed out because your account was closed.",
    (Event.SESSION_ENDED, "reason", "disowned by mail"): "A browser was signed out because you said it was not yours.",
    (Event.PASSWORD_CHANGED, "by", "owner"): "You changed your password.",
    (Event.PASSWORD_CHANGED, "by", "administrator"): "An administrator gave you a new password.",
    (Event.PASSWORD_CHANGED, "by", "mailed link"): "A new password was set with the link that was mailed to you.",
    (Event.SECOND_STEP, "method", "passkey"): "Your passkey was used as the second step.",
    (Event.FACTOR_ADDED, "method", "passkey"): "A passkey was added.",
    (Event.FACTOR_REMOVED, "method", "passkey"): "A passkey was removed.",
    (Event.FACTOR_ADDED, "replaced", True): "Your authenticator app was replaced by another one.",
    (Event.USER_CHANGED, "status", "disabled"): "An administrator closed your account.",
    (Event.USER_CHANGED, "status", "active"): "An administrator opened your account again.",
    (Event.USER_CHANGED, "second_step_required", True): "An administrator made the second step required for you.",
    (Event.USER_CHANGED, "second_step_required", False): "An administrator made the second step optional for you.",
}
"""Better words where a detail of the event allows them: event, detail, its value."""

WITH_APP: Mapping[str, str] = {
    Event.SIGN_IN: "You signed in, on the way to {app}.",
    Event.PASSWORD: "Your password was entered, on the way to {app}.",
    Event.SIGN_OUT: "You signed out from {app}, and here.",
}
"""Better words where the event names an app."""


def sentence(event: AuditEvent, app: str | None) -> str:
    """What happened, as its owner would say it; `app` is the name of the app the event is about, if it still exists.

    A row may be older than these words, or written by a newer node: then it is told in general terms.
    """
    return _words(event, known=app is not None).format(app=app or SOME_APP)


def _words(event: AuditEvent, *, known: bool) -> str:
    if event.outcome == Outcome.THROTTLED:
        return THROTTLED.get(event.event, UNKNOWN)
    if event.outcome == Outcome.FAILURE:
        return NOT_DONE.get(event.event, UNKNOWN)
    for name, value in event.detail.items():
        if isinstance(value, str | bool) and (event.event, name, value) in DETAILED:
            return DETAILED[event.event, name, value]
    if known and event.event in WITH_APP:
        return WITH_APP[event.event]
    return DONE.get(event.event, UNKNOWN)
