"""Consent, the end of a session, errors, the mailbox of a developer's own machine."""

from typing import Any

from tests.support.samples.common import ACME, ADA, Sample

CONSENT = {
    "client": ACME, "user": ADA, "action": "#", "again": False,
    "lifetime": "It may stay connected for 30 days without you signing in again.",
    "scopes": [
        {"title": "Who you are", "detail": "An identifier made for your account"},
        {"title": "Your name", "detail": "Ada Lovelace"},
        {"title": "Your email address", "detail": "ada@example.org"},
    ],
}  # fmt: skip
LOGGED_OUT: dict[str, Any] = {"client_name": None, "next_href": None, "back_href": "#", "frames": []}
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

OTHERS: list[Sample] = [
    ("consent", "consent/ask.html", CONSENT),
    ("consent-again", "consent/ask.html", CONSENT | {
        "again": True, "scopes": [{"title": "Your phone number", "detail": ""}], "lifetime": ""}),
    ("consent-details", "consent/ask.html", CONSENT | {"details": [
        {"title": "payment_initiation", "members": [
            {"term": "What it may do", "value": "initiate, status"},
            {"term": "instructedAmount", "value": '{"currency": "EUR", "amount": "123.50"}'}]}]}),
    ("device", "protocol/device.html", {"action": "#", "user_code": "WDJB-MJHT"}),
    ("device-wrong", "protocol/device.html", {"action": "#", "user_code": "BBBB-BBBB", "errors": {
        "user_code": "No device waits with this code. Look at the device again: the code may have changed."}}),
    ("device-confirm", "protocol/device_confirm.html", CONSENT | {
        "user_code": "WDJB-MJHT", "place": "203.0.113.9 (Paris, France)"}),
    ("device-done", "protocol/device_done.html", {"refused": False}),
    ("ciba-list", "protocol/ciba_list.html", {"account_href": "#", "requests": [
        {"name": "Acme Till", "words": "Pay 20 EUR to Bob", "since": "2 June 2026, 14:02", "href": "#"},
        {"name": "Acme Invoices", "words": "", "since": "2 June 2026, 14:01", "href": "#"}]}),
    ("ciba-list-empty", "protocol/ciba_list.html", {"account_href": "#", "requests": []}),
    ("ciba-confirm", "protocol/ciba_confirm.html", CONSENT | {
        "words": "Pay 20 EUR to Bob", "since": "2 June 2026, 14:02"}),
    ("ciba-wrong", "protocol/ciba_confirm.html", CONSENT | {
        "words": "", "since": "2 June 2026, 14:02", "errors": {
            "number": "That is not the number of this request. Look at the app again: it shows the number now."}}),
    ("ciba-done", "protocol/ciba_done.html", {"refused": False, "account_href": "#"}),
    ("logout", "session/logout_confirm.html", {"action": "#", "client": ACME}),
    ("logout-own", "session/logout_confirm.html", {"action": "#"}),
    ("logged-out", "session/logged_out.html", LOGGED_OUT | {"client_name": ACME["name"]}),
    ("logged-out-plain", "session/logged_out.html", LOGGED_OUT),
    ("logged-out-frames", "session/logged_out.html", {
        "client_name": ACME["name"], "next_href": "#", "frames": ["about:blank"], "longest_wait": 3600}),
    ("error", "errors/page.html", {
        "title": "This link does not work", "reference": "01JD6F3Q8XK2",
        "message": "The app that sent you here gave an address that it has not registered.",
        "remedy": "Go back to the app and try again. If it happens again, tell the people who run the app.",
        "links": [{"label": "My account", "href": "#"}]}),
    ("ended", "errors/page.html", {
        "title": "This sign-in took too long", "reference": "01JD6F3Q8XK2",
        "message": "For your safety it was ended. Start again.", "remedy": "",
        "links": [{"label": "Start again", "href": "#"}, {"label": "Back to Acme Invoices", "href": "#"},
                  {"label": "My account", "href": "#"}]}),
    ("mailbox", "development/mailbox.html", {"messages": KEPT}),
    ("mailbox-empty", "development/mailbox.html", {"messages": []}),
]  # fmt: skip

# Sends itself at once, so it can be rendered but not photographed.
SELF_SENDING: Sample = (
    "form-post", "protocol/form_post.html",
    {"redirect_uri": "https://invoices.acme.example/back", "params": {"code": "c", "state": "s", "iss": "i"}},
)  # fmt: skip
