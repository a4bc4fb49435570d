"""Mails, in each of their forms."""

from tests.support.samples.common import Sample

EVENT = {
    "event": "password_changed", "name": "Ada", "when": "20 November 2026, 20:03 UTC", "browser": "Firefox on Windows",
    "ip": "203.0.113.7", "security_href": "https://id.example.org/account/security", "link": "",
    "recover_href": "https://id.example.org/recover",
}  # fmt: skip
MAILED_CODE = EVENT | {"purpose": "sign_in", "code": "048213", "minutes": 10}
LINK = EVENT | {"link": "https://id.example.org/alert/pHZ0YzWQhIuRrVw3oMtq2yL8sX5dKfGb7nEjC1aT9uk", "minutes": 30}
REQUEST = EVENT | {"app": "Acme Till", "minutes": 5, "approve_href": "https://id.example.org/approve"}
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
            ("registration", "registration"),
            ("registration-taken", "registration_taken"),
            ("changed", "contact_changed"),
            ("closed", "account_closed"),
        )
        for form in ("html", "txt", "subject.txt")
    ),
    ("email-request-html", "email/sign_in_request.html", REQUEST),
    ("email-request-text", "email/sign_in_request.txt", REQUEST),
    ("email-request-subject", "email/sign_in_request.subject.txt", REQUEST),
    ("email-reset-html", "email/reset_offer.html", LINK),
    ("email-reset-text", "email/reset_offer.txt", LINK),
    ("email-reset-subject", "email/reset_offer.subject.txt", LINK),
]
