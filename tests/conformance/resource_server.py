"""An API beside the product: it says whose access token it got, also when that is a client's own.

It checks tokens as the product does at its own endpoints, with the product's code, keys and database.
"""

import contextlib
import threading
from collections.abc import Iterator, Mapping
from typing import Any

from authlib.oauth2 import OAuth2Error
from flask import Response, request
from werkzeug.serving import make_server

from idp.app import assemble, create_app
from idp.config import Settings
from idp.persistence.transaction import Transaction
from idp.protocol import tokens
from idp.protocol.errors import BearerError, oauth_error
from idp.protocol.sender_constraint import resource_requests
from idp.signing.jws import InvalidToken
from idp.web.pages import json_response
from idp.web.transactions import write_transaction

PATH = "/conformance/resource"
SCHEMES = ("bearer", "dpop")


@write_transaction
def show_client(tx: Transaction) -> Response:
    """Answer with the client of the access token."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    try:
        claims = tokens.read_access_token(token, now=tx.now)
        if scheme.lower() not in SCHEMES or not _is_live(tx, claims):
            raise BearerError(401, "invalid_token")
        proof = resource_requests.read_proof(claims, token, scheme.lower(), tx.now)
        if proof:
            resource_requests.claim_proof(tx, proof)
    except InvalidToken:
        return oauth_error(BearerError(401, "invalid_token"))
    except OAuth2Error as error:
        return oauth_error(error)
    return json_response({"client_id": claims["client_id"]})


def _is_live(tx: Transaction, claims: Mapping[str, Any]) -> bool:
    """Whether a person's token was not revoked; a client's own is good for its few minutes."""
    grant_id = tokens.grant_id_from(claims)
    return grant_id is None or tx.grants.live_with_user(grant_id, str(claims["jti"])) is not None


@contextlib.contextmanager
def running_resource_server(settings: Settings, port: int) -> Iterator[None]:
    """Serve on a port of 127.0.0.1 until the block ends."""
    services = assemble(settings)
    app = create_app(services)
    # The name is that of endpoints which clients call, so that the host of `mtls_origin` serves it too.
    app.add_url_rule(PATH, "backchannel.conformance_resource", show_client, methods=["GET", "POST"])
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        services.database.close()
