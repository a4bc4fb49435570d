"""Pages of mailed links: a new password, a new address, and what was not them."""

from tests.support.samples.common import Sample

FORGOT = {"action": "#", "username": "", "back_href": "#"}
NEW_PASSWORD = {
    "action": "#", "username": "ada", "min_length": 15, "two_step_on": False, "strength_href": "#",
}  # fmt: skip
ALERT = {
    "action": "#", "event": "sign_in_alert", "browser": "Firefox on Windows", "address": "203.0.113.7",
    "when": "20 November 2026, 20:03 UTC",
}  # fmt: skip

LINKS: list[Sample] = [
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
