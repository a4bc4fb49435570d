"""The paths of mailed links, for those who mail them, for their pages, and for what must not be logged.

The link itself is the path, a slash and its handle.
"""

from __future__ import annotations

RESET_PASSWORD = "/recover"  # noqa: S105 - a path
SIGN_IN_ALERT = "/alert"
CONFIRM_EMAIL = "/email"
UNDO_CHANGE = "/undo"
REGISTER = "/sign-up"
ALL = (RESET_PASSWORD, SIGN_IN_ALERT, CONFIRM_EMAIL, UNDO_CHANGE, REGISTER)
