"""Sample variables for every page in each of its states; they are also the written contract of the templates.

A sample is ``(name, template, variables)``. The gallery renders it with ``COMMON`` beneath, under strict undefined
checking, so a page that reads a variable its sample lacks fails there.
"""

import io
from typing import Any
from urllib.parse import quote

import qrcode
from markupsafe import Markup
from qrcode.image.svg import SvgPathImage

from idp.account import own_claims

Sample = tuple[str, str, dict[str, Any]]

ACME = {"name": "Acme Invoices", "host": "invoices.acme.example", "logo_letter": "A"}
ADA = {"name": "Ada Lovelace", "username": "ada@example.org"}
CODES = [
    "7KQM-X2ZD-9HTB-W4", "PN8V-3CRJ-YF6A-TE", "MW5S-KB7H-2QXG-ZN", "D9RT-4VJP-C8YM-3K",
    "HX6B-ZQ2W-N7FS-5R", "T4GY-8DKC-JM9V-XP", "AF3N-WR5X-6BZH-QS", "YC7J-2PTM-VK4D-8G",
]  # fmt: skip
SECRET = "JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP"
OTPAUTH = f"otpauth://totp/Countersign:ada?secret={SECRET.replace(' ', '')}&issuer=Countersign"
CLOCK = "That code did not work. Check that your phone's clock is set to automatic time, then enter the next code."


def _qr(text: str) -> Markup:
    """Return the QR code of ``text`` as an inline SVG element."""
    stream = io.BytesIO()
    qrcode.make(text, image_factory=SvgPathImage, border=2).save(stream)
    svg = stream.getvalue().decode()
    return Markup(svg[svg.index("<svg") :])  # noqa: S704 -- drawn here from a constant


def _device(name: str, *, since: str, until: str, current: bool) -> dict[str, Any]:
    return {"name": name, "since": since, "until": until, "current": current, "action": "#"}


def _session(browser: str, *, place: str, seen: str, current: bool) -> dict[str, Any]:
    return {"browser": browser, "place": place, "seen": seen, "current": current, "action": "#"}


COMMON: dict[str, Any] = {
    "brand": "Countersign", "client": None, "errors": {}, "notice": None,
    "csrf_token": "sample",
}  # fmt: skip
PASSKEY = {"action": "#", "options_href": "#"}
IDENTIFY = {
    "passkey": PASSKEY, "action": "#", "username": "", "known_user": None, "can_cancel": True, "client": ACME,
    "forgot_href": "#",
}  # fmt: skip
RECOVERY_WAY = {"title": "Use a recovery code", "detail": "", "symbol": "key", "href": "#", "action": ""}
WAYS = [
    {"title": "Use your passkey", "detail": "", "symbol": "passkey", "href": "#", "action": ""},
    {"title": "Use your authenticator app", "detail": "", "symbol": "phone", "href": "#", "action": ""},
    {"title": "Send code by text message", "detail": "+49 ••• 78", "symbol": "phone", "href": "", "action": "#"},
    {"title": "Send code by email", "detail": "a•••@example.org", "symbol": "mail", "href": "", "action": "#"},
]
SENT_CODE = {
    "action": "#", "send_action": "#", "channel": "sms", "masked": "+49 ••• 78", "sent": True, "again_in": 42,
    "remember_days": 14, "can_cancel": True, "other_ways": [*WAYS[:2], RECOVERY_WAY], "sends": True,
}  # fmt: skip
SET_UP_CODES = {
    "action": "#", "send_action": "#", "channel": "sms", "known": None, "masked": "", "sent": False, "again_in": 0,
    "typed": "", "remember_days": None, "back_href": "#", "can_cancel": True,
}  # fmt: skip
CODE = {
    "action": "#", "username": "ada@example.org", "remember_days": 14, "can_cancel": True, "sends": False,
    "other_ways": [RECOVERY_WAY], "passkey": None, "has_app": True,
}  # fmt: skip
RECOVERY = {
    "action": "#", "username": "ada@example.org", "remember_days": 14, "can_cancel": True, "sends": True,
    "other_ways": WAYS,
    "has_app": True,
}  # fmt: skip
FORGOT = {"action": "#", "username": "", "back_href": "#"}
NEW_PASSWORD = {
    "action": "#", "username": "ada", "min_length": 15, "two_step_on": False, "strength_href": "#",
}  # fmt: skip
ALERT = {
    "action": "#", "event": "sign_in_alert", "browser": "Firefox on Windows", "address": "203.0.113.7",
    "when": "20 November 2026, 20:03 UTC",
}  # fmt: skip
ENROL = {
    "action": "#", "qr_svg": _qr(OTPAUTH), "secret": SECRET, "account_name": "ada@example.org", "minutes": 10,
    "can_cancel": True, "required": True, "app_href": OTPAUTH, "other_ways": WAYS[:1], "sends": False,
}  # fmt: skip
FRESH_CODES = {
    "codes": CODES, "action": "#", "forced": False, "viewable": False,
    "download_href": "data:text/plain;charset=utf-8," + quote("\n".join(CODES) + "\n"),
}  # fmt: skip
VIEWED_CODES = {
    "codes": CODES, "used": [CODES[1], CODES[5]], "left": 6, "total": 8, "back_href": "#", "regenerate_href": "#",
    "download_href": FRESH_CODES["download_href"],
}  # fmt: skip

