"""Tokens in an authorization response: the implicit and the hybrid flow (OIDC Core sections 3.2.2.5 and 3.3.2.5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from idp.claims.mappings import Target
from idp.persistence.clients import Client
from idp.persistence.grants import Grant
from idp.persistence.transaction import Transaction
from idp.persistence.users import User
from idp.protocol import id_tokens, mapped_claims, resource_indicators, tokens
from idp.protocol.authorize.request import AuthorizationRequest
from idp.protocol.response_types import CODE, ID_TOKEN, TOKEN
from idp.protocol.sender_constraint.token_requests import BEARER
from idp.security_profiles import profile_of


def response_parameters(
    tx: Transaction, request: AuthorizationRequest, grant: Grant, user: User, code: str
) -> dict[str, str]:
    """Return the parameters of the response: code, access token and ID token, as the response type has them."""
    words = request.response_type.split()
    sent = {"code": code} if CODE in words else {}
    if words == [CODE]:
        return sent
    added = mapped_claims.read_claims(
        tx, request.client.claim_mappings, grant.user_id, scopes=grant.scopes, targets=mapped_claims.OF_TOKENS
    )
    if TOKEN in words:
        sent |= _access_token_parameters(tx, request, grant, added[Target.ACCESS_TOKEN])
    if ID_TOKEN in words:
        hashed = {"at_hash": sent.get("access_token"), "c_hash": sent.get("code"), "s_hash": request.responder.state}
        signed = id_tokens.signed_id_token(
            tx,
            request.client,
            grant,
            grant.scopes,
            hashed={name: value for name, value in hashed.items() if value is not None},
            nonce=request.nonce,
            more=added[Target.ID_TOKEN],
            user=user,
            about_person=_may_name_person(request.client),
            with_scopes=request.response_type == ID_TOKEN,  # there is no access token to get them with (section 5.4)
        )
        sent["id_token"] = id_tokens.for_client(request.client, signed)
    return sent


def _may_name_person(client: Client) -> bool:
    """Whether claims about the person may pass through the browser: the profile allows it, or they are encrypted."""
    encrypted = client.metadata.id_token_encrypted_response_alg is not None
    return profile_of(client).personal_claims_in_response or encrypted


def _access_token_parameters(
    tx: Transaction, request: AuthorizationRequest, grant: Grant, more: Mapping[str, Any]
) -> dict[str, str]:
    api = resource_indicators.find_api_of_grant(tx, None, allowed=grant.resources, scopes=grant.scopes)
    scopes = resource_indicators.scopes_of(api, grant.scopes)
    return {
        "access_token": tokens.access_token(request.client, scopes, now=tx.now, grant=grant, api=api, more=more),
        "token_type": BEARER,
        "expires_in": str(tokens.access_token_lifetime(request.client, api)),
        "scope": " ".join(scopes),
    }
