"""Addresses that browsers are sent to, and the documents that apps begin with."""

from __future__ import annotations

from flask import Blueprint, Response

from idp.persistence.transaction import Transaction
from idp.protocol import discovery, query
from idp.protocol.authorize import endpoint
from idp.protocol.logout import rp_initiated as logouts
from idp.web.transactions import transactional

frontchannel = Blueprint("frontchannel", __name__)


@frontchannel.get("/authorize")
@transactional
def authorize(tx: Transaction) -> Response:
    """RFC 6749 section 3.1, OIDC Core section 3.1.2."""
    return endpoint.authorize(tx)


@frontchannel.post("/authorize")
def authorize_by_post() -> Response:
    """The same by POST (OIDC Core section 3.1.2.1)."""
    return query.to_get("/authorize")


@frontchannel.get("/authorize/resume/<login_id>")
@transactional
def resume(tx: Transaction, login_id: str) -> Response:
    """Where a sign-in or a consent leads back to."""
    return endpoint.resumed(tx, login_id)


@frontchannel.get("/logout")
@transactional
def logout(tx: Transaction) -> Response:
    """RP-Initiated Logout 1.0 section 2."""
    return logouts.arrive(tx)


@frontchannel.post("/logout")
def logout_by_post() -> Response:
    """The same by POST."""
    return query.to_get(logouts.PATH)


@frontchannel.post("/logout/confirm")
@transactional
def logout_confirmed(tx: Transaction) -> Response:
    """The answer of our own page."""
    return logouts.confirm(tx)


@frontchannel.get("/.well-known/openid-configuration")
@frontchannel.get("/.well-known/oauth-authorization-server")
def configuration() -> Response:
    """OIDC Discovery 1.0 section 4, RFC 8414 section 3."""
    return discovery.document()


@frontchannel.get("/jwks")
def jwks() -> Response:
    """RFC 7517 section 5."""
    return discovery.keys()