LOGIN: list[Sample] = [
    ("identify", "login/identify.html", IDENTIFY),
    ("identify-alone", "login/identify.html", IDENTIFY | {"client": None, "can_cancel": False}),
    ("identify-wrong", "login/identify.html", IDENTIFY | {
        "username": "ada@example.org",
        "errors": {"form": "The username or the password is not right. Check both and try again."}}),
    ("identify-empty", "login/identify.html", IDENTIFY | {
        "errors": {"username": "Enter your username or email.", "password": "Enter your password."}}),
    ("identify-known", "login/identify.html", IDENTIFY | {"known_user": ADA, "switch_href": "#"}),
    ("identify-notice", "login/identify.html", IDENTIFY | {
        "notice": "Your password is changed. Sign in with the new one."}),
    ("offer", "login/offer.html", {
        "action": "#", "username": "ada", "can_cancel": True, "due": "2 December 2026, 20:03 UTC"}),
    ("offer-nothing-chosen", "login/offer.html", {
        "action": "#", "username": "ada", "can_cancel": False, "due": "2 December 2026, 20:03 UTC",
        "errors": {"form": "Choose whether to set it up now."}}),
    ("code", "login/code.html", CODE),
    ("code-wrong", "login/code.html", CODE | {"errors": {"code": CLOCK}}),
    ("code-every-time", "login/code.html", CODE | {"remember_days": None, "can_cancel": False}),
    ("code-passkey", "login/code.html", CODE | {"passkey": PASSKEY}),
    ("code-passkey-only", "login/code.html", CODE | {"passkey": PASSKEY, "has_app": False}),
    ("code-sent", "login/sent_code.html", SENT_CODE),
    ("code-sent-wrong", "login/sent_code.html", SENT_CODE | {
        "channel": "email", "masked": "a•••@example.org", "again_in": 0, "errors": {"code": "That code did not work."},
    }),
    ("code-to-send", "login/sent_code.html", SENT_CODE | {"sent": False, "channel": "whatsapp"}),
    ("set-up-codes", "login/set_up_codes.html", SET_UP_CODES),
    ("set-up-codes-known", "login/set_up_codes.html", SET_UP_CODES | {"known": "a•••@example.org", "channel": "email"}),
    ("set-up-codes-sent", "login/set_up_codes.html", SET_UP_CODES | {
        "sent": True, "masked": "+49 ••• 78", "again_in": 42, "channel": "whatsapp", "remember_days": 14,
    }),
    ("set-up-passkey", "login/set_up_passkey.html", PASSKEY | {
        "remember_days": 14, "can_cancel": True, "back_href": "#",
    }),
    ("recovery-code", "login/recovery_code.html", RECOVERY),
    ("recovery-code-wrong", "login/recovery_code.html", RECOVERY | {
        "errors": {"code": "That recovery code did not work. Each one works once; try another one from your list."}}),
    ("enrol", "login/enrol_totp.html", ENROL),
    ("enrol-wrong", "login/enrol_totp.html", ENROL | {"required": False, "errors": {"code": CLOCK}}),
    ("recovery-codes", "login/recovery_codes.html", FRESH_CODES),
    ("recovery-codes-forced", "login/recovery_codes.html", FRESH_CODES | {
        "forced": True, "errors": {"saved": "Tick this once the codes are saved."}}),
    ("select-account", "login/select_account.html", {"accounts": [ADA], "action": "#", "client": ACME}),
    ("ended", "login/ended.html", {
        "title": "This sign-in has expired", "restart_href": "#",
        "message": "It was left open for too long. Nothing is lost: start again and you are back in a moment."}),
    ("ended-elsewhere", "login/ended.html", {
        "title": "Opened in another browser",
        "message": "This sign-in began in another browser. Go back there, or return to the app and sign in from it."}),
    ("forgot", "login/forgot.html", FORGOT),
    ("forgot-empty", "login/forgot.html", FORGOT | {
        "errors": {"username": "Enter your user name or email address."}}),
    ("forgot-too-often", "login/forgot.html", FORGOT | {
        "username": "ada@example.org", "errors": {"form": "Too many links were asked for from your network."}}),
    ("forgot-sent", "login/forgot_sent.html", {"minutes": 30, "back_href": "#", "again_href": "#"}),
    ("new-password", "login/new_password.html", NEW_PASSWORD),
    ("new-password-weak", "login/new_password.html", NEW_PASSWORD | {
        "two_step_on": True, "min_length": 8, "errors": {"password": "Use at least 8 characters."}}),
    ("new-password-stale", "login/new_password.html", NEW_PASSWORD | {
        "errors": {"form": "This page was out of date, so nothing was sent. Please try again."}}),
    ("password-set", "login/password_set.html", {"sign_in_href": "#"}),
    ("alert", "login/alert.html", ALERT),
    ("alert-change", "login/alert.html", ALERT | {"event": "message_codes_added"}),
    ("alert-stale", "login/alert.html", ALERT | {
        "address": "2001:db8::17",
        "errors": {"form": "This page was out of date, so nothing was sent. Please try again."}}),
    ("email-confirm", "login/email.html", {"action": "#", "address": "ada@new.example", "username": "ada"}),
    ("undo", "login/undo.html", {
        "action": "#", "kind": "email", "old": "ada@example.org", "new": "mallory.the.very.long@example.com",
        "when": "20 November 2026, 20:03 UTC"}),
    ("undo-phone", "login/undo.html", {
        "action": "#", "kind": "phone", "old": "+44 20 7946 0018", "new": None, "when": "20 November 2026, 20:03 UTC",
        "errors": {"form": "This page was out of date, so nothing was sent. Please try again."}}),
    ("undone", "login/ended.html", {
        "title": "The change is undone", "restart_href": "#", "restart_label": "Set a new password by mail",
        "message": "Everything is as it was before, and every browser is signed out. Set a new password now."}),
    ("alert-done", "login/alert_done.html", {"forgot_href": "#", "password_href": "#"}),
    ("link-dead", "login/ended.html", {
        "title": "This link no longer works", "restart_href": "#", "restart_label": "Set a new password",
        "message": "It was used already, or it is too old. If somebody else may know your password, set a new one."}),
]  # fmt: skip

