"""The plain names of all kinds of events, for lists and filters."""

from __future__ import annotations

from collections.abc import Mapping

from idp.audit import Event, Outcome
from idp.kernel.text import Text

GROUPS: Mapping[Text, Mapping[str, Text]] = {
    Text("Signing in and out"): {
        Event.SIGN_IN: Text("Signed in"),
        Event.PASSWORD: Text("Password entered"),
        Event.PASSKEY: Text("Passkey used"),
        Event.SECOND_STEP: Text("Second step given"),
        Event.RECOVERY_CODE: Text("Recovery code used"),
        Event.CODE_SENT: Text("Code sent"),
        Event.SIGN_IN_REQUESTED: Text("Sign-in asked for by an app"),
        Event.SIGN_IN_CANCELLED: Text("Sign-in cancelled"),
        Event.SIGN_OUT: Text("Signed out"),
        Event.SESSION_ENDED: Text("Browser signed out"),
        Event.SIGN_IN_DISOWNED: Text("Sign-in reported as not theirs"),
        Event.LOGOUT_TARGET_REFUSED: Text("Address after signing out refused"),
    },
    Text("Second step and devices"): {
        Event.FACTOR_ADDED: Text("Second step set up"),
        Event.FACTOR_REMOVED: Text("Second step removed"),
        Event.FACTOR_RENAMED: Text("Passkey renamed"),
        Event.SECOND_STEP_DUE: Text("Second step asked for"),
        Event.MFA_RESET: Text("Second step reset"),
        Event.RECOVERY_CODES_MADE: Text("Recovery codes made"),
        Event.RECOVERY_CODES_SAVED: Text("Recovery codes saved"),
        Event.RECOVERY_CODES_SHOWN: Text("Recovery codes shown again"),
        Event.DEVICE_REMEMBERED: Text("Device remembered"),
        Event.DEVICE_FORGOTTEN: Text("Device forgotten"),
        Event.DEVICE_COPIED: Text("Copied browser noticed"),
    },
    Text("Accounts"): {
        Event.USER_ADDED: Text("Person added"),
        Event.USER_CHANGED: Text("Person changed"),
        Event.REGISTRATION_ASKED: Text("Link to create an account"),
        Event.USER_REGISTERED: Text("Account created"),
        Event.INVITED: Text("Person invited"),
        Event.INVITATION_WITHDRAWN: Text("Invitation withdrawn"),
        Event.USER_UNLOCKED: Text("Person unlocked"),
        Event.PEOPLE_EXPORTED: Text("List of people downloaded"),
        Event.GROUP_MEMBER_ADDED: Text("Added to a group"),
        Event.GROUP_MEMBER_REMOVED: Text("Removed from a group"),
        Event.RESET_ASKED: Text("Link for a new password"),
        Event.RESET_SENT: Text("Link for a new password sent"),
        Event.PASSWORD_CHANGED: Text("Password changed"),
        Event.PROFILE_CHANGED: Text("Profile changed"),
        Event.EMAIL_ASKED: Text("Change of email address asked"),
        Event.EMAIL_CHANGED: Text("Email address changed"),
        Event.PHONE_CHANGED: Text("Phone number changed"),
        Event.CONTACT_UNDONE: Text("Change of address or number undone"),
        Event.DATA_EXPORTED: Text("Own data downloaded"),
        Event.ACCOUNT_CLOSED: Text("Account closed"),
    },
    Text("Apps"): {
        Event.AUTHORIZED: Text("App told who is signed in"),
        Event.AUTHORIZATION_REFUSED: Text("Request of an app refused"),
        Event.TOKEN_ISSUED: Text("Access given to an app"),
        Event.TOKEN_REFUSED: Text("Access refused to an app"),
        Event.TOKEN_REVOKED: Text("Access given back"),
        Event.CODE_REPLAYED: Text("Code used twice"),
        Event.REFRESH_REPLAYED: Text("Refresh token used twice"),
        Event.CLIENT_REFUSED: Text("App could not prove itself"),
        Event.CONSENT_GIVEN: Text("Details allowed"),
        Event.CONSENT_REFUSED: Text("Details not allowed"),
        Event.CONSENT_REVOKED: Text("Connected app removed"),
    },
    Text("Administration"): {
        Event.ROLE_GRANTED: Text("Role given"),
        Event.ROLE_WITHDRAWN: Text("Role withdrawn"),
        Event.ADMIN_REFUSED: Text("Administration refused"),
        Event.API_CHANGED: Text("API changed"),
        Event.TRUSTED_ISSUER_CHANGED: Text("Trusted issuer changed"),
        Event.ATTRIBUTE_CHANGED: Text("Attribute changed"),
        Event.POLICY_CHANGED: Text("Sign-in policy changed"),
        Event.GROUP_ADDED: Text("Group added"),
        Event.GROUP_CHANGED: Text("Group changed"),
        Event.GROUP_REMOVED: Text("Group removed"),
        Event.CLIENT_ADDED: Text("App added"),
        Event.CLIENT_CHANGED: Text("App changed"),
        Event.CLIENT_TRIED: Text("App tried"),
        Event.CLIENT_REMOVED: Text("App removed"),
        Event.CLIENT_REGISTERED: Text("App registered itself"),
        Event.CLIENT_APPROVED: Text("App approved"),
        Event.CLIENT_EXPIRED: Text("Unused app removed"),
        Event.REGISTRATION_TOKEN_ADDED: Text("Token for registrations made"),
        Event.REGISTRATION_TOKEN_REMOVED: Text("Token for registrations ended"),
        Event.KEYS_ROTATED: Text("Signing keys rotated"),
        Event.SEALING_KEY_CHANGED: Text("Sealing key changed"),
        Event.AUDIT_EXPORTED: Text("Audit trail downloaded"),
        Event.AUDIT_END_ACCEPTED: Text("End of the audit trail accepted"),
        Event.MAIL_ABANDONED: Text("Mail not delivered"),
        Event.MESSAGE_ABANDONED: Text("Message not delivered"),
        Event.MESSAGE_SENT_AGAIN: Text("Message sent again"),
        Event.LOGOUT_ABANDONED: Text("Sign-out not delivered to an app"),
        Event.PING_ABANDONED: Text("Answer not delivered to an app"),
    },
}
"""Kinds in the order of the filter, by topic."""

KINDS: Mapping[str, Text] = {event: name for kinds in GROUPS.values() for event, name in kinds.items()}

OUTCOMES: Mapping[str, Text] = {
    Outcome.SUCCESS: Text("Done"),
    Outcome.FAILURE: Text("Failed"),
    Outcome.THROTTLED: Text("Too many tries"),
}
