"""Checks of how clients are registered: what works, and could be safer."""

from __future__ import annotations

from collections.abc import Iterator

from idp.config import Settings
from idp.kernel.clock import Clock
from idp.persistence.transaction import Transaction
from idp.server.doctor.findings import Finding, Level

SHOWN = 20
"""Clients that are named."""


def check_clients(tx: Transaction) -> Iterator[Finding]:
    """Report clients that may leave PKCE out."""
    if optional := tx.clients.without_pkce(limit=SHOWN):
        message = f"these apps may sign people in without PKCE: {', '.join(optional)}"
        remedy = "Turn PKCE on in each (docs/how-to/when-an-app-cannot-connect.md): idp clients set ID --pkce required"
        yield Finding(Level.WARN, "apps", message, remedy)


def check_registration(settings: Settings, _: Clock) -> Iterator[Finding]:
    """Report open registration, and response types with tokens in addresses."""
    if settings.client_registration == "open":
        message = "everybody may register an app here, and people can use it at once"
        yield Finding(Level.WARN, "registration", message, "Choose token or approval: IDP_CLIENT_REGISTRATION")
    if others := [each for each in settings.response_type_names if each != "code"]:
        message = f"apps may get tokens in addresses, by the response types {', '.join(others)}"
        remedy = "Take out of IDP_RESPONSE_TYPES what no app needs (docs/reference/responses.md)."
        yield Finding(Level.WARN, "apps", message, remedy)
