"""What must still be asked of the person. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

QUESTION = "consent"
"""Where a login row keeps the scopes that its consent page asks about."""
ANSWER = "consented"
"""Where a login row keeps the yes given on that page: whose it was, and to which scopes."""


def missing_scopes(requested: Collection[str], allowed: Collection[str]) -> tuple[str, ...]:
    """The scopes asked for that were not allowed yet, in the order asked."""
    return tuple(scope for scope in requested if scope not in allowed)


def question_to_json(scopes: Collection[str]) -> dict[str, Any]:
    """What to ask, as the login row keeps it."""
    return {QUESTION: list(scopes)}


def asked_scopes(request: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the scopes that this flow's consent page asks about; empty when there is none."""
    return tuple(request.get(QUESTION, ()))


def answer_to_json(user_id: str, scopes: Collection[str]) -> dict[str, Any]:
    """A yes, as the login row keeps it."""
    return {ANSWER: {"user_id": user_id, "scopes": list(scopes)}}


def allowed_scopes(request: Mapping[str, Any], user_id: str) -> tuple[str, ...]:
    """Return the scopes that this person allowed in this flow; another person's answer does not count."""
    given: Mapping[str, Any] = request.get(ANSWER, {})
    return tuple(given.get("scopes", ())) if given.get("user_id") == user_id else ()
