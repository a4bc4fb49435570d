"""Scopes in plain words, with the person's own details beside them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from idp.claims.standard import OFFLINE_ACCESS
from idp.kernel.clock import DAY
from idp.kernel.text import Text, plural
from idp.persistence.transaction import Transaction
from idp.persistence.users import User

OPENID = "openid"
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


def scope_descriptions(tx: Transaction, scopes: Collection[str], user: User) -> list[dict[str, str]]:
    """Return what the app will see, one point per scope; a scope that no API registered is shown by its name."""
    of_apis = {} if set(scopes) <= TITLES.keys() else _of_apis(tx)
    return [
        {"title": TITLES[scope], "detail": _detail(scope, user)}
        if scope in TITLES
        else dict(zip(("title", "detail"), of_apis.get(scope, (scope, "")), strict=True))
        for scope in scopes
    ]


def scope_titles(scopes: Collection[str], of_apis: Mapping[str, str]) -> list[str]:
    """Return a title of a few words for each scope, without the details; `of_apis` are those of APIs."""
    return [TITLES.get(scope) or of_apis.get(scope, scope) for scope in scopes]


def _of_apis(tx: Transaction) -> dict[str, tuple[str, str]]:
    """Return the scopes of all APIs, each with its title and the name of its API."""
    return {scope: (title, api.name) for api in tx.apis.all() for scope, title in api.scopes.items()}


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
