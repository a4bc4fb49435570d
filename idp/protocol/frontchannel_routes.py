"""Routes that browsers are sent to, and the metadata that clients fetch first."""

from __future__ import annotations

from flask import Blueprint, Response

from idp.persistence.failures import DatabaseUnavailable
from idp.persistence.transaction import Transaction
from idp.protocol import discovery, frontchannel_parameters, protected_resource
from idp.protocol.authorize import endpoint
from idp.protocol.client_appearance import colors_view, logo_view
from idp.protocol.logout import rp_initiated as logouts
from idp.web import client_colors
from idp.web.client_logos import client_logo_path
from idp.web.errors import log_unavailable
from idp.web.transactions import read_transaction, write_transaction

frontchannel = Blueprint("frontchannel", __name__)

PUBLISHED = ("frontchannel.configuration", "frontchannel.protected_resource_metadata", "frontchannel.jwks")
"""Endpoints whose answer depends only on settings and signing keys; see `web.published`."""


@frontchannel.get("/authorize")
def authorize() -> Response:
    """Handle an authorization request (RFC 6749 section 3.1, OIDC Core section 3.1.2).

    A database that is locked or full can still be read, so the client is found and answered.
    """
    try:
        return write_transaction(endpoint.authorize)()
    except DatabaseUnavailable as error:
        log_unavailable(error)
        return read_transaction(endpoint.redirect_unavailable)()


@frontchannel.post("/authorize")
def authorize_by_post() -> Response:
    """Redirect a POST to the same by GET (OIDC Core section 3.1.2.1)."""
    return frontchannel_parameters.redirect_to_get("/authorize")


@frontchannel.get("/authorize/resume/<flow_id>")
@write_transaction
def resume(tx: Transaction, flow_id: str) -> Response:
    """Resume the request after a sign-in or consent."""
    return endpoint.resume_view(tx, flow_id)


@frontchannel.get("/authorize/again/<flow_id>")
@read_transaction
def restart(tx: Transaction, flow_id: str) -> Response:
    """Restart a login flow that has ended."""
    return endpoint.restart_view(tx, flow_id)


@frontchannel.get(client_logo_path("<client:client_id>"))
@read_transaction
def client_logo(tx: Transaction, client_id: str) -> Response:
    """Return the logo of a client."""
    return logo_view(tx, client_id)


@frontchannel.get(client_colors.ROUTE)
def client_colors_stylesheet(color: str) -> Response:
    """Return the stylesheet of an accent colour."""
    return colors_view(color)


@frontchannel.get("/logout")
@write_transaction
def logout(tx: Transaction) -> Response:
    """Handle a logout request (RP-Initiated Logout 1.0 section 2)."""
    return logouts.handle_logout_request(tx)


@frontchannel.post("/logout")
def logout_by_post() -> Response:
    """Redirect a POST to the same by GET."""
    return frontchannel_parameters.redirect_to_get(logouts.PATH)


@frontchannel.post("/logout/confirm")
@write_transaction
def logout_confirmed(tx: Transaction) -> Response:
    """Handle the answer of our own page."""
    return logouts.handle_confirmation(tx)


@frontchannel.get(discovery.PATH)
@frontchannel.get("/.well-known/oauth-authorization-server")
def configuration() -> Response:
    """Show the metadata (OIDC Discovery 1.0 section 4, RFC 8414 section 3)."""
    return discovery.document()


@frontchannel.get(protected_resource.PATH)
def protected_resource_metadata() -> Response:
    """Show the metadata of our own endpoints as a resource (RFC 9728 section 3)."""
    return discovery.publish(protected_resource.metadata())


@frontchannel.get("/jwks")
def jwks() -> Response:
    """Show the public keys (RFC 7517 section 5)."""
    return discovery.keys()
