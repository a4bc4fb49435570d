"""Who starts login flows."""

from __future__ import annotations

from enum import StrEnum


class Initiator(StrEnum):
    """What a login flow was started by; stored in its row."""

    AUTHORIZE = "authorize"
    """An authorization request."""
    ACCOUNT = "account"
    """A page of our own."""
    DEVICE = "device"
    """A device without a keyboard."""
    TRIAL = "trial"
    """An administrator who tries an app."""
