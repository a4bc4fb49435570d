"""Scopes in plain words, with the person's own details beside them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from idp.kernel.clock import DAY
from idp.kernel.text import Text, plural
from idp.persistence.users import User

OPENID = "openid"
OFFLINE_ACCESS = "offline_access"
TITLES = {
    OPENID: Text("Who you are"),
    "profile": Text("Your profile"),
    "email": Text("Your email address"),
    "phone": Text("Your phone number"),
    "address": Text("Your postal address"),
    "security": Text("How your account is protected"),
    "groups": Text("Your groups"),
    OFFLINE_ACCESS: Text("Staying connected"),
}
IDENTIFIER = Text("An identifier made for your account")
AWAY = Text("Also while you are not using it")


def scope_descriptions(scopes: Collection[str], user: User) -> list[dict[str, str]]:
    """Return what the app will see, one point per scope; a scope of the app's own is shown by its name."""
    return [{"title": TITLES.get(scope, scope), "detail": _detail(scope, user)} for scope in scopes]


def scope_titles(scopes: Collection[str]) -> list[str]:
    """Return a title of a word or two for each scope, without the details."""
    return [TITLES.get(scope, scope) for scope in scopes]


def refresh_lifetime(scopes: Collection[str], refresh_token_lifetime: int) -> str:
    """Return how long the app may stay connected (`refresh_token_lifetime` in seconds); empty when it may not."""
    if OFFLINE_ACCESS not in scopes:
        return ""
    days = max(1, refresh_token_lifetime // DAY)
    return plural(
        "It may stay connected for {count} day without you signing in again.",
        "It may stay connected for {count} days without you signing in again.",
        count=days,
    )


def _detail(scope: str, user: User) -> str:
    address: Any = user.profile.get("address")
    details = {
        OPENID: IDENTIFIER,
        "profile": user.display_name,
        "email": user.email or "",
        "phone": user.phone_number or "",
        "address": str(address.get("formatted", "")) if isinstance(address, dict) else "",
        OFFLINE_ACCESS: AWAY,
    }
    return details.get(scope, "")
