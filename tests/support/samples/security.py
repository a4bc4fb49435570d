"""Pages of the account that say and change how somebody signs in."""

from typing import Any

from tests.support.samples.account import ACCOUNT
from tests.support.samples.common import CLOCK, CODES, DOWNLOAD, ENROL, FRESH_CODES, SET_UP_CODES, Sample


def _device(name: str, *, since: str, until: str, current: bool) -> dict[str, Any]:
    return {"name": name, "since": since, "until": until, "current": current, "action": "#"}


def _session(browser: str, *, place: str, seen: str, current: bool) -> dict[str, Any]:
    return {"browser": browser, "place": place, "seen": seen, "current": current, "action": "#"}


def _messages(name: str, *, hint: str) -> dict[str, Any]:
    return {"name": name, "symbol": "phone", "hint": hint, "on": False, "masked": "", "used": "", "href": "#"}


ON_ANY_PHONE = "Works on any phone; less safe than a passkey or an app."
SECURITY: dict[str, Any] = ACCOUNT | {
    "password": {"changed": "3 March 2026", "href": "#"},
    "two_step": {
        "on": True, "shown": True, "required": False, "since": "12 June 2026",
        "set_up_href": "#", "replace_href": "#", "turn_off_href": "#", "any": True, "remove_href": "#"},
    "messages": [
        _messages("Codes by WhatsApp", hint=ON_ANY_PHONE),
        _messages("Codes by text message", hint=ON_ANY_PHONE) | {
            "on": True, "masked": "+49 ••• 78", "used": "20 November 2026"},
        _messages("Codes by email", hint="Better than a password alone, and less safe than a passkey or an app.") | {
            "symbol": "mail"},
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
BAR = {
    "text": "Your organisation requires a second step. You can go on without it until 2 December 2026, 20:03 UTC.",
    "href": "#", "label": "Set it up now",
}  # fmt: skip
ENROL_ACCOUNT = ACCOUNT | ENROL | {"can_cancel": False, "back_href": "#", "replacing": False}
VIEWED_CODES = {
    "codes": CODES, "used": [CODES[1], CODES[5]], "left": 6, "total": 8, "back_href": "#", "regenerate_href": "#",
    "download_href": DOWNLOAD,
}  # fmt: skip
FACTOR = {
    "name": "Codes by text message", "masked": "+49 ••• 78", "added": "12 June 2026", "used": "20 November 2026",
    "remove_href": "#", "back_href": "#",
}  # fmt: skip
ONE_PASSKEY = {
    "name": "Blue key", "added": "12 June 2026", "longest_name": 60, "rename_action": "#", "remove_href": "#",
    "back_href": "#", "kind": "one device",
}  # fmt: skip

SECURITY_PAGES: list[Sample] = [
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
        "action": "#", "min_length": 15, "back_href": "#", "strength_href": "#", "ask_current": False}),
    ("password-weak", "account/password.html", ACCOUNT | {
        "action": "#", "min_length": 15, "back_href": "#", "strength_href": "#", "ask_current": True,
        "errors": {"password": "This password is on lists that attackers try first. Choose another one."}}),
    ("account-totp", "account/totp.html", ENROL_ACCOUNT),
    ("account-totp-replace", "account/totp.html", ENROL_ACCOUNT | {
        "replacing": True, "forgets_devices": True, "errors": {"code": CLOCK}}),
    ("account-recovery-codes", "account/recovery_codes.html", ACCOUNT | FRESH_CODES | {
        "viewable": True, "replaced": True}),
    ("view-codes", "account/view_codes.html", ACCOUNT | VIEWED_CODES),
    ("view-codes-none", "account/view_codes.html", ACCOUNT | VIEWED_CODES | {"codes": []}),
    ("regenerate", "account/regenerate_recovery_codes.html", ACCOUNT | {
        "action": "#", "back_href": "#", "left": 6, "viewable": False}),
    ("turn-off", "account/turn_off.html", ACCOUNT | {"action": "#", "back_href": "#", "kinds": {"totp"}}),
    ("turn-off-passkeys", "account/turn_off.html", ACCOUNT | {
        "action": "#", "back_href": "#", "kinds": {"totp", "sms", "passkey"}}),
    ("message-codes", "account/sent_codes.html", ACCOUNT | SET_UP_CODES | {
        "can_cancel": False, "forgets_devices": True}),
    ("factor", "account/factor.html", ACCOUNT | FACTOR),
    ("factor-needed", "account/factor.html", ACCOUNT | FACTOR | {
        "name": "Authenticator app", "masked": "", "used": "", "remove_href": None,
    }),
    ("factor-removal", "account/factor_removal.html", ACCOUNT | {
        "action": "#", "back_href": "#", "name": "Blue key", "last": False}),
    ("factor-removal-last", "account/factor_removal.html", ACCOUNT | {
        "action": "#", "back_href": "#", "name": "Authenticator app", "last": True}),
    ("passkey-add", "account/passkey_add.html", ACCOUNT | {
        "action": "#", "options_href": "#", "back_href": "#", "suggestion": "Firefox on Windows", "longest_name": 60}),
    ("passkey", "account/passkey.html", ACCOUNT | ONE_PASSKEY),
    ("passkey-needed", "account/passkey.html", ACCOUNT | ONE_PASSKEY | {
        "remove_href": None, "errors": {"name": "Enter a name of at most 60 characters."}}),
]  # fmt: skip
