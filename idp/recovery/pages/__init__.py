"""The pages that mailed links open, and the page that asks for a password reset link. None signs anybody in."""

from __future__ import annotations

from idp.recovery.pages import email_change, forgot_password, reset_password, sign_in_alert, undo_change

PAGES = (forgot_password, reset_password, sign_in_alert, email_change, undo_change)
blueprints = tuple(page.blueprint for page in PAGES)
