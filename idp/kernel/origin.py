"""Where a request came from, for the audit trail."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Origin:
    """The facts of one request: client address, `User-Agent`, the id that ties its log lines together, its language.

    `language` is a tag of ours, or empty when the request names none of ours. `session` is the digest of the
    session cookie it came with, or empty.
    """

    address: str = ""
    user_agent: str = ""
    request_id: str = ""
    language: str = ""
    session: str = ""


LOCAL = Origin(address="local", user_agent="idp command")