ACCOUNT: dict[str, Any] = {
    "user": ADA, "logout_action": "#",
    "nav": [{"title": "Overview", "href": "#", "current": False}, {"title": "Profile", "href": "#", "current": False},
            {"title": "Security", "href": "#", "current": True},
            {"title": "Connected apps", "href": "#", "current": False},
            {"title": "Activity", "href": "#", "current": False}],
}  # fmt: skip
SECURITY: dict[str, Any] = ACCOUNT | {
    "password": {"changed": "3 March 2026", "href": "#"},
    "two_step": {
        "on": True, "required": False, "since": "12 June 2026",
        "set_up_href": "#", "replace_href": "#", "turn_off_href": "#", "any": True, "remove_href": "#"},
    "messages": [
        {"channel": "whatsapp", "on": False, "masked": "", "used": "", "href": "#"},
        {"channel": "sms", "on": True, "masked": "+49 ••• 78", "used": "20 November 2026", "href": "#"},
        {"channel": "email", "on": False, "masked": "", "used": "", "href": "#"},
    ],
    "passkeys": [
        {"name": "iPhone", "added": "12 June 2026", "used": "20 November 2026", "kind": "backed up", "href": "#"},
        {"name": "Blue key", "added": "12 June 2026", "used": "", "kind": "one device", "href": "#"},
    ],
    "add_passkey_href": "#",
    "recovery": {"left": 6, "total": 8, "href": "#", "show_href": "#"},
    "devices": [
        _device("Firefox on Windows", since="14 November 2026", until="28 November 2026", current=True),
        _device("Safari on iPhone", since="9 November 2026", until="23 November 2026", current=False),
    ],
    "sessions": [
        _session("Firefox on Windows", place="Berlin, Germany", seen="now", current=True),
        _session("Safari on iPhone", place="The same network as now", seen="2 hours ago", current=False),
        _session("Chrome on Android", place="198.51.100.23", seen="4 days ago", current=False),
    ],
    "end_others_action": "#",
}  # fmt: skip
APPS = [
    {
        "name": "Acme Invoices",
        "host": "invoices.acme.example",
        "own": False,
        "since": "3 March 2026, 09:12 UTC",
        "sees": ["Who you are", "Your profile", "Your email address", "Staying connected"],
        "used": "20 November 2026, 20:03 UTC",
        "action": "#",
    },
    {
        "name": "Intranet",
        "host": "intranet.example.org",
        "own": True,
        "since": "12 June 2026, 08:00 UTC",
        "sees": ["Who you are"],
        "used": "",
        "action": "#",
    },
]  # fmt: skip
EVENTS = [
    {
        "sentence": "You signed in, on the way to Acme Invoices.",
        "browser": "Firefox on Windows",
        "address": "203.0.113.7",
        "when": "20 November 2026, 20:03 UTC",
        "failed": False,
    },
    {
        "sentence": "Your password was known, and a wrong second step was tried.",
        "browser": "Unknown browser",
        "address": "2001:db8:85a3:8d3:1319:8a2e:370:7348",
        "when": "20 November 2026, 19:58 UTC",
        "failed": True,
    },
    {
        "sentence": "An administrator gave you a new password.",
        "browser": "On the server",
        "address": "",
        "when": "19 November 2026, 07:00 UTC",
        "failed": False,
    },
]  # fmt: skip
ENROL_ACCOUNT = ACCOUNT | ENROL | {"can_cancel": False, "back_href": "#", "replacing": False}

