"""The standard claims about a person, and the scopes that stand for them (OpenID Connect Core section 5). Pure."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from idp.persistence.users import User

OPENID = "openid"
OFFLINE_ACCESS = "offline_access"
SECURITY = "security"
"""A scope of ours: read how the person's account is protected, at `/api/security`."""

GROUPS = "groups"
"""A scope and a claim: names of the person's groups, if administrators added the claim for the app."""

SCOPES: dict[str, tuple[str, ...]] = {
    OPENID: ("sub",),
    "profile": (
        "name", "given_name", "family_name", "middle_name", "nickname", "preferred_username", "profile", "picture",
        "website", "gender", "birthdate", "zoneinfo", "locale", "updated_at",
    ),
    "email": ("email", "email_verified"),
    "address": ("address",),
    "phone": ("phone_number", "phone_number_verified"),
    OFFLINE_ACCESS: (),
    SECURITY: (),
    GROUPS: (),
}  # fmt: skip
"""Scope -> claims it stands for (sections 5.4 and 11)."""

ADDRESS_MEMBERS = ("formatted", "street_address", "locality", "region", "postal_code", "country")


def claims_of_scopes(scopes: Collection[str]) -> set[str]:
    """Return the names of the claims that these scopes stand for (section 5.4)."""
    return {claim for scope in scopes for claim in SCOPES.get(scope, ())}


def standard_claims(user: User) -> dict[str, Any]:
    """Return every standard claim that has a value (section 5.1)."""
    profile = user.profile
    claims: dict[str, Any] = {name: profile[name] for name in SCOPES["profile"] if _text(profile.get(name))}
    claims |= {"sub": user.id, "updated_at": user.updated_at}
    claims.setdefault("preferred_username", user.username)
    if user.email:
        claims |= {"email": user.email, "email_verified": user.email_verified}
    if user.phone_number:
        claims |= {"phone_number": user.phone_number, "phone_number_verified": user.phone_number_verified}
    address = profile.get("address")
    if isinstance(address, dict):
        members = {name: address[name] for name in ADDRESS_MEMBERS if _text(address.get(name))}
        claims |= {"address": members} if members else {}
    return claims


def _text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())
