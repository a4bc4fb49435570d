"""The page that shows a new secret, once."""

from __future__ import annotations

from flask import Response

from idp.console import responses
from idp.console.guard import Admin
from idp.kernel.text import Text
from idp.persistence.clients import Client
from idp.web import console_paths


def show_secret(admin: Admin, client: Client, secret: str, lead: Text) -> Response:
    """Show a new secret; it is in this answer alone."""
    return responses.render(
        admin,
        "console/apps/secret.html",
        app={"name": client.client_name, "id": client.client_id},
        secret=secret,
        lead=lead,
        app_href=console_paths.app_path(client.client_id),
    )
