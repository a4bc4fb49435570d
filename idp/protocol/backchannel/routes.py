"""Routes that clients call directly: no pages and no cookies, so nothing that another site could use."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import cast

from authlib.oauth2 import OAuth2Error
from flask import Blueprint, Flask, Response, request
from flask.blueprints import BlueprintSetupState
from werkzeug.exceptions import HTTPException

from idp.persistence.failures import DatabaseUnavailable
from idp.persistence.transaction import Transaction
from idp.protocol import cors
from idp.protocol.api import account_security, userinfo
from idp.protocol.backchannel.authlib_server import install, server
from idp.protocol.backchannel.introspection import Introspection
from idp.protocol.backchannel.pushed_authorization import PATH as PAR
from idp.protocol.backchannel.pushed_authorization import push_request
from idp.protocol.backchannel.revocation import Revocation
from idp.protocol.ciba import endpoint as ciba_endpoint
from idp.protocol.client_requests.request import BackChannelRequest
from idp.protocol.device import endpoint as device_endpoint
from idp.protocol.errors import ServerError, oauth_error, unavailable
from idp.protocol.sender_constraint import dpop_nonces
from idp.web.errors import json_error, log_unavailable
from idp.web.transactions import write_transaction

log = logging.getLogger(__name__)

backchannel = Blueprint("backchannel", __name__)


@backchannel.record_once
def _registered(state: BlueprintSetupState) -> None:
    install(cast("Flask", state.app))


backchannel.after_request(dpop_nonces.add_nonce)


@backchannel.post("/token", provide_automatic_options=False)
@write_transaction
def token(tx: Transaction) -> Response:
    """Issue tokens (RFC 6749 section 3.2)."""
    return _respond(tx, server().token_response)


@backchannel.post("/introspect")
@write_transaction
def introspect(tx: Transaction) -> Response:
    """Describe a token (RFC 7662); writes, since an assertion is claimed and a refused client audited."""
    return _respond(tx, lambda oauth_request: server().endpoint_response(Introspection.ENDPOINT_NAME, oauth_request))


@backchannel.post("/revoke", provide_automatic_options=False)
@write_transaction
def revoke(tx: Transaction) -> Response:
    """Revoke a token (RFC 7009)."""
    return _respond(tx, lambda oauth_request: server().endpoint_response(Revocation.ENDPOINT_NAME, oauth_request))


@backchannel.post(PAR, provide_automatic_options=False)
@write_transaction
def push(tx: Transaction) -> Response:
    """Store an authorization request (RFC 9126)."""
    return _respond(tx, push_request)


@backchannel.post("/device_authorization")
@write_transaction
def device_authorization(tx: Transaction) -> Response:
    """Give a device its codes (RFC 8628 section 3.1)."""
    return _respond(tx, device_endpoint.respond)


@backchannel.post(ciba_endpoint.PATH)
@write_transaction
def authenticate_person(tx: Transaction) -> Response:
    """Ask a person to sign in to a client, in their account (OpenID CIBA Core 1.0 section 7)."""
    return _respond(tx, ciba_endpoint.respond)


@backchannel.route("/userinfo", methods=["GET", "POST"], provide_automatic_options=False, endpoint="userinfo")
@write_transaction
def userinfo_view(tx: Transaction) -> Response:
    """Show claims about the person (OpenID Connect Core section 5.3); writes, since a DPoP proof is claimed."""
    return userinfo.respond(tx)


@backchannel.get("/api/security", provide_automatic_options=False)
@write_transaction
def show_account_security(tx: Transaction) -> Response:
    """Show how the account is protected; a step-up challenge if needed (RFC 9470)."""
    return account_security.respond(tx)


@backchannel.route("/token", methods=["OPTIONS"], endpoint="token_preflight")
@backchannel.route("/revoke", methods=["OPTIONS"], endpoint="revoke_preflight")
@backchannel.route(PAR, methods=["OPTIONS"], endpoint="push_preflight")
def _preflight_post() -> Response:
    return cors.respond_to_preflight("POST")


@backchannel.route("/userinfo", methods=["OPTIONS"], endpoint="userinfo_preflight")
def _preflight_userinfo() -> Response:
    return cors.respond_to_preflight("GET, POST")


@backchannel.route("/api/security", methods=["OPTIONS"], endpoint="security_preflight")
def _preflight_security() -> Response:
    return cors.respond_to_preflight("GET")


@backchannel.errorhandler(DatabaseUnavailable)
def _handle_unavailable(error: DatabaseUnavailable) -> Response:
    log_unavailable(error)
    return cors.allow_request_origin(unavailable())


@backchannel.errorhandler(HTTPException)
def _handle_http_error(error: HTTPException) -> Response:
    return json_error(error)


@backchannel.errorhandler(Exception)
def _handle_exception(error: Exception) -> Response:
    log.error("unexpected error at %s", request.path, exc_info=error)
    return cors.allow_request_origin(oauth_error(ServerError()))


def _respond(tx: Transaction, respond: Callable[[BackChannelRequest], Response]) -> Response:
    """Respond to a form post; what was done before a refusal is kept."""
    oauth_request: BackChannelRequest | None = None
    try:
        oauth_request = BackChannelRequest.read(tx)
        response = respond(oauth_request)
    except OAuth2Error as error:
        response = oauth_error(error)
    client = oauth_request.client if oauth_request else None
    return cors.allow_origins(response, lambda: client.row.web_origins if client else [])
