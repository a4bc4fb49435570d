"""Pages of mailed links: a new password, a new address, and what was not them."""

from tests.support.samples.common import ACME, Sample

FORGOT = {"action": "#", "username": "", "back_href": "#"}
NEW_PASSWORD = {
    "action": "#", "username": "ada", "min_length": 15, "two_step_on": False, "strength_href": "#",
}  # fmt: skip
REGISTER = {"action": "#", "typed": "", "longest": 254, "back_href": "#", "client": None}
REGISTRATION = {
    "action": "#", "email": "ada@example.org", "name": "", "longest": 200, "strength_href": "#", "min_length": 15,
}  # fmt: skip
ALERT = {
    "action": "#", "event": "sign_in_alert", "browser": "Firefox on Windows", "address": "203.0.113.7",
    "when": "20 November 2026, 20:03 UTC",
}  # fmt: skip

LINKS: list[Sample] = [
    ("forgot", "recovery/forgot_password.html", FORGOT),
    ("forgot-empty", "recovery/forgot_password.html", FORGOT | {
        "errors": {"username": "Enter your user name or email address."}}),
    ("forgot-too-often", "recovery/forgot_password.html", FORGOT | {
        "username": "ada@example.org", "errors": {"form": "Too many links were asked for from your network."}}),
    ("forgot-sent", "recovery/forgot_password_sent.html", {"minutes": 30, "back_href": "#", "again_href": "#"}),
    ("new-password", "recovery/new_password.html", NEW_PASSWORD),
    ("new-password-weak", "recovery/new_password.html", NEW_PASSWORD | {
        "two_step_on": True, "min_length": 8, "errors": {"password": "Use at least 8 characters."}}),
    ("new-password-stale", "recovery/new_password.html", NEW_PASSWORD | {
        "errors": {"form": "This page was out of date, so nothing was sent. Please try again."}}),
    ("register", "recovery/register.html", REGISTER),
    ("register-wrong", "recovery/register.html", REGISTER | {
        "typed": "ada", "client": ACME, "errors": {"email": "Enter an email address, such as jane@example.com."}}),
    ("register-sent", "recovery/register_sent.html", {"minutes": 60, "back_href": "#", "again_href": "#"}),
    ("registration", "recovery/registration.html", REGISTRATION),
    ("registration-empty", "recovery/registration.html", REGISTRATION | {
        "errors": {"name": "Type your name.", "password": "Use at least 15 characters."}}),
    ("password-set", "recovery/password_set.html", {"sign_in_href": "#"}),
    ("first-password-set", "recovery/password_set.html", {"sign_in_href": "#", "invited": True}),
    ("alert", "recovery/alert.html", ALERT),
    ("alert-change", "recovery/alert.html", ALERT | {"event": "message_codes_added"}),
    ("alert-stale", "recovery/alert.html", ALERT | {
        "address": "2001:db8::17",
        "errors": {"form": "This page was out of date, so nothing was sent. Please try again."}}),
    ("email-confirm", "recovery/email_change.html", {"action": "#", "address": "ada@new.example", "username": "ada"}),
    ("undo", "recovery/undo.html", {
        "action": "#", "kind": "email", "old": "ada@example.org", "new": "mallory.the.very.long@example.com",
        "when": "20 November 2026, 20:03 UTC"}),
    ("undo-phone", "recovery/undo.html", {
        "action": "#", "kind": "phone", "old": "+44 20 7946 0018", "new": None, "when": "20 November 2026, 20:03 UTC",
        "errors": {"form": "This page was out of date, so nothing was sent. Please try again."}}),
    ("undone", "recovery/result.html", {
        "title": "The change is undone", "restart_href": "#", "restart_label": "Set a new password by mail",
        "message": "Your email address and phone number are what they were before, and every browser is signed out. "
        "Somebody else may know your password: set a new one now. Then look at your security page, and remove what you "
        "did not set up."}),
    ("alert-done", "recovery/alert_done.html", {"forgot_href": "#", "password_href": "#"}),
    ("link-dead", "recovery/result.html", {
        "title": "This link no longer works", "restart_href": "#", "restart_label": "Set a new password",
        "message": "It was used already, or it is too old. If somebody else may know your password, set a new one."}),
]  # fmt: skip