BAR = {
    "text": "Your organisation requires a second step. You can go on without it until 2 December 2026, 20:03 UTC.",
    "href": "#", "label": "Set it up now",
}  # fmt: skip

FACTOR = {
    "kind": "sms", "masked": "+49 ••• 78", "added": "12 June 2026", "used": "20 November 2026", "last": False,
    "remove_action": "#", "back_href": "#",
}  # fmt: skip
ONE_PASSKEY = {
    "name": "Blue key", "added": "12 June 2026", "longest_name": 60, "rename_action": "#", "remove_action": "#",
    "last": True, "back_href": "#", "kind": "one device",
}  # fmt: skip

PROFILE: dict[str, Any] = ACCOUNT | {
    "action": "#", "longest": own_claims.LONGEST, "download_action": "#", "close_href": "#",
    "values": own_claims.fields_of({
        "name": "Ada Lovelace", "given_name": "Ada", "family_name": "Lovelace", "birthdate": "1985-12-10",
        "website": "https://ada.example", "address": {"formatted": "12 St James's Square\nLondon"}}),
    "languages": [{"value": "", "title": "As the browser says", "chosen": True},
                  {"value": "de", "title": "Deutsch", "chosen": False}],
    "zones": [{"value": "", "title": "UTC", "chosen": False},
              {"value": "Europe/London", "title": "Europe/London", "chosen": True}],
    "email": {
        "address": "ada@example.org", "verified": True, "change_href": "#", "waiting": "ada@new.example",
        "forget_action": "#"},
    "phone": {"number": "+442079460018", "verified": False, "change_href": "#"},
}  # fmt: skip

