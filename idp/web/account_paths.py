"""Paths of the account's pages, for their routes and all packages that link there."""

from __future__ import annotations

HOME = "/account/"
PROFILE = "/account/profile"
EMAIL = f"{PROFILE}/email"
FORGET_EMAIL = f"{EMAIL}/forget"
PHONE = f"{PROFILE}/phone"
REMOVE_PHONE = f"{PHONE}/remove"
DOWNLOAD = f"{PROFILE}/download"
CLOSE = f"{PROFILE}/close"
CLOSED = "/account/closed"
SECURITY = "/account/security"
TOTP = f"{SECURITY}/totp"
PASSKEYS = f"{SECURITY}/passkeys"
ADD_PASSKEY = f"{PASSKEYS}/add"
PASSKEY_OPTIONS = f"{PASSKEYS}/options"
SET_UP = f"{SECURITY}/set-up"
CODES = f"{SECURITY}/codes"
FACTORS = f"{SECURITY}/factors"
TURN_OFF = f"{SECURITY}/turn-off"
RECOVERY_CODES = f"{SECURITY}/recovery-codes"
VIEW_CODES = f"{RECOVERY_CODES}/view"
REGENERATE = f"{RECOVERY_CODES}/regenerate"
PASSWORD = f"{SECURITY}/password"
PASSWORD_STRENGTH = f"{PASSWORD}/strength"
DEVICES = f"{SECURITY}/devices"
SESSIONS = f"{SECURITY}/sessions"
END_OTHER_SESSIONS = f"{SESSIONS}/end-others"
APPS = "/account/apps"
ACTIVITY = "/account/activity"
APPROVE = "/approve"
"""Where people approve sign-ins that apps ask for (CIBA); `protocol` serves it."""
SIGN_OUT = "/account/sign-out"
SIGNED_OUT = "/account/signed-out"


def factor_path(factor_id: str) -> str:
    """Return the path of the page of one factor; `<factor_id>` makes it a route."""
    return f"{FACTORS}/{factor_id}"


def remove_factor_path(factor_id: str) -> str:
    """Return the path of the page that removes one factor."""
    return f"{FACTORS}/{factor_id}/remove"


def passkey_path(factor_id: str) -> str:
    """Return the path of the page of one passkey."""
    return f"{PASSKEYS}/{factor_id}"


def sent_codes_path(channel: str) -> str:
    """Return the path of the page that sets up codes by one channel."""
    return f"{CODES}/{channel}"


def phone_code_path(channel: str) -> str:
    """Return the path of the page that verifies a new number by code."""
    return f"{PHONE}/{channel}"
