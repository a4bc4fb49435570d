"""UserInfo (OpenID Connect Core section 5.3)."""

from __future__ import annotations

from flask import Response

from idp.persistence.transaction import Transaction
from idp.protocol import claims
from idp.protocol.api import bearer
from idp.protocol.errors import json_response


def respond(tx: Transaction) -> Response:
    """Return the claims about the person whose access token this is, as JSON."""
    return bearer.respond_to(tx, claims.OPENID, _claims_response)


def _claims_response(access: bearer.Access) -> Response:
    return json_response(claims.userinfo_claims(access.user, access.grant, access.scopes))
