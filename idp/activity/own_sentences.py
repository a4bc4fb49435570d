"""The audit trail in sentences, for the person it is about. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from idp.audit import Event, Outcome
from idp.kernel.text import Text
from idp.login.devices import CREDENTIALS_CHANGED
from idp.login.policy.methods import Method
from idp.persistence.audit_events import AuditEvent

QUIET = frozenset({Event.TOKEN_ISSUED})
"""Apps refresh their tokens every few minutes; that would hide everything else."""
UNKNOWN = Text("Something about your account changed.")
SOME_APP = Text("An app")

DONE: Mapping[str, Text] = {
    Event.SIGN_IN: Text("You signed in."),
    Event.PASSWORD: Text("Your password was entered."),
    Event.SECOND_STEP: Text("Your second step was given."),
    Event.RECOVERY_CODE: Text("A recovery code was used instead of your second step."),
    Event.PASSKEY: Text("Your passkey was used to sign in."),
    Event.CODE_SENT: Text("A code was sent to you."),
    Event.SIGN_IN_CANCELLED: Text("A sign-in was cancelled."),
    Event.SIGN_OUT: Text("You signed out."),
    Event.SESSION_ENDED: Text("A browser was signed out."),
    Event.SIGN_IN_DISOWNED: Text("You said that a sign-in was not yours. All it had opened was ended."),
    Event.RESET_ASKED: Text("Somebody asked for a link to set a new password; it was mailed to you."),
    Event.PASSWORD_CHANGED: Text("Your password was changed."),
    Event.FACTOR_ADDED: Text("An authenticator app was set up."),
    Event.FACTOR_REMOVED: Text("Your second step was turned off."),
    Event.FACTOR_RENAMED: Text("A passkey was given another name."),
    Event.SECOND_STEP_DUE: Text("You were asked to set up a second step."),
    Event.RECOVERY_CODES_MADE: Text("New recovery codes were made; earlier ones stopped working."),
    Event.RECOVERY_CODES_SAVED: Text("You confirmed that your recovery codes are saved."),
    Event.RECOVERY_CODES_SHOWN: Text("Your recovery codes were shown to you again."),
    Event.DEVICE_REMEMBERED: Text("A device was remembered: no code is asked there for a while."),
    Event.DEVICE_FORGOTTEN: Text("A remembered device was forgotten."),
    Event.PROFILE_CHANGED: Text("You changed your profile."),
    Event.EMAIL_ASKED: Text("Another email address was typed; a link was sent there to confirm it."),
    Event.EMAIL_CHANGED: Text("Your email address was changed, and confirmed."),
    Event.PHONE_CHANGED: Text("Your phone number was changed, and confirmed."),
    Event.CONTACT_UNDONE: Text(
        "A change of your email address or phone number was undone. All that was open was ended."
    ),
    Event.DATA_EXPORTED: Text("A copy of your data was downloaded."),
    Event.ACCOUNT_CLOSED: Text("You closed your account."),
    Event.SIGN_IN_REQUESTED: Text("{app} asked to sign you in."),
    Event.PING_ABANDONED: Text("{app} could not be told what you answered."),
    Event.CONSENT_GIVEN: Text("You allowed {app} to see details of yours."),
    Event.CONSENT_REFUSED: Text("You did not allow {app} to see details of yours."),
    Event.CONSENT_REVOKED: Text("You removed {app} from your connected apps."),
    Event.AUTHORIZED: Text("{app} was told that you are signed in."),
    Event.CLIENT_TRIED: Text("You tried {app} from the administration."),
    Event.TOKEN_REVOKED: Text("{app} gave back its access."),
    Event.USER_ADDED: Text("Your account was made."),
    Event.USER_REGISTERED: Text("You created your account."),
    Event.USER_CHANGED: Text("An administrator changed your account."),
    Event.MFA_RESET: Text("An administrator removed your second step."),
    Event.CLIENT_TRIED: Text("You tried {app} in the administration."),
    Event.USER_UNLOCKED: Text("An administrator let you try again after too many wrong passwords or codes."),
    Event.INVITED: Text("An administrator mailed you a link to choose your password."),
    Event.INVITATION_WITHDRAWN: Text("An administrator withdrew the link to choose your password."),
    Event.RESET_SENT: Text("An administrator mailed you a link to set a new password."),
    Event.ROLE_GRANTED: Text("You were given a role of an administrator."),
    Event.ROLE_WITHDRAWN: Text("A role of an administrator was withdrawn from you."),
    Event.GROUP_MEMBER_ADDED: Text("You were added to the group {group}."),
    Event.GROUP_MEMBER_REMOVED: Text("You were removed from the group {group}."),
    Event.MESSAGE_SENT_AGAIN: Text("An administrator let a message to you be sent again."),
}
"""What happened; `{app}` is the app's name, `{group}` that of a group."""

