"""Pages on the way in: who is there, and the second step."""

from tests.support.samples.common import ACME, ADA, CLOCK, PASSKEY, RECOVERY_WAY, WAYS, Sample

IDENTIFY = {
    "passkey": PASSKEY, "action": "#", "username": "", "known_user": None, "can_cancel": True, "client": ACME,
    "forgot_href": "#", "register_href": None, "keep_days": 7, "keep": False,
}  # fmt: skip
CODE = {
    "action": "#", "username": "ada@example.org", "remember_days": 14, "can_cancel": True, "sends": False,
    "alternatives": [RECOVERY_WAY], "passkey": None, "has_app": True, "entry": "Countersign (a•••@example.org)",
}  # fmt: skip
SENT_CODE = {
    "action": "#", "send_action": "#", "channel": "sms", "masked": "+49 ••• 78", "sent": True, "retry_after": 42,
    "delivery_delayed": False,
    "remember_days": 14, "can_cancel": True, "alternatives": [*WAYS[:2], RECOVERY_WAY], "sends": True,
}  # fmt: skip
RECOVERY = {
    "action": "#", "username": "ada@example.org", "remember_days": 14, "can_cancel": True, "sends": True,
    "alternatives": WAYS, "passkey": PASSKEY, "has_app": True,
}  # fmt: skip

SIGN_IN: list[Sample] = [
    ("identify", "login/identify.html", IDENTIFY),
    ("identify-register", "login/identify.html", IDENTIFY | {"register_href": "#"}),
    ("identify-alone", "login/identify.html", IDENTIFY | {"client": None, "can_cancel": False}),
    ("identify-wrong", "login/identify.html", IDENTIFY | {
        "username": "ada@example.org",
        "errors": {"form": "The username or the password is not right. Check both and try again."}}),
    ("identify-empty", "login/identify.html", IDENTIFY | {
        "errors": {"username": "Enter your username or email.", "password": "Enter your password."}}),
    ("identify-known", "login/identify.html", IDENTIFY | {"known_user": ADA, "switch_href": "#"}),
    ("identify-change", "login/identify.html", IDENTIFY | {
        "client": None, "known_user": ADA, "switch_href": "#", "confirms_change": True, "is_step_up": True}),
    ("identify-notice", "login/identify.html", IDENTIFY | {
        "notice": "Your password is changed. Sign in with the new one."}),
    ("code", "login/code.html", CODE),
    ("code-wrong", "login/code.html", CODE | {"errors": {"code": CLOCK}}),
    ("code-every-time", "login/code.html", CODE | {"remember_days": None, "can_cancel": False}),
    ("code-step-up", "login/code.html", CODE | {
        "remember_days": None, "client": ACME, "is_step_up": True, "asked_by_client": True}),
    ("code-change", "login/code.html", CODE | {"remember_days": None, "is_step_up": True, "confirms_change": True}),
    ("code-passkey", "login/code.html", CODE | {"passkey": PASSKEY}),
    ("code-passkey-only", "login/code.html", CODE | {"passkey": PASSKEY, "has_app": False}),
    ("code-sent", "login/sent_code.html", SENT_CODE),
    ("code-sent-wrong", "login/sent_code.html", SENT_CODE | {
        "channel": "email", "masked": "a•••@example.org", "retry_after": 0, "delivery_delayed": True,
        "errors": {"code": "That code did not work."},
    }),
    ("code-to-send", "login/sent_code.html", SENT_CODE | {"sent": False, "channel": "whatsapp"}),
    ("recovery-code", "login/recovery_code.html", RECOVERY),
    ("recovery-code-wrong", "login/recovery_code.html", RECOVERY | {
        "errors": {"code": "That recovery code did not work. Each one works once; try another one from your list."}}),
    ("select-account", "login/select_account.html", {"accounts": [ADA], "action": "#", "client": ACME}),
    ("ended", "recovery/result.html", {
        "title": "This sign-in has expired", "restart_href": "#",
        "message": "It was left open for too long. Nothing is lost: start again and you are back in a moment."}),
    ("ended-elsewhere", "recovery/result.html", {
        "title": "Opened in another browser",
        "message": "This sign-in began in another browser. Go back there, or return to the app and sign in from it."}),
]  # fmt: skip
