"""What must still be asked of the person. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from idp.kernel.client_auth_methods import NONE
from idp.kernel.grant_types import JWT_BEARER

QUESTION = "consent"
"""Where a login row keeps the scopes that its consent page asks about."""
ANSWER = "consented"
"""Where a login row keeps the yes given on that page: whose it was, and to which scopes."""


def is_impersonable(auth_method: str, redirect_uri: str) -> bool:
    """Whether another app on the person's machine can pass for this client (RFC 8252 section 8.6).

    A public client proves itself by its redirect URI alone; any app can listen on a loopback port or claim a scheme.
    """
    return auth_method == NONE and not redirect_uri.startswith("https://")


def must_remember_removal(grant_types: Collection[str], *, first_party: bool) -> bool:
    """Whether a client that a person removes would come back without a question; an organisation's own apps may."""
    return JWT_BEARER in grant_types and not first_party


def missing_scopes(requested: Collection[str], allowed: Collection[str]) -> tuple[str, ...]:
    """Return the scopes asked for that were not allowed yet, in the order asked."""
    return tuple(scope for scope in requested if scope not in allowed)


def question_to_json(scopes: Collection[str]) -> dict[str, Any]:
    """Encode the question for the row of the login flow."""
    return {QUESTION: list(scopes)}


def asked_scopes(request: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the scopes that this flow's consent page asks about; empty when there is none."""
    return tuple(request.get(QUESTION, ()))


def answer_to_json(user_id: str, scopes: Collection[str]) -> dict[str, Any]:
    """Encode the consent for the row of the login flow."""
    return {ANSWER: {"user_id": user_id, "scopes": list(scopes)}}


def allowed_scopes(request: Mapping[str, Any], user_id: str) -> tuple[str, ...]:
    """Return the scopes that this person allowed in this flow; another person's answer does not count."""
    given: Mapping[str, Any] = request.get(ANSWER, {})
    return tuple(given.get("scopes", ())) if given.get("user_id") == user_id else ()
