"""Client authentication (RFC 6749 section 2.3, OpenID Connect Core section 9, RFC 8705 section 2).

    Authorization: Basic          -> client_secret_basic
    client_secret in the form     -> client_secret_post
    client_assertion in the form  -> private_key_jwt, client_secret_jwt
    only a client_id              -> tls_client_auth, self_signed_tls_client_auth, by the certificate of the connection;
                                     none (public clients: PKCE proves who asked for the code)

Exactly one of them, and the one the client is registered for: otherwise whoever learns a client's id could choose the
weakest method. The two ways of sending a secret prove the same, so either is accepted unless the client is registered
strict. A method that is not the client's is answered with the name of the right one, which helps its developer and is
no secret; every other refusal looks alike, and the audit trail has the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Never

from authlib.oauth2.rfc6749.errors import InvalidClientError

from idp import audit
from idp.audit import Event, Outcome
from idp.kernel.client_auth_methods import (
    CLIENT_SECRET_BASIC,
    CLIENT_SECRET_JWT,
    CLIENT_SECRET_POST,
    METHODS,
    NONE,
    PRIVATE_KEY_JWT,
    SELF_SIGNED_TLS_CLIENT_AUTH,
    TLS_CLIENT_AUTH,
    TLS_METHODS,
)
from idp.persistence.clients import Client
from idp.protocol.client_requests import client_assertion, mutual_tls
from idp.protocol.client_requests.authlib_client import RegisteredClient
from idp.protocol.client_requests.client_assertion import AssertionRefused, VerifiedAssertion
from idp.protocol.client_requests.credentials import LONGEST_CLIENT_ID, REFUSED, Credentials, read_credentials
from idp.protocol.client_requests.request import BackChannelRequest
from idp.protocol.sender_constraint import certificates
from idp.protocol.sender_constraint.token_requests import read_binding
from idp.signing.certificates import InvalidCertificate
from idp.web.context import services

SENT_AS = {TLS_CLIENT_AUTH: NONE, SELF_SIGNED_TLS_CLIENT_AUTH: NONE, CLIENT_SECRET_JWT: PRIVATE_KEY_JWT}
"""Method -> the one that its request looks like; the registration tells them apart."""


class CredentialsRefused(Exception):
    """The client's secret is wrong; the message is for the audit trail only."""


@dataclass(frozen=True)
class VerifiedClient:
    """A client whose credentials are right; it has authenticated once they are claimed."""

    client: RegisteredClient
    given: Credentials
    assertion: VerifiedAssertion | None

    def claim(self, oauth_request: BackChannelRequest) -> RegisteredClient:
        """Use up an assertion, and return the client that has authenticated with this.

        Raises:
            InvalidClientError: the assertion was used before; audited.
        """
        try:
            if self.assertion:
                self.assertion.claim(oauth_request.tx)
        except AssertionRefused as refusal:
            raise_invalid_client(oauth_request, self.given, str(refusal))
        oauth_request.client = self.client
        return self.client


def authenticate(
    oauth_request: BackChannelRequest,
    methods: Collection[str],
    find_client: Callable[[str], Client | None] | None = None,
) -> RegisteredClient:
    """Authenticate the client that sent this request: one SQL statement, two with an assertion.

    `find_client` returns the client of an id, for a caller whose statement finds more than the client.

    Raises:
        OAuth2Error: as `verify_client`.
    """
    return verify_client(oauth_request, methods, find_client).claim(oauth_request)


def authenticate_for_tokens(
    oauth_request: BackChannelRequest,
    methods: Collection[str],
    find_client: Callable[[str], Client | None] | None = None,
) -> RegisteredClient:
    """Authenticate the client of a token request as `authenticate` does, and read what its tokens are bound to.

    Raises:
        OAuth2Error: as `authenticate`; or the request does not prove the key that tokens of this client must be bound
            to.
    """
    client = authenticate(oauth_request, methods, find_client)
    oauth_request.binding = read_binding(oauth_request.tx, client.row)
    return client


def verify_client(
    oauth_request: BackChannelRequest,
    methods: Collection[str],
    find_client: Callable[[str], Client | None] | None = None,
) -> VerifiedClient:
    """Verify what proves the client, and write nothing.

    A claim begins the write, so what fetches documents after this must come before the claim: on SQLite all other
    writers would wait for the server of one client.

    Raises:
        InvalidRequestError: for more than one method at once, or two names for the client.
        InvalidClientError: for everything else; audited, unless the request names no client at all.
    """
    given = read_credentials(oauth_request)
    row = (find_client or oauth_request.tx.clients.by_id)(given.client_id)
    if row is None or row.disabled:
        raise_invalid_client(oauth_request, given, "unknown or disabled client", known=row is not None)
    client = RegisteredClient(row, oauth_request.tx.now)
    registered = row.token_endpoint_auth_method
    if SENT_AS.get(registered) == given.method:
        given = replace(given, method=registered)
    if given.method not in methods or not client.check_endpoint_auth_method(given.method):
        reason = f"used {given.method}, registered for {registered}"
        raise_invalid_client(oauth_request, given, reason, answer=_describe_method(registered, methods))
    try:
        assertion = _verify(oauth_request, client, given)
    except (CredentialsRefused, AssertionRefused, InvalidCertificate) as refusal:
        raise_invalid_client(oauth_request, given, str(refusal))
    return VerifiedClient(client, given, assertion)


def offered_methods() -> list[str]:
    """Return the methods that clients can use with the present settings."""
    possible = {TLS_CLIENT_AUTH: bool(services().certificate_authorities), SELF_SIGNED_TLS_CLIENT_AUTH: True}
    return [each for each in METHODS if each not in TLS_METHODS or (certificates.accepted() and possible[each])]


def _verify(
    oauth_request: BackChannelRequest, client: RegisteredClient, given: Credentials
) -> VerifiedAssertion | None:
    """Verify what proves the client, and return it if it works once; raises when it proves nothing."""
    now = oauth_request.tx.now
    if given.method in {CLIENT_SECRET_BASIC, CLIENT_SECRET_POST}:
        if not client.check_client_secret(given.secret):
            raise CredentialsRefused("wrong secret")
    elif given.method in {PRIVATE_KEY_JWT, CLIENT_SECRET_JWT}:
        return client_assertion.verify_assertion(client.row, given.secret, oauth_request.uri, now=now)
    elif given.method in TLS_METHODS:
        mutual_tls.verify_certificate(client.row, given.method, now=now)
    return None


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
