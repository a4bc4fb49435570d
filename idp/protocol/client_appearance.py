"""The logo and the colours of a client, for the pages where people sign in to it.

The address of each changes with it, so it may be kept.
"""

from __future__ import annotations

from flask import Response, abort

from idp.kernel.colors import Color
from idp.persistence.transaction import Transaction
from idp.web import client_colors

KEPT = "public, max-age=86400"


def logo_view(tx: Transaction, client_id: str) -> Response:
    """Return the picture; 404 when there is none."""
    logo = tx.client_logos.of_client(client_id)
    if logo is None:
        abort(404)
    return Response(logo.content, headers={"Content-Type": logo.media_type, "Cache-Control": KEPT})


def colors_view(color: str) -> Response:
    """Return the stylesheet of an accent colour (`rrggbb`); 404 when it is none."""
    try:
        accent = Color.parse(f"#{color}")
    except ValueError:
        abort(404)
    headers = {"Content-Type": "text/css; charset=utf-8", "Cache-Control": KEPT}
    return Response(client_colors.stylesheet(accent), headers=headers)
