"""New apps by kind: an administrator gives a name and an address, and the kind has the rest. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from idp.admin.client_rules import Registration
from idp.admin.recipes import LOOPBACK_CALLBACKS, OFFLINE, RECIPES, AppKind, recipe_fields
from idp.kernel.client_auth_methods import NONE
from idp.kernel.grant_types import AUTHORIZATION_CODE, CIBA, CLIENT_CREDENTIALS, DEVICE_CODE
from idp.kernel.text import Text
from idp.kernel.uris import origin_of
from idp.persistence.clients import Client

CALLBACK = "/callback"
LONGEST_ID = 40
EXAMPLE = "https://app.example.com"


@dataclass(frozen=True, kw_only=True)
class Kind:
    """What administrators read about a kind of app, and what it is registered with."""

    title: Text
    text: Text
    fields: Mapping[str, Any] = field(default_factory=dict)
    has_address: bool = True


KINDS: Mapping[AppKind, Kind] = {
    AppKind.WEB: Kind(
        title=Text("Web app"),
        text=Text("It runs on a server of yours, where it can keep a secret. Most apps are of this kind."),
    ),
    AppKind.BROWSER: Kind(
        title=Text("Single-page app"),
        text=Text("It runs in the browser alone. It has no secret, because everybody could read it."),
        fields={"token_endpoint_auth_method": NONE, "grant_types": (AUTHORIZATION_CODE,)},
    ),
    AppKind.NATIVE: Kind(
        title=Text("Phone or desktop app"),
        text=Text("People install it. It has no secret, and people come back to it on their own device."),
        fields={"token_endpoint_auth_method": NONE, "redirect_uris": LOOPBACK_CALLBACKS, "scopes": OFFLINE},
        has_address=False,
    ),
    AppKind.SERVICE: Kind(
        title=Text("Service"),
        text=Text("A program that acts for itself. Nobody signs in to it."),
        fields={"grant_types": (CLIENT_CREDENTIALS,), "scopes": ()},
        has_address=False,
    ),
    AppKind.DEVICE: Kind(
        title=Text("Television or other device"),
        text=Text("It has no keyboard. People approve it on their phone, with a code that it shows."),
        fields=RECIPES["device"].fields,
        has_address=False,
    ),
}
"""In the order of the page."""


def kind_of(client: Client) -> AppKind:
    """Return the kind that a registered app looks like."""
    if AUTHORIZATION_CODE not in client.grant_types:
        approved_elsewhere = {DEVICE_CODE, CIBA} & set(client.grant_types)
        return AppKind.DEVICE if approved_elsewhere else AppKind.SERVICE
    if client.token_endpoint_auth_method != NONE:
        return AppKind.WEB
    return AppKind.BROWSER if client.web_origins else AppKind.NATIVE


def software_of(kind: AppKind) -> dict[str, str]:
    """Return the well-known software of one kind (name -> title)."""
    return {name: recipe.title for name, recipe in RECIPES.items() if recipe.kind is kind}


def new_registration(kind: AppKind, *, client_id: str, name: str, address: str, software: str) -> Registration:
    """Return the registration of a new app at this address; `software` is the name of a recipe, or empty."""
    fields: dict[str, Any] = dict(KINDS[kind].fields)
    if kind in {AppKind.WEB, AppKind.BROWSER}:
        fields |= _of_address(kind, address)
    if kind is AppKind.NATIVE and address:
        fields["redirect_uris"] = (address,)
    if software in software_of(kind) and RECIPES[software].callback:
        fields |= recipe_fields(software, address, {})
    return Registration(client_id=client_id, client_name=name, **fields)


def id_from_name(name: str) -> str:
    """Return a `client_id` that looks like the name; empty when nothing of it can be in one."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST_ID].rstrip("-")


def address_of(client: Client) -> str:
    """Return where a registered app is: its home page, or where people are sent back to."""
    known = client.client_uri or next((uri for uri in client.redirect_uris if uri.startswith("http")), EXAMPLE)
    return origin_of(known)


def _of_address(kind: AppKind, address: str) -> dict[str, Any]:
    base = address.rstrip("/")
    fields = {"redirect_uris": (base + CALLBACK,), "post_logout_redirect_uris": (address,), "client_uri": address}
    origin = origin_of(base) if kind is AppKind.BROWSER else ""
    return fields | ({"web_origins": (origin,)} if origin else {})