CHANGE_PHONE = {
    "action": "#", "back_href": "#", "typed": "", "longest": 40, "present": "+442079460018", "told": True, "days": 7,
    "channels": ["sms", "whatsapp"], "codes_to": ["+44 ••• 18"], "remove_action": "#",
}  # fmt: skip
PHONE_CODE = {
    "action": "#", "back_href": "#", "send_action": "#", "channel": "sms", "masked": "+44 ••• 18", "again_in": 42,
}  # fmt: skip
CHANGE_EMAIL = {
    "action": "#", "back_href": "#", "typed": "", "longest": 254, "present": "ada@example.org", "minutes": 60,
    "days": 7, "codes_to": ["ada@example.org"],
}  # fmt: skip

ACCOUNT_PAGES: list[Sample] = [
    ("profile", "account/profile.html", PROFILE | {"notice": "Your profile is saved."}),
    ("profile-wrong", "account/profile.html", PROFILE | {
        "email": PROFILE["email"] | {"address": None, "waiting": None}, "phone": PROFILE["phone"] | {"number": None},
        "values": PROFILE["values"] | {"birthdate": "1985", "website": "ada.example"},
        "errors": {"birthdate": "Enter the date as year, month and day, such as 1985-02-28.",
                   "website": "Enter a whole web address that begins with https://."}}),
    ("close", "account/close.html", ACCOUNT | {"action": "#", "back_href": "#"}),
    ("close-wrong", "account/close.html", ACCOUNT | {
        "action": "#", "back_href": "#", "errors": {"username": "Type your user name, ada, to confirm."}}),
    ("phone", "account/phone.html", ACCOUNT | CHANGE_PHONE),
    ("phone-wrong", "account/phone.html", ACCOUNT | CHANGE_PHONE | {
        "channels": ["whatsapp"], "codes_to": [], "present": None, "typed": "0151 2345",
        "errors": {"number": "Enter your number with the country code, such as +49 1512 3456789."}}),
    ("phone-no-way", "account/phone.html", ACCOUNT | CHANGE_PHONE | {"channels": []}),
    ("phone-code", "account/phone_code.html", ACCOUNT | PHONE_CODE),
    ("email-change", "account/email.html", ACCOUNT | CHANGE_EMAIL),
    ("email-change-wrong", "account/email.html", ACCOUNT | CHANGE_EMAIL | {
        "present": None, "typed": "ada", "errors": {"email": "Enter an email address, such as jane@example.com."}}),
    ("account-home", "account/home.html", ACCOUNT | {
        "security_href": "#", "profile_href": "#", "two_step_on": True,
        "claims": [{"title": "Name", "value": "Ada Lovelace"}, {"title": "Username", "value": "ada"},
                   {"title": "Email", "value": "ada@example.org"}, {"title": "Language", "value": "English"}]}),
    ("account-home-off", "account/home.html", ACCOUNT | {
        "security_href": "#", "profile_href": "#", "two_step_on": False, "claims": []}),
    ("security", "account/security.html", SECURITY),
    ("security-required", "account/security.html", SECURITY | {
        "two_step": SECURITY["two_step"] | {"required": True},
        "recovery": {"left": 1, "total": 8, "href": "#", "show_href": None},
        "notice": "Your password is changed."}),
    ("security-new", "account/security.html", SECURITY | {
        "two_step": SECURITY["two_step"] | {"on": False, "any": False, "required": True}, "recovery": None,
        "devices": [], "passkeys": [],
        "sessions": SECURITY["sessions"][:1], "end_others_action": None,
        "bar": BAR}),
    ("password", "account/password.html", ACCOUNT | {
        "action": "#", "min_length": 15, "back_href": "#", "strength_href": "#"}),
    ("password-weak", "account/password.html", ACCOUNT | {
        "action": "#", "min_length": 15, "back_href": "#", "strength_href": "#",
        "errors": {"password": "This password is on lists that attackers try first. Choose another one."}}),
    ("account-totp", "account/totp.html", ENROL_ACCOUNT),
    ("account-totp-replace", "account/totp.html", ENROL_ACCOUNT | {"replacing": True, "errors": {"code": CLOCK}}),
    ("account-recovery-codes", "account/recovery_codes.html", ACCOUNT | FRESH_CODES | {"viewable": True}),
    ("view-codes", "account/view_codes.html", ACCOUNT | VIEWED_CODES),
    ("view-codes-none", "account/view_codes.html", ACCOUNT | VIEWED_CODES | {"codes": []}),
    ("turn-off", "account/turn_off.html", ACCOUNT | {"action": "#", "back_href": "#", "kinds": {"totp"}}),
    ("turn-off-passkeys", "account/turn_off.html", ACCOUNT | {
        "action": "#", "back_href": "#", "kinds": {"totp", "sms", "passkey"}}),
    ("message-codes", "account/message_codes.html", ACCOUNT | SET_UP_CODES | {"can_cancel": False}),
    ("factor", "account/factor.html", ACCOUNT | FACTOR),
    ("factor-needed", "account/factor.html", ACCOUNT | FACTOR | {
        "kind": "totp", "masked": "", "used": "", "remove_action": None, "last": True,
    }),
    ("passkey-add", "account/passkey_add.html", ACCOUNT | {
        "action": "#", "options_href": "#", "back_href": "#", "suggestion": "Firefox on Windows", "longest_name": 60}),
    ("passkey", "account/passkey.html", ACCOUNT | ONE_PASSKEY),
    ("passkey-needed", "account/passkey.html", ACCOUNT | ONE_PASSKEY | {
        "remove_action": None, "errors": {"name": "Enter a name of at most 60 characters."}}),
    ("apps", "account/apps.html", ACCOUNT | {"apps": APPS}),
    ("apps-none", "account/apps.html", ACCOUNT | {
        "apps": [], "notice": "That app can no longer see anything of your account."}),
    ("activity", "account/activity.html", ACCOUNT | {
        "events": EVENTS, "older_href": "#", "newest_href": "#"}),
    ("activity-none", "account/activity.html", ACCOUNT | {"events": [], "older_href": None, "newest_href": None}),
    ("regenerate", "account/regenerate.html", ACCOUNT | {
        "action": "#", "back_href": "#", "left": 6, "viewable": False}),
]  # fmt: skip

