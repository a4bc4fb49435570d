"""UserInfo (OpenID Connect Core section 5.3)."""

from __future__ import annotations

from flask import Response

from idp.claims.mappings import Target
from idp.claims.standard import OPENID
from idp.persistence.transaction import Transaction
from idp.protocol import claims, mapped_claims
from idp.protocol.api import bearer
from idp.protocol.errors import json_response
from idp.protocol.subjects import subject_of


def respond(tx: Transaction) -> Response:
    """Return the claims about the person whose access token this is, as JSON."""
    return bearer.respond_to(tx, OPENID, lambda access: _claims_response(tx, access))


def _claims_response(tx: Transaction, access: bearer.Access) -> Response:
    scopes = access.scopes
    added = mapped_claims.read_claims(
        tx, access.client.claim_mappings, access.user.id, scopes=scopes, targets=mapped_claims.OF_USERINFO
    )
    subject = subject_of(access.client, access.user.id)
    told = claims.userinfo_claims(access.user, access.grant, scopes, subject=subject)
    return json_response(added[Target.USERINFO] | told)
