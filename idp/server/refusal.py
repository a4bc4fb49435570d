"""How starting says no."""

from __future__ import annotations


class CannotServe(Exception):
    """Nothing was started; the message says why, and what to do."""
