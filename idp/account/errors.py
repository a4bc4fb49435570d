"""What ends a change in *My account*."""

from __future__ import annotations


class ConcurrentChange(Exception):
    """Another change to the account, or the end of this session, came first: nothing of this one is kept."""
