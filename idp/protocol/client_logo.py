"""The logo of a client, for the pages where people sign in to it; its address changes with it, so it may be kept."""

from __future__ import annotations

from flask import Response, abort

from idp.persistence.transaction import Transaction

KEPT = "public, max-age=86400"


def logo_view(tx: Transaction, client_id: str) -> Response:
    """Return the picture; 404 when there is none."""
    logo = tx.client_logos.of_client(client_id)
    if logo is None:
        abort(404)
    return Response(logo.content, headers={"Content-Type": logo.media_type, "Cache-Control": KEPT})
