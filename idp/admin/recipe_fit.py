"""Whether an app is registered as some well-known software needs it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from idp.admin import clients
from idp.admin.app_kinds import address_of
from idp.admin.client_rules import Registration
from idp.admin.recipes import RECIPES, recipe_fields
from idp.kernel.text import Text
from idp.persistence.clients import Client

LISTS = ("redirect_uris", "post_logout_redirect_uris", "web_origins", "scopes")
KEPT = frozenset({"client_uri", "token_endpoint_auth_method", "grant_types"})
"""Never changed to fit: where the app is, and what kind of app it is."""


def fit_registration(client: Client, name: str) -> Registration:
    """Return the registration with what this software needs added; nothing is taken away from its lists."""
    present = clients.registration_of(client)
    needed = recipe_fields(name, address_of(client), {}) if RECIPES[name].callback else {}
    wanted: dict[str, Any] = {field: value for field, value in needed.items() if field not in KEPT}
    for field in LISTS:
        if field in wanted:
            wanted[field] = [*dict.fromkeys((*getattr(present, field), *wanted[field]))]
    return replace(present, **wanted)


def list_missing(client: Client, name: str) -> Sequence[Text]:
    """Return what this software needs and the app is not registered for, in sentences."""
    present, wanted = clients.registration_of(client), fit_registration(client, name)
    found = [
        Text("It comes back at {address}, which is not registered.", address=uri)
        for uri in wanted.redirect_uris
        if uri not in present.redirect_uris
    ]
    if present.require_pkce and not wanted.require_pkce:
        found.append(Text("It sends no PKCE unless you turn that on, and PKCE is demanded of this app."))
    if wanted.id_token_scope_claims and not present.id_token_scope_claims:
        found.append(Text("It reads names and addresses in the ID token, which has none for this app."))
    if set(wanted.scopes) - set(present.scopes):
        found.append(Text("It asks for scopes that this app does not have."))
    return found
