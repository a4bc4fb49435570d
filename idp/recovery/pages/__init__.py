"""The pages that mailed links open, and the page that asks for a password reset link. None signs anybody in."""

from __future__ import annotations

from idp.recovery.pages import (
    email_change,
    forgot_password,
    registration,
    registration_request,
    reset_password,
    sign_in_alert,
    undo_change,
)

PAGES = (forgot_password, reset_password, sign_in_alert, email_change, undo_change, registration_request, registration)
blueprints = tuple(page.blueprint for page in PAGES)