CONSENT = {
    "client": ACME, "user": ADA, "action": "#", "again": False,
    "lifetime": "It may stay connected for 30 days without you signing in again.",
    "scopes": [
        {"title": "Who you are", "detail": "An identifier made for your account"},
        {"title": "Your name", "detail": "Ada Lovelace"},
        {"title": "Your email address", "detail": "ada@example.org"},
    ],
}  # fmt: skip
OTHERS: list[Sample] = [
    ("consent", "consent/ask.html", CONSENT),
    ("consent-again", "consent/ask.html", CONSENT | {
        "again": True, "scopes": [{"title": "Your phone number", "detail": ""}], "lifetime": ""}),
    ("logout", "session/logout_confirm.html", {"action": "#", "client": ACME}),
    ("logout-own", "session/logout_confirm.html", {"action": "#"}),
    ("logged-out", "session/logged_out.html", {"client": ACME, "back_href": "#"}),
    ("logged-out-plain", "session/logged_out.html", {}),
    ("error", "errors/page.html", {
        "title": "This link does not work", "reference": "01JD6F3Q8XK2",
        "message": "The app that sent you here gave an address that it has not registered.",
        "remedy": "Go back to the app and try again. If it happens again, tell the people who run the app."}),
]  # fmt: skip

KEPT = [
    {"symbol": "phone", "title": "Text message", "recipient": "+14155550100", "when": "2 June 2026, 14:05",
     "code": "048213",
     "pieces": [{"href": None, "text": "Countersign: 048213 is your sign-in code. Valid for 10 minutes. "
                 "Give it to nobody.\n\n@localhost #048213"}]},
    {"symbol": "mail", "title": "Set a new password", "recipient": "ada@example.org", "when": "2 June 2026, 14:02",
     "code": None,
     "pieces": [{"href": None, "text": "Hello Ada,\n\nIf it was you, open this link:\n\n"},
                {"href": "#", "text": "http://localhost:8000/recover/pHZ0YzWQhIuRrVw3oMtq2yL8sX5dKfGb7nEjC1aT9uk"},
                {"href": None, "text": "\n\nIf it was not you, do nothing."}]},
]  # fmt: skip
OTHERS += [
    ("mailbox", "development/mailbox.html", {"messages": KEPT}),
    ("mailbox-empty", "development/mailbox.html", {"messages": []}),
]  # fmt: skip