NOT_DONE: Mapping[str, Text] = {
    Event.ADMIN_REFUSED: Text("A page for administrators was opened, and refused."),
    Event.PHONE_CHANGED: Text("Another phone number was typed, and a wrong code was tried for it."),
    Event.ADMIN_REFUSED: Text("A page for administrators was opened, and refused."),
    Event.PASSWORD: Text("A wrong password was tried."),
    Event.SECOND_STEP: Text("Your password was known, and a wrong second step was tried."),
    Event.RECOVERY_CODE: Text("Your password was known, and a wrong recovery code was tried."),
    Event.PASSKEY: Text("A passkey was tried and refused."),
    Event.RESET_ASKED: Text("Somebody asked for a link to set a new password; none was sent."),
    Event.FACTOR_ADDED: Text("A second step was to be added, and was refused."),
    Event.FACTOR_REMOVED: Text("Turning off your second step was refused: your organisation requires it."),
    Event.ADMIN_REFUSED: Text("You opened a page for administrators, and were refused."),
    Event.TOKEN_REFUSED: Text("{app} was refused access: its code or token was not accepted."),
    Event.CODE_REPLAYED: Text("{app} used a code or token a second time. For safety, its access was ended."),
    Event.REFRESH_REPLAYED: Text("{app} used a code or token a second time. For safety, its access was ended."),
    Event.MESSAGE_ABANDONED: Text("A code could not be delivered to your phone."),
    Event.LOGOUT_ABANDONED: Text("{app} could not be told that you signed out. Sign out there as well."),
}
"""What was tried and failed."""

THROTTLED: Mapping[str, Text] = {
    Event.PHONE_CHANGED: Text(
        "A code for another phone number was refused without being checked, because there were too many tries."
    ),
    Event.EMAIL_ASKED: Text("Another email address was typed; no link was sent, because there had been too many."),
    Event.CODE_SENT: Text("Another code was asked for, and none was sent: there had been too many."),
    Event.PASSWORD: Text("A password was refused without being checked, because there were too many tries."),
    Event.SECOND_STEP: Text(
        "Your password was known, and a code was refused without being checked, because there were too many tries."
    ),
    Event.RECOVERY_CODE: Text(
        "Your password was known, and a recovery code was refused without being checked, because there were too many "
        "tries."
    ),
    Event.RESET_ASKED: Text("Somebody asked again for a link to set a new password; no second one was sent."),
}
"""What was not even looked at."""

