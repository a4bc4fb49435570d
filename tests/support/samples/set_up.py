"""Pages that set up a second step on the way in."""

from tests.support.samples.common import CLOCK, ENROL, FRESH_CODES, PASSKEY, SET_UP_CODES, Sample

SET_UP: list[Sample] = [
    ("offer", "login/optional_enrolment.html", {
        "action": "#", "username": "ada", "can_cancel": True, "due": "2 December 2026, 20:03 UTC"}),
    ("offer-nothing-chosen", "login/optional_enrolment.html", {
        "action": "#", "username": "ada", "can_cancel": False, "due": "2 December 2026, 20:03 UTC",
        "errors": {"form": "Choose whether to set it up now."}}),
    ("set-up-codes", "login/enrol_sent_code.html", SET_UP_CODES),
    ("set-up-codes-known", "login/enrol_sent_code.html", SET_UP_CODES | {"known": "a•••@example.org",
    "channel": "email"}),
    ("set-up-codes-sent", "login/enrol_sent_code.html", SET_UP_CODES | {
        "sent": True, "masked": "+49 ••• 78", "retry_after": 42, "channel": "whatsapp", "remember_days": 14,
    }),
    ("set-up-passkey", "login/enrol_passkey.html", PASSKEY | {
        "remember_days": 14, "can_cancel": True, "back_href": "#", "alternatives": [], "sends": False,
    }),
    ("enrol", "login/enrol_totp.html", ENROL),
    ("enrol-wrong", "login/enrol_totp.html", ENROL | {"required": False, "errors": {"code": CLOCK}}),
    ("recovery-codes", "login/recovery_codes.html", FRESH_CODES),
    ("recovery-codes-forced", "login/recovery_codes.html", FRESH_CODES | {
        "forced": True, "errors": {"saved": "Tick this once the codes are saved."}}),
]  # fmt: skip