EVENT = {
    "event": "password_changed", "name": "Ada", "when": "20 November 2026, 20:03 UTC", "browser": "Firefox on Windows",
    "ip": "203.0.113.7", "security_href": "https://id.example.org/account/security", "link": "",
}  # fmt: skip
MAILED_CODE = EVENT | {"purpose": "sign_in", "code": "048213", "minutes": 10}
LINK = EVENT | {"link": "https://id.example.org/alert/pHZ0YzWQhIuRrVw3oMtq2yL8sX5dKfGb7nEjC1aT9uk", "minutes": 30}
EMAILS: list[Sample] = [
    ("email-html", "email/security_notice.html", EVENT),
    ("email-text", "email/security_notice.txt", EVENT),
    ("email-subject", "email/security_notice.subject.txt", EVENT),
    ("email-alert-html", "email/sign_in_alert.html", LINK),
    ("email-alert-text", "email/sign_in_alert.txt", LINK),
    ("email-alert-subject", "email/sign_in_alert.subject.txt", LINK),
    ("email-code-html", "email/code.html", MAILED_CODE),
    ("email-code-text", "email/code.txt", MAILED_CODE),
    ("email-code-subject", "email/code.subject.txt", MAILED_CODE),
    *(
        (f"email-{name}-{form}", f"email/{template}.{form}", LINK | {"event": "email_changed", "days": 7})
        for name, template in (
            ("change", "email_change"),
            ("taken", "email_taken"),
            ("changed", "contact_changed"),
            ("closed", "account_closed"),
        )
        for form in ("html", "txt", "subject.txt")
    ),
    ("email-reset-html", "email/reset_offer.html", LINK),
    ("email-reset-text", "email/reset_offer.txt", LINK),
    ("email-reset-subject", "email/reset_offer.subject.txt", LINK),
]
# Sends itself at once, so it can be rendered but not photographed.
SELF_SENDING: Sample = (
    "form-post", "protocol/form_post.html",
    {"redirect_uri": "https://invoices.acme.example/back", "params": {"code": "c", "state": "s", "iss": "i"}},
)  # fmt: skip

SAMPLES: list[Sample] = [*LOGIN, *ACCOUNT_PAGES, *OTHERS, *EMAILS, SELF_SENDING]
