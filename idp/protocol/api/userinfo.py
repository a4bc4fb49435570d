"""UserInfo (OpenID Connect Core section 5.3)."""

from __future__ import annotations

import json
from typing import Any

from flask import Response

from idp.claims.mappings import Target
from idp.claims.standard import OPENID
from idp.persistence.clients import Client
from idp.persistence.transaction import Transaction
from idp.protocol import claims, mapped_claims
from idp.protocol.api import bearer
from idp.protocol.client_responses import encrypt_for, signing_alg
from idp.protocol.subjects import subject_of
from idp.web.context import services
from idp.web.pages import json_response


def respond(tx: Transaction) -> Response:
    """Return the claims about the person whose access token this is."""
    return bearer.respond_to(tx, OPENID, lambda access: _claims_response(tx, access))


def _claims_response(tx: Transaction, access: bearer.Access) -> Response:
    scopes = access.scopes
    added = mapped_claims.read_claims(
        tx, access.client.claim_mappings, access.user.id, scopes=scopes, targets=mapped_claims.OF_USERINFO
    )
    names = claims.claim_names(access.grant, "userinfo", scopes, registered=access.client.scopes)
    about = claims.select_claims(access.user, access.grant, names)
    return _encode(access.client, added[Target.USERINFO] | about | {"sub": subject_of(access.client, access.user.id)})


def _encode(client: Client, found: dict[str, Any]) -> Response:
    """Return the claims as JSON, or signed or encrypted as the client is registered (section 5.3.2)."""
    signed, encrypted = client.metadata.userinfo_signed_response_alg, client.metadata.userinfo_encrypted_response_alg
    if signed is None and encrypted is None:
        return json_response(found)
    if signed is None:
        content = json.dumps(found)
    else:
        about = {"iss": services().settings.issuer, "aud": client.client_id, "iat": services().clock.now()}
        content = services().keyring.sign(found | about, alg=signing_alg(client, signed), typ=None)
    body = encrypt_for(client, "userinfo", content, nested=signed is not None)
    return Response(body, headers={"Content-Type": "application/jwt", "Cache-Control": "no-store"})
