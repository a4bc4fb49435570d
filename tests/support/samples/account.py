"""Pages of the account: what it is, the profile, apps and activity."""

from typing import Any

from idp.recovery import profile_form
from tests.support.samples.common import ADA, Sample

ACCOUNT: dict[str, Any] = {
    "user": ADA, "logout_action": "#",
    "nav": [{"title": "Overview", "href": "#", "current": False}, {"title": "Profile", "href": "#", "current": False},
            {"title": "Security", "href": "#", "current": True},
            {"title": "Connected apps", "href": "#", "current": False},
            {"title": "Activity", "href": "#", "current": False}],
}  # fmt: skip
PROFILE: dict[str, Any] = ACCOUNT | {
    "action": "#", "longest": profile_form.LONGEST, "download_href": "#", "close_href": "#",
    "attributes": [{"title": "Department", "text": "Sales"}],
    "values": profile_form.fields_of({
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
    "action": "#", "back_href": "#", "typed": "", "longest": 40, "present": "+442079460018",
    "notified": True, "days": 7,
    "channels": ["sms", "whatsapp"], "codes_to": ["+44 ••• 18"], "remove_action": "#",
}  # fmt: skip
PHONE_CODE = {
    "action": "#", "back_href": "#", "send_action": "#", "channel": "sms", "masked": "+44 ••• 18", "retry_after": 42,
    "delivery_delayed": False,
}  # fmt: skip
CHANGE_EMAIL = {
    "action": "#", "back_href": "#", "typed": "", "longest": 254, "present": "ada@example.org", "minutes": 60,
    "days": 7, "codes_to": ["ada@example.org"],
}  # fmt: skip
APPS = [
    {
        "open_href": "https://app.example.test/start", "name": "Acme Invoices",
        "host": "invoices.acme.example",
        "own": False,
        "since": "3 March 2026, 09:12 UTC",
        "sees": ["Who you are", "Your profile", "Your email address", "Staying connected"],
        "used": "20 November 2026, 20:03 UTC",
        "action": "#",
    },
    {
        "open_href": None,
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
        "why": ["The rule of a group asks for it."],
        "failed": False,
    },
    {
        "sentence": "Your password was known, and a wrong second step was tried.",
        "browser": "Unknown browser",
        "address": "2001:db8:85a3:8d3:1319:8a2e:370:7348",
        "when": "20 November 2026, 19:58 UTC",
        "why": [],
        "failed": True,
    },
    {
        "sentence": "An administrator gave you a new password.",
        "browser": "On the server",
        "address": "",
        "when": "19 November 2026, 07:00 UTC",
        "why": [],
        "failed": False,
    },
]  # fmt: skip

PAGES: list[Sample] = [
    ("account-home", "account/home.html", ACCOUNT | {
        "security_href": "#", "profile_href": "#", "two_step_on": True, "console_href": "#",
        "claims": [{"title": "Name", "value": "Ada Lovelace"}, {"title": "Username", "value": "ada"},
                   {"title": "Email", "value": "ada@example.org"}, {"title": "Language", "value": "English"}]}),
    ("account-home-off", "account/home.html", ACCOUNT | {
        "security_href": "#", "profile_href": "#", "two_step_on": False, "console_href": None, "claims": []}),
    ("profile", "account/profile.html", PROFILE | {"notice": "Your profile is saved."}),
    ("profile-wrong", "account/profile.html", PROFILE | {
        "email": PROFILE["email"] | {"address": None, "waiting": None}, "phone": PROFILE["phone"] | {"number": None},
        "values": PROFILE["values"] | {"birthdate": "1985", "website": "ada.example"},
        "errors": {"birthdate": "Enter the date as year, month and day, such as 1985-02-28.",
                   "website": "Enter a whole web address that begins with https://."}}),
    ("download", "account/download.html", ACCOUNT | {"action": "#", "back_href": "#"}),
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
    ("apps", "account/apps.html", ACCOUNT | {"approve_href": "#", "apps": APPS}),
    ("apps-none", "account/apps.html", ACCOUNT | {
        "approve_href": "#", "apps": [], "notice": "That app can no longer see anything of your account."}),
    ("activity", "account/activity.html", ACCOUNT | {
        "events": EVENTS, "older_href": "#", "newest_href": "#"}),
    ("activity-none", "account/activity.html", ACCOUNT | {"events": [], "older_href": None, "newest_href": None}),
]  # fmt: skip