DETAILED: Mapping[tuple[str, str, Any], Text] = {
    (Event.SESSION_ENDED, "reason", "signed out"): Text("This browser's sign-in was ended."),
    (Event.SESSION_ENDED, "reason", "another person signed in here"): Text(
        "You were signed out: somebody else signed in."
    ),
    (Event.SESSION_ENDED, "reason", "ended in the account"): Text("You signed another browser out."),
    (Event.SESSION_ENDED, "reason", "ended by an administrator"): Text("An administrator signed a browser out."),
    (Event.DEVICE_FORGOTTEN, "by", "administrator"): Text("An administrator let a remembered device be forgotten."),
    (Event.DEVICE_FORGOTTEN, "reason", CREDENTIALS_CHANGED): Text(
        "Your remembered devices were forgotten, because something that protects your account changed."
    ),
    (Event.SESSION_ENDED, "reason", "signed out elsewhere"): Text("You signed every other browser out."),
    (Event.SESSION_ENDED, "reason", "password changed"): Text("A browser was signed out because the password changed."),
    (Event.SESSION_ENDED, "reason", "account disabled"): Text(
        "A browser was signed out because your account was disabled."
    ),
    (Event.SESSION_ENDED, "reason", "signed out by an administrator"): Text("An administrator signed you out."),
    (Event.PHONE_CHANGED, "removed", True): Text("Your phone number was removed."),
    (Event.SESSION_ENDED, "reason", "change undone"): Text("A browser was signed out because a change was undone."),
    (Event.SESSION_ENDED, "reason", "account closed"): Text(
        "A browser was signed out because you closed your account."
    ),
    (Event.SESSION_ENDED, "reason", "disowned by mail"): Text(
        "A browser was signed out because you said it was not yours."
    ),
    (Event.PASSWORD_CHANGED, "by", "owner"): Text("You changed your password."),
    (Event.PASSWORD_CHANGED, "by", "administrator"): Text("An administrator gave you a new password."),
    (Event.PASSWORD_CHANGED, "by", "mailed link"): Text("A new password was set with the link that was mailed to you."),
    (Event.FACTOR_ADDED, "replaced", True): Text("Your authenticator app was replaced by another one."),
    (Event.USER_CHANGED, "status", "disabled"): Text("An administrator disabled your account."),
    (Event.USER_CHANGED, "status", "active"): Text("An administrator enabled your account again."),
    (Event.USER_CHANGED, "second_step_required", True): Text("An administrator made the second step required for you."),
    (Event.USER_CHANGED, "second_step_required", False): Text(
        "An administrator made the second step optional for you."
    ),
}
"""Better words where a detail of the event allows them: event, detail, its value. Those of a method are in its spec."""

WITH_APP: Mapping[str, Text] = {
    Event.SIGN_IN: Text("You signed in, on the way to {app}."),
    Event.PASSWORD: Text("Your password was entered, on the way to {app}."),
    Event.SIGN_OUT: Text("You signed out from {app}, and here."),
}
"""Better words where the event names an app."""


def sentence(event: AuditEvent, app: str | None) -> Text:
    """Return an event as a sentence for its owner; `app` is the name of the app it is about, if it still exists.

    A row that is older than these words, or written by a newer node, gets a general sentence.
    """
    words = _words(event, known=app is not None)
    return words.with_values(app=app or SOME_APP, group=str(event.detail.get("group", "")))


def _words(event: AuditEvent, *, known: bool) -> Text:
    if event.outcome == Outcome.THROTTLED:
        return THROTTLED.get(event.event, UNKNOWN)
    if event.outcome == Outcome.FAILURE:
        return NOT_DONE.get(event.event, UNKNOWN)
    if words := _method_words(event):
        return words
    for name, value in event.detail.items():
        if isinstance(value, str | bool) and (event.event, name, value) in DETAILED:
            return DETAILED[event.event, name, value]
    if known and event.event in WITH_APP:
        return WITH_APP[event.event]
    return DONE.get(event.event, UNKNOWN)


def _method_words(event: AuditEvent) -> Text | None:
    """Return the sentence of the method that the event names, if it has one."""
    name = event.detail.get("method") or event.detail.get("channel")
    method = next((each for each in Method if each == name), None)
    if method is None:
        return None
    words = method.spec.history
    match event.event:
        case Event.FACTOR_ADDED:
            return (words.replaced if event.detail.get("replaced") else None) or words.added
        case Event.FACTOR_REMOVED:
            return words.removed
        case Event.SECOND_STEP:
            return words.second_step
        case Event.CODE_SENT:
            return words.sent
    return None
