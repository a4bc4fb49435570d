"""How a use case says no."""

from __future__ import annotations


class Refused(Exception):
    """Not done, and nothing of it kept; the message says why and what to do instead, one sentence a line."""
