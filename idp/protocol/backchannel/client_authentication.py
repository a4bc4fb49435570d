"""Client authentication (RFC 6749 section 2.3, OpenID Connect Core section 9).

    Authorization: Basic          -> client_secret_basic
    client_secret in the form     -> client_secret_post
    client_assertion in the form  -> private_key_jwt
    only a client_id              -> none (public clients: PKCE proves who asked for the code)

Exactly one of them, and the one the client is registered for: otherwise whoever learns a client's id could choose the
weakest method. The two ways of sending a secret prove the same, so either is accepted unless the client is registered
strict. A method that is not the client's is answered with the name of the right one, which helps its developer and is
no secret; every other refusal looks alike, and the audit trail has the reason.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Never
from urllib.parse import unquote_plus

from authlib.oauth2.rfc6749.errors import InvalidClientError, InvalidRequestError

from idp import audit
from idp.audit import Event, Outcome
from idp.persistence.clients import Client
from idp.protocol.backchannel import client_assertion
from idp.protocol.backchannel.authlib_client import BASIC, NONE, POST, PRIVATE_KEY_JWT, RegisteredClient
from idp.protocol.backchannel.request import BackChannelRequest
from idp.protocol.sender_constraint.token_requests import read_binding
from idp.web.forms import is_storable

METHODS = (BASIC, POST, PRIVATE_KEY_JWT, NONE)
CONFIDENTIAL_METHODS = (BASIC, POST, PRIVATE_KEY_JWT)

TOKEN_ENDPOINT = "token"  # noqa: S105 - an endpoint
LONGEST_CLIENT_ID = 255
REFUSED = (
    "client authentication failed: check client_id, the secret or key, and the token_endpoint_auth_method registered"
)


@dataclass(frozen=True)
class Credentials:
    """What the request brought: the method, whom it names, and the secret or assertion (empty for `none`)."""

    method: str
    client_id: str
    secret: str = ""


def authenticate(
    oauth_request: BackChannelRequest,
    methods: Collection[str],
    endpoint: str,
    find_client: Callable[[str], Client | None] | None = None,
) -> RegisteredClient:
    """Authenticate the client that sent this request: one SQL statement, two with an assertion.

    `find_client` returns the client of an id, for a caller whose statement finds more than the client.

    Raises:
        InvalidRequestError: for more than one method at once, or two names for the client.
        InvalidClientError: for everything else; audited, unless the request names no client at all.
        OAuth2Error: a token request does not prove the key that this client's tokens must be bound to.
    """
    given = read_credentials(oauth_request)
    row = (find_client or oauth_request.tx.clients.by_id)(given.client_id)
    if row is None or row.disabled:
        raise_invalid_client(oauth_request, given, "unknown or disabled client", known=row is not None)
    client = RegisteredClient(row, oauth_request.tx.now)
    registered = row.token_endpoint_auth_method
    if given.method not in methods or not client.check_endpoint_auth_method(given.method, endpoint):
        reason = f"used {given.method}, registered for {registered}"
        raise_invalid_client(oauth_request, given, reason, answer=_describe_method(registered, methods))
    if given.method in {BASIC, POST} and not client.check_client_secret(given.secret):
        raise_invalid_client(oauth_request, given, "wrong secret")
    if given.method == PRIVATE_KEY_JWT:
        try:
            client_assertion.verify_assertion(oauth_request.tx, row, given.secret, oauth_request.uri)
        except client_assertion.AssertionRefused as refusal:
            raise_invalid_client(oauth_request, given, str(refusal))
    oauth_request.client = client
    if endpoint == TOKEN_ENDPOINT:
        oauth_request.binding = read_binding(oauth_request.tx, row)
    return client


def read_credentials(oauth_request: BackChannelRequest) -> Credentials:
    """Return what the request brought; nothing of it is verified. Raises as `authenticate`."""
    form, header = oauth_request.form, oauth_request.authorization
    ways = (header is not None, "client_secret" in form, not client_assertion.FIELDS.isdisjoint(form))
    if sum(ways) > 1:
        raise InvalidRequestError("the client authenticates in more than one way; use one")
    given = _choose_credentials(form, header)
    if not given.client_id:
        raise InvalidClientError(REFUSED)
    if form.get("client_id", given.client_id) != given.client_id:
        raise InvalidRequestError("client_id in the body is not the one that authenticates")
    return given


def _choose_credentials(form: Mapping[str, str], header: str | None) -> Credentials:
    if header is not None:
        return _read_header(header)
    if "client_secret" in form:
        return Credentials(POST, form.get("client_id", ""), form["client_secret"])
    if not client_assertion.FIELDS.isdisjoint(form):
        return _read_assertion(form)
    return Credentials(NONE, form.get("client_id", ""))


def _read_header(header: str) -> Credentials:
    """Decode a Basic header, whose halves are form-encoded (RFC 6749 section 2.3.1): `+` is a space, `%3A` a colon."""
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        raise InvalidClientError(REFUSED)
    try:
        joined = base64.b64decode(encoded.strip(), validate=True).decode("utf-8")
        client_id, secret = (unquote_plus(half, errors="strict") for half in joined.split(":", 1))
    except (ValueError, binascii.Error):
        raise InvalidClientError(REFUSED) from None
    if len(client_id) > LONGEST_CLIENT_ID or not is_storable(joined + client_id + secret):
        raise InvalidClientError(REFUSED)
    # Libraries send a public client this way, with the empty secret it has (RFC 6749 section 2.3.1).
    return Credentials(BASIC, client_id, secret) if secret else Credentials(NONE, client_id)


def _read_assertion(form: Mapping[str, str]) -> Credentials:
    try:
        assertion, client_id = client_assertion.read_assertion(form)
    except client_assertion.AssertionRefused:
        raise InvalidClientError(REFUSED) from None
    return Credentials(PRIVATE_KEY_JWT, client_id, assertion)


def _describe_method(registered: str, methods: Collection[str]) -> str:
    """Return the error description that names the method the client must use."""
    if registered not in methods:
        return "client authentication failed: this endpoint is for clients with a secret or key, this one is public"
    if registered == NONE:
        return "client authentication failed: this client is public, so send its client_id and no secret (none)"
    return f"client authentication failed: this client is registered for {registered}"


def raise_invalid_client(
    oauth_request: BackChannelRequest, given: Credentials, reason: str, *, answer: str = REFUSED, known: bool = True
) -> Never:
    """Audit the refusal: of a client that exists (`known`) by its id, else by network, with the id as a detail."""
    named = given.client_id[:LONGEST_CLIENT_ID]
    audit.record(
        oauth_request.tx,
        Event.CLIENT_REFUSED,
        Outcome.FAILURE,
        client_id=named if known else None,
        unknown_client_id=None if known else named,
        method=given.method,
        reason=reason,
    )
    raise InvalidClientError(answer)
