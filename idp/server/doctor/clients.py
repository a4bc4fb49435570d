"""Checks of how clients are registered: what works, and could be safer."""

from __future__ import annotations

from collections.abc import Iterator

from idp.config import Settings
from idp.kernel.clock import Clock
from idp.persistence import schema
from idp.persistence.database import Database
from idp.server.doctor.findings import Finding, Level

SHOWN = 20
"""Clients that are named."""


def check_clients(settings: Settings, clock: Clock) -> Iterator[Finding]:
    """Report clients that may leave PKCE out, and that strangers may register some."""
    if settings.client_registration == "open":
        message = "everybody may register an app here, and people can use it at once"
        yield Finding(Level.WARN, "registration", message, "Choose token or approval: IDP_CLIENT_REGISTRATION")
    if schema.status(settings.database).problem:
        return
    database = Database(settings.database, clock)
    with database.read() as tx:
        optional = tx.clients.without_pkce(limit=SHOWN)
    database.close()
    if optional:
        message = f"these apps may sign people in without PKCE: {', '.join(optional)}"
        remedy = "Turn PKCE on in each (docs/how-to/when-an-app-cannot-connect.md): idp clients set ID --pkce required"
        yield Finding(Level.WARN, "apps", message, remedy)
