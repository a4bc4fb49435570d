"""The audit trail in sentences, for administrators: with the names of everybody. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from idp.activity.event_kinds import KINDS
from idp.activity.own_sentences import SOME_APP
from idp.audit import Event, Outcome
from idp.kernel.request_origin import LOCAL
from idp.kernel.text import Text
from idp.login.devices import CREDENTIALS_CHANGED
from idp.persistence.audit_events import AuditEvent

NOBODY_KNOWN = Text("Somebody")
COMMAND = Text("Somebody on the server")
SOME_GROUP = Text("a group")
OTHER_KIND = Text("Another event")

DONE: Mapping[str, Text] = {
    Event.SIGN_IN: Text("{person} signed in."),
    Event.PASSWORD: Text("{person} entered their password."),
    Event.PASSKEY: Text("{person} used a passkey."),
    Event.SECOND_STEP: Text("{person} gave their second step."),
    Event.RECOVERY_CODE: Text("{person} used a recovery code instead of their second step."),
    Event.CODE_SENT: Text("A code was sent to {person}."),
    Event.SIGN_IN_CANCELLED: Text("{person} cancelled a sign-in."),
    Event.SIGN_OUT: Text("{person} signed out."),
    Event.SESSION_ENDED: Text("A browser of {person} was signed out."),
    Event.SIGN_IN_DISOWNED: Text("{person} said that a sign-in was not theirs. All it had opened was ended."),
    Event.RESET_ASKED: Text("A link to set a new password was mailed to {person}."),
    Event.PASSWORD_CHANGED: Text("The password of {person} was changed."),
    Event.FACTOR_ADDED: Text("{person} set up a second step."),
    Event.FACTOR_REMOVED: Text("{person} removed a second step."),
    Event.FACTOR_RENAMED: Text("{person} gave a passkey another name."),
    Event.SECOND_STEP_DUE: Text("{person} was asked to set up a second step."),
    Event.RECOVERY_CODES_MADE: Text("New recovery codes were made for {person}."),
    Event.RECOVERY_CODES_SAVED: Text("{person} confirmed that their recovery codes are saved."),
    Event.RECOVERY_CODES_SHOWN: Text("The recovery codes of {person} were shown to them again."),
    Event.DEVICE_REMEMBERED: Text("A device of {person} was remembered."),
    Event.DEVICE_FORGOTTEN: Text("A remembered device of {person} was forgotten."),
    Event.DEVICE_COPIED: Text("An old copy of a browser's cookie was used. Nobody is remembered there any longer."),
    Event.PROFILE_CHANGED: Text("{person} changed their profile."),
    Event.EMAIL_ASKED: Text("{person} typed another email address. A link was sent there."),
    Event.EMAIL_CHANGED: Text("The email address of {person} was changed."),
    Event.PHONE_CHANGED: Text("The phone number of {person} was changed."),
    Event.CONTACT_UNDONE: Text("A change of the address or number of {person} was undone."),
    Event.DATA_EXPORTED: Text("{person} downloaded a copy of their data."),
    Event.ACCOUNT_CLOSED: Text("{person} closed their account."),
    Event.CONSENT_GIVEN: Text("{person} allowed {app} to see details of theirs."),
    Event.CONSENT_REFUSED: Text("{person} did not allow {app} to see details of theirs."),
    Event.CONSENT_REVOKED: Text("{person} removed {app} from their connected apps."),
    Event.AUTHORIZED: Text("{app} was told that {person} is signed in."),
    Event.TOKEN_ISSUED: Text("{app} was given access."),
    Event.TOKEN_REVOKED: Text("{app} gave back its access."),
    Event.USER_ADDED: Text("{actor} added {person}."),
    Event.REGISTRATION_ASKED: Text("A link to create an account was asked for."),
    Event.USER_REGISTERED: Text("{person} created their account."),
    Event.USER_CHANGED: Text("{actor} changed the account of {person}."),
    Event.MFA_RESET: Text("{actor} removed the second step of {person}."),
    Event.INVITED: Text("{actor} invited {person} by mail."),
    Event.INVITATION_WITHDRAWN: Text("{actor} withdrew the invitation of {person}."),
    Event.USER_UNLOCKED: Text("{actor} let {person} try again after too many wrong passwords or codes."),
    Event.RESET_SENT: Text("{actor} mailed {person} a link to set a new password."),
    Event.PEOPLE_EXPORTED: Text("{actor} downloaded a list of people."),
    Event.GROUP_MEMBER_ADDED: Text("{actor} added {person} to the group {group}."),
    Event.GROUP_MEMBER_REMOVED: Text("{actor} removed {person} from the group {group}."),
    Event.GROUP_ADDED: Text("{actor} added the group {group}."),
    Event.GROUP_CHANGED: Text("{actor} changed the group {group}."),
    Event.GROUP_REMOVED: Text("{actor} removed the group {group}."),
    Event.API_CHANGED: Text("{actor} changed an API."),
    Event.TRUSTED_ISSUER_CHANGED: Text("{actor} changed an issuer that is trusted."),
    Event.ATTRIBUTE_CHANGED: Text("{actor} changed an attribute of people."),
    Event.POLICY_CHANGED: Text("{actor} changed the sign-in policy."),
    Event.MESSAGE_SENT_AGAIN: Text("{actor} let a message to {person} be sent again."),
    Event.CLIENT_ADDED: Text("{actor} added the app {app}."),
    Event.CLIENT_CHANGED: Text("{actor} changed the app {app}."),
    Event.CLIENT_TRIED: Text("{person} tried the app {app}."),
    Event.CLIENT_REMOVED: Text("{actor} removed the app {app}."),
    Event.CLIENT_REGISTERED: Text("The app {app} registered itself."),
    Event.CLIENT_APPROVED: Text("{actor} approved of the app {app}, which had registered itself."),
    Event.CLIENT_EXPIRED: Text("The app {app} was removed: it had registered itself, and nobody used it."),
    Event.REGISTRATION_TOKEN_ADDED: Text("{actor} made a token with which apps can register themselves."),
    Event.REGISTRATION_TOKEN_REMOVED: Text("{actor} ended a token with which apps could register themselves."),
    Event.KEYS_ROTATED: Text("The signing keys were rotated."),
    Event.SEALING_KEY_CHANGED: Text("The key that seals stored secrets was changed."),
    Event.ROLE_GRANTED: Text("{actor} gave {person} a role of administrators."),
    Event.ROLE_WITHDRAWN: Text("{actor} took a role of administrators from {person}."),
    Event.AUDIT_EXPORTED: Text("{actor} downloaded events of the audit trail."),
    Event.AUDIT_END_ACCEPTED: Text("{actor} accepted the end of the audit trail after a backup was restored."),
}
"""What happened."""

NOT_DONE: Mapping[str, Text] = {
    Event.PASSWORD: Text("A wrong password was tried for {person}."),
    Event.SECOND_STEP: Text("The password of {person} was known, and a wrong second step was tried."),
    Event.RECOVERY_CODE: Text("The password of {person} was known, and a wrong recovery code was tried."),
    Event.PASSKEY: Text("A passkey was tried for {person}, and refused."),
    Event.RESET_ASKED: Text("A link to set a new password was asked for, and none was sent."),
    Event.REGISTRATION_ASKED: Text("A link to create an account was asked for, and none was sent."),
    Event.FACTOR_ADDED: Text("{person} tried to add a second step, and was refused."),
    Event.FACTOR_REMOVED: Text("{person} tried to turn off their second step, which is required."),
    Event.PHONE_CHANGED: Text("A wrong code was tried for another phone number of {person}."),
    Event.AUTHORIZATION_REFUSED: Text("A request of {app} was refused."),
    Event.LOGOUT_TARGET_REFUSED: Text("{app} named an address after signing out that is not registered."),
    Event.TOKEN_REFUSED: Text("{app} was refused access."),
    Event.CODE_REPLAYED: Text("{app} used a code or token a second time. For safety, its access was ended."),
    Event.REFRESH_REPLAYED: Text("{app} used a code or token a second time. For safety, its access was ended."),
    Event.CLIENT_REFUSED: Text("{app} could not prove who it is."),
    Event.CLIENT_REGISTERED: Text("An app wanted to register itself, and was refused."),
    Event.CLIENT_CHANGED: Text("The app {app} wanted to change its registration, and was refused."),
    Event.CLIENT_REMOVED: Text("The app {app} wanted to remove itself, and was refused."),
    Event.ADMIN_REFUSED: Text("{person} opened a page for administrators, and was refused."),
    Event.MAIL_ABANDONED: Text("A mail to {person} could not be delivered."),
    Event.MESSAGE_ABANDONED: Text("A message to {person} could not be delivered."),
    Event.LOGOUT_ABANDONED: Text("{app} could not be told that {person} signed out."),
    Event.PING_ABANDONED: Text("{app} could not be told what {person} answered."),
    Event.SIGN_IN_REQUESTED: Text("{app} asked to sign {person} in."),
}
"""What was tried and failed."""

DETAILED: Mapping[tuple[str, str, Any], Text] = {
    (Event.CLIENT_CHANGED, "by_itself", True): Text("The app {app} changed its registration."),
    (Event.CLIENT_REMOVED, "by_itself", True): Text("The app {app} removed itself."),
    (Event.USER_CHANGED, "status", "disabled"): Text("{actor} disabled the account of {person}."),
    (Event.USER_CHANGED, "status", "active"): Text("{actor} enabled the account of {person}."),
    (Event.USER_CHANGED, "second_step_required", True): Text("{actor} turned on Required for {person}."),
    (Event.USER_CHANGED, "second_step_required", False): Text("{actor} turned off Required for {person}."),
    (Event.PASSWORD_CHANGED, "by", "owner"): Text("{person} changed their password."),
    (Event.PASSWORD_CHANGED, "by", "administrator"): Text("{actor} gave {person} a new password."),
    (Event.PASSWORD_CHANGED, "by", "mailed link"): Text("{person} set a new password with a mailed link."),
    (Event.SESSION_ENDED, "reason", "signed out by an administrator"): Text("{actor} signed {person} out everywhere."),
    (Event.SESSION_ENDED, "reason", "ended by an administrator"): Text("{actor} signed out a browser of {person}."),
    (Event.DEVICE_FORGOTTEN, "by", "administrator"): Text("{actor} let a remembered device of {person} be forgotten."),
    (Event.DEVICE_FORGOTTEN, "reason", CREDENTIALS_CHANGED): Text(
        "The remembered devices of {person} were forgotten, because something that protects the account changed."
    ),
    (Event.CLIENT_CHANGED, "disabled", True): Text("{actor} turned off the app {app}."),
    (Event.CLIENT_CHANGED, "disabled", False): Text("{actor} turned on the app {app}."),
    (Event.CLIENT_CHANGED, "secret", "rotated"): Text("{actor} made a new secret for the app {app}."),
    (Event.PHONE_CHANGED, "removed", True): Text("The phone number of {person} was removed."),
}
"""Better words where a detail of the event allows them: event, detail, its value."""

OF_GROUPS: Mapping[str, Text] = {
    Event.ROLE_GRANTED: Text("{actor} gave a group a role of administrators."),
    Event.ROLE_WITHDRAWN: Text("{actor} took a role of administrators from a group."),
}
"""Where the event names a group instead of a person."""

REFUSED_UNSEEN = Text("{kind}: refused for {person} because there had been too many tries.")
FAILED = Text("{kind}: {person} was refused.")
HAPPENED = Text("{kind}: {person}.")


@dataclass(frozen=True)
class Names:
    """What people and apps of some events are called, by id."""

    people: Mapping[str, str]
    apps: Mapping[str, str]


def sentence(event: AuditEvent, names: Names) -> Text:
    """Return an event as a sentence for administrators."""
    person = names.people.get(event.user_id or "") or event.user_id
    return _words(event).with_values(
        person=person or NOBODY_KNOWN,
        actor=actor_name(event, names) or person or NOBODY_KNOWN,
        app=names.apps.get(event.client_id or "") or event.client_id or SOME_APP,
        kind=kind_name(event.event),
        group=event.detail.get("group") or SOME_GROUP,
    )


def actor_name(event: AuditEvent, names: Names) -> str | None:
    """Return who caused an event: an administrator, or somebody with the command; None: the person themselves."""
    if event.actor_id:
        return names.people.get(event.actor_id) or event.actor_id
    return COMMAND if event.user_agent == LOCAL.user_agent else None


def kind_name(event: str) -> Text:
    """Return the plain name of a kind of event; a newer node may have written one that is unknown here."""
    return KINDS.get(event, OTHER_KIND)


def _words(event: AuditEvent) -> Text:
    if event.outcome == Outcome.THROTTLED:
        return REFUSED_UNSEEN
    if event.outcome == Outcome.FAILURE:
        return NOT_DONE.get(event.event, FAILED)
    if "group" in event.detail and event.event in OF_GROUPS:
        return OF_GROUPS[event.event]
    for name, value in event.detail.items():
        if isinstance(value, str | bool) and (event.event, name, value) in DETAILED:
            return DETAILED[event.event, name, value]
    return DONE.get(event.event, HAPPENED)
