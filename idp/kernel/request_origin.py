"""Metadata of a request, for the audit trail."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Origin:
    """Client address, `User-Agent`, request id, language and session of one request.

    `language` is a supported tag or empty. `session` is the digest of the session cookie or empty. `actor_id` is the
    administrator whose request it is.
    """

    address: str = ""
    user_agent: str = ""
    request_id: str = ""
    language: str = ""
    session: str = ""
    actor_id: str | None = None


LOCAL = Origin(address="local", user_agent="idp command")
