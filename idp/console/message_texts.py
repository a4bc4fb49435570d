"""Messages in plain words: what they are, where they go, and why one failed. Pure."""

from __future__ import annotations

from idp.kernel.text import Text
from idp.messaging.ciba_pings import CIBA_PING
from idp.messaging.codes import CODE, SMS, WHATSAPP
from idp.messaging.contact_messages import EMAIL_CHANGE, EMAIL_TAKEN, REGISTRATION, REGISTRATION_TAKEN
from idp.messaging.logout_notifications import BACKCHANNEL_LOGOUT
from idp.messaging.notices import ACCOUNT_CLOSED, EMAIL, RESET_OFFER, SIGN_IN_ALERT, SIGN_IN_REQUEST, Notice
from idp.persistence.outbox import MessageState

KINDS: dict[str, Text] = {
    CODE: Text("A code"),
    RESET_OFFER: Text("Set a new password"),
    SIGN_IN_ALERT: Text("New sign-in: was this you?"),
    SIGN_IN_REQUEST: Text("An app wants to sign you in"),
    EMAIL_CHANGE: Text("Confirm your new email address"),
    EMAIL_TAKEN: Text("Your address was to be used for another account"),
    REGISTRATION: Text("Create your account"),
    REGISTRATION_TAKEN: Text("You have an account already"),
    ACCOUNT_CLOSED: Text("Your account is closed"),
    "logout_token": Text("Sign-out, told to an app"),
    CIBA_PING: Text("Answer to a request, told to an app"),
    Notice.PASSWORD_CHANGED: Text("Your password was changed"),
    Notice.PASSWORD_RESET: Text("Your password was reset"),
    Notice.PASSWORD_SET_BY_ADMINISTRATOR: Text("An administrator set a new password for you"),
    Notice.AUTHENTICATOR_ADDED: Text("An authenticator app was added"),
    Notice.AUTHENTICATOR_REPLACED: Text("Your authenticator app was replaced"),
    Notice.AUTHENTICATOR_REMOVED: Text("Second step turned off"),
    Notice.SECOND_STEP_REMOVED_BY_ADMINISTRATOR: Text("An administrator removed your second step"),
    Notice.APP_REMOVED: Text("Your authenticator app was removed"),
    Notice.PASSKEY_ADDED: Text("A passkey was added"),
    Notice.PASSKEY_REMOVED: Text("A passkey was removed"),
    Notice.MESSAGE_CODES_ADDED: Text("Codes by message were set up"),
    Notice.MESSAGE_CODES_REMOVED: Text("Codes by message were turned off"),
    Notice.RECOVERY_CODES_REGENERATED: Text("New recovery codes were made"),
    Notice.RECOVERY_CODE_USED: Text("A recovery code was used"),
    Notice.LAST_RECOVERY_CODE_USED: Text("Your last recovery code was used"),
    Notice.DEVICE_REMEMBERED: Text("A device is now remembered"),
    Notice.DEVICE_FORGOTTEN: Text("A device is no longer remembered"),
    Notice.DEVICE_FORGOTTEN_BY_ADMINISTRATOR: Text("An administrator removed a remembered device"),
    Notice.EMAIL_CHANGED: Text("Your email address was changed"),
    Notice.EMAIL_CHANGED_BY_ADMINISTRATOR: Text("Your email address was changed by an administrator"),
    Notice.PHONE_CHANGED: Text("Your phone number was changed"),
    Notice.PHONE_CHANGED_BY_ADMINISTRATOR: Text("Your phone number was changed by an administrator"),
    Notice.CONTACT_RESTORED: Text("A change of your email address or phone number was undone"),
    Notice.WRONG_CODES: Text("Wrong codes after your right password"),
    Notice.SESSION_ENDED: Text("A browser was signed out"),
    Notice.SIGNED_OUT_ELSEWHERE: Text("You were signed out everywhere else"),
    Notice.SESSION_ENDED_BY_ADMINISTRATOR: Text("An administrator signed out a browser"),
    Notice.PROFILE_CHANGED_BY_ADMINISTRATOR: Text("Your profile was changed"),
    Notice.SECOND_STEP_REQUIRED: Text("A second step is now required"),
    Notice.SECOND_STEP_OPTIONAL: Text("A second step is no longer required"),
    Notice.ACCOUNT_DISABLED: Text("Your account was disabled"),
    Notice.ACCOUNT_ENABLED: Text("Your account was enabled again"),
    Notice.SIGNED_OUT_BY_ADMINISTRATOR: Text("You were signed out everywhere"),
    Notice.DEVICES_FORGOTTEN: Text("Your devices are no longer remembered"),
    Notice.UNLOCKED: Text("You can sign in again"),
    Notice.CONTACT_RESTORED_BY_ADMINISTRATOR: Text(
        "An administrator undid a change of your email address or phone number"
    ),
    Notice.ROLES_CHANGED: Text("Your administrator roles were changed"),
    Notice.ADDED_TO_GROUP: Text("You are in a new group"),
}
"""The subject of each kind of message."""
CHANNELS: dict[str, Text] = {
    EMAIL: Text("Email"),
    SMS: Text("Text message"),
    WHATSAPP: Text("WhatsApp"),
    BACKCHANNEL_LOGOUT: Text("To an app"),
    CIBA_PING: Text("Answer to an app"),
}
STATES: dict[MessageState, Text] = {
    MessageState.WAITING: Text("Waiting"),
    MessageState.FAILED: Text("Failed"),
    MessageState.DELIVERED: Text("Delivered"),
    MessageState.ABANDONED: Text("Given up"),
}
REASONS: tuple[tuple[str, Text], ...] = (
    ("came too late", Text("It came too late to be of use.")),
    ("Refused: {", Text("The mail server does not accept this address.")),
    ("RecipientsRefused", Text("The mail server does not accept this address.")),
    ("not an address", Text("This is no address that mail can be sent to.")),
    ("AuthenticationError", Text("The mail server did not accept our name and password.")),
    ("CERTIFICATE", Text("The certificate of the other server could not be verified.")),
    ("ConnectionRefused", Text("Nobody answered there.")),
    ("gaierror", Text("The name of the other server is unknown.")),
    ("imed out", Text("The other server did not answer in time.")),
    ("Timeout", Text("The other server did not answer in time.")),
    ("answered 4", Text("The other side did not accept it.")),
)
OTHER_REASON = Text("It was not accepted.")


def kind_text(kind: str) -> str:
    """Return what a message is; a kind without words of its own by its name."""
    return KINDS.get(kind) or kind.replace("_", " ").capitalize()


def reason_text(error: str) -> Text:
    """Return why a delivery failed, in words."""
    return next((text for part, text in REASONS if part in error), OTHER_REASON)
