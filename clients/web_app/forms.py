"""CSRF protection of forms."""

import secrets

from flask import abort, request, session

FROM_THE_PROVIDER = ("backchannel.logout",)
"""Endpoints that no browser posts to."""


def csrf_token() -> str:
    """Return the form token; one per session, so that several tabs work."""
    return str(session.setdefault("csrf", secrets.token_urlsafe(32)))


def require_csrf_token() -> None:
    """Refuse a POST whose form does not carry it. Runs before every request.

    What the provider posts proves itself by its signature and comes without a cookie, so there is nothing to forge.
    """
    if request.method != "POST" or request.endpoint in FROM_THE_PROVIDER:
        return
    expected = session.get("csrf", "")
    if not expected or not secrets.compare_digest(request.form.get("csrf", "").encode(), expected.encode()):
        abort(400, "This page had been open for too long. Go back to the start and try again.")
