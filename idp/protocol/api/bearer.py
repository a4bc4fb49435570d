"""Verifies access tokens at our own APIs (RFC 6750, and RFC 9449 section 7)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749.errors import InvalidRequestError
from flask import Request, Response, request

from idp.persistence.clients import Client
from idp.persistence.grants import Grant
from idp.persistence.transaction import Transaction
from idp.persistence.users import User
from idp.protocol import client_access, cors, parameters, tokens
from idp.protocol.api import interaction_ids
from idp.protocol.errors import BearerError, oauth_error
from idp.protocol.sender_constraint import resource_requests
from idp.signing.jws import InvalidToken

HEADER = re.compile(r"(bearer|dpop) +([A-Za-z0-9._~+/-]+=*)", re.IGNORECASE)
PARAMETER = "access_token"

INVALID = (401, "invalid_token", "the access token is wrong, expired or revoked; get a new one")
MALFORMED = (400, "invalid_request")


@dataclass(frozen=True)
class Access:
    """A live access token of a person: its claims, its grant, whose it is, and the client that it was given to."""

    claims: Mapping[str, Any]
    grant: Grant
    user: User
    client: Client

    @property
    def scopes(self) -> tuple[str, ...]:
        """Return what this token may be used for; perhaps less than the grant."""
        return tuple(str(self.claims.get("scope", "")).split())


def respond_to(tx: Transaction, scope: str, answer: Callable[[Access], Response]) -> Response:
    """Answer a request that must carry a person's access token with `scope`; one SQL statement, or two.

    A page of the token's client may read the answer, a refusal too, which costs one more when the page asks.
    """
    client_id = ""
    try:
        scheme, token = _token(request)
        claims = _signed_by_us(token, tx.now)
        client_id = str(claims["client_id"])
        proof = resource_requests.read_proof(claims, token, scheme, tx.now)
        access = _alive(tx, claims, scope)
        if proof:
            resource_requests.claim_proof(tx, proof)
        response = interaction_ids.name_interaction(answer(access), access.client)
    except OAuth2Error as error:
        response = oauth_error(error)
    return cors.allow_origins(response, lambda: _origins(tx, client_id))


def _token(request: Request) -> tuple[str, str]:
    """Return the scheme, in lower case, and the token: in the header or in a form, once (RFC 6750 section 2)."""
    if PARAMETER in request.args:
        raise BearerError(*MALFORMED, "send the access token in the Authorization header, not in the address")
    header = HEADER.fullmatch(request.headers.get("Authorization", ""))
    found = [(header[1].lower(), header[2])] if header else []
    if request.method == "POST" and request.mimetype == parameters.FORM:
        form = _form(request)
        found += [("bearer", form[PARAMETER])] if PARAMETER in form else []
    if len(found) > 1:
        raise BearerError(*MALFORMED, "the access token is sent more than once")
    if not found:
        raise BearerError(401)
    return found[0]


def _form(request: Request) -> dict[str, str]:
    try:
        return parameters.read_body(request)
    except InvalidRequestError as error:
        raise BearerError(*MALFORMED, error.description) from error


def _signed_by_us(token: str, now: int) -> dict[str, Any]:
    """Return the claims, expired or not: whose page may read the refusal depends on them."""
    try:
        return tokens.read_access_token(token, now=now, allow_expired=True)
    except InvalidToken as problem:
        raise BearerError(*INVALID) from problem


def _alive(tx: Transaction, claims: Mapping[str, Any], scope: str) -> Access:
    if tx.now >= claims["exp"]:
        raise BearerError(*INVALID)
    if scope not in str(claims.get("scope", "")).split():
        raise BearerError(403, "insufficient_scope", "the access token was not given for this", scope=scope)
    grant_id = tokens.grant_id_from(claims)
    found = tx.grants.live_with_user(grant_id, str(claims["jti"])) if grant_id else None
    if found is None:
        raise BearerError(*INVALID)
    access = Access(claims, *found)
    if access.client.disabled or not client_access.may_use(tx, access.client, access.user.id):
        raise BearerError(*INVALID)
    return access


def _origins(tx: Transaction, client_id: str) -> list[str]:
    client = tx.clients.by_id(client_id) if client_id else None
    return client.web_origins if client else []
