"""The claims about a person, by scope or by the `claims` parameter (OpenID Connect Core section 5).

Pure. A claim without a value is left out, never null or blank (section 5.3.2).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Literal

from idp.claims.standard import OPENID, SCOPES, claims_of_scopes, standard_claims
from idp.persistence.grants import Grant
from idp.persistence.users import User

ClaimsTarget = Literal["userinfo", "id_token"]

PERSONAL_SCOPES = frozenset(SCOPES)
"""Scopes about a person: a client acting for itself never gets them."""

SECOND_FACTOR_AT = "second_factor_at"
"""Seconds, UTC: when the person last really gave a second factor, also if a remembered device stood in for it since.
Sent only when the `claims` parameter requests it."""

SUPPORTED = (*(claim for claims in SCOPES.values() for claim in claims), SECOND_FACTOR_AT)
"""Claims that may be asked for one by one."""


def requested_claims(parameter: Mapping[str, Any], place: ClaimsTarget) -> frozenset[str]:
    """Return the names that the `claims` parameter asks for in this place (section 5.5)."""
    requested = parameter.get(place)
    return frozenset(requested) & frozenset(SUPPORTED) if isinstance(requested, dict) else frozenset()


def permitted_claims(parameter: Mapping[str, Any], scopes: Collection[str]) -> dict[str, Any]:
    """Return the part of the `claims` parameter that the client's `scopes` cover."""
    covered = claims_of_scopes(scopes) | {SECOND_FACTOR_AT, "acr", "auth_time"}
    return {
        place: {name: wish for name, wish in requested.items() if name in covered}
        for place, requested in parameter.items()
        if place in {"userinfo", "id_token"} and isinstance(requested, dict)
    }


def scopes_for_claims(parameter: Mapping[str, Any]) -> frozenset[str]:
    """Return the scopes whose claims the parameter asks for one by one: what consent must name."""
    requested = requested_claims(parameter, "userinfo") | requested_claims(parameter, "id_token")
    return frozenset(scope for scope, claims in SCOPES.items() if scope != OPENID and not requested.isdisjoint(claims))


def claim_names(grant: Grant, place: ClaimsTarget, scopes: Collection[str], *, registered: Collection[str]) -> set[str]:
    """Return the claims about the person in this place: those of `scopes`, and those requested one by one.

    `registered` are the scopes of the client: a claim of a scope that it has lost since is left out. `scopes` is empty
    for the ID tokens of a client whose claims of scopes are sent at userinfo only, as section 5.4 has it.
    """
    requested = requested_claims(permitted_claims(grant.claims, registered), place)
    return {*claims_of_scopes(scopes), *requested} - {"sub"}


def needs_user(names: Collection[str]) -> bool:
    """Whether these claims need the user row."""
    return not set(names) <= {SECOND_FACTOR_AT}


def select_claims(user: User | None, grant: Grant, names: Collection[str]) -> dict[str, Any]:
    """Return those of these claims that have a value."""
    known = (standard_claims(user) if user else {}) | {SECOND_FACTOR_AT: grant.second_factor_at}
    return {name: known[name] for name in sorted(names) if known.get(name) is not None}
