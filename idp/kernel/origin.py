"""Where a request came from, as the audit trail tells it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Origin:
    """The facts of one request: client address, `User-Agent`, and the id that ties its log lines together."""

    address: str = ""
    user_agent: str = ""
    request_id: str = ""


LOCAL = Origin(address="local", user_agent="idp command")
