"""The parameters of an authorization request, however they were sent.

    in the query           as they are
    request, request_uri   in a signed object, by value or by reference   (request_object, RFC 9101)
    request_uri of ours    pushed before                                  (pushed_request, RFC 9126)

The rest of the product sees parameters only; how they came is checked here, once.
"""

from __future__ import annotations

from dataclasses import dataclass

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749.errors import InvalidRequestError

from idp.kernel.client_addresses import network_of
from idp.persistence.clients import Client
from idp.persistence.transaction import Transaction
from idp.protocol.authorize import pushed_request, request_object
from idp.protocol.frontchannel_parameters import Query
from idp.security_profiles import must_push, must_sign, profile_of

BY_VALUE, BY_REFERENCE = "request", "request_uri"
NOT_PUSHED = "this client must push its requests to the pushed_authorization_request_endpoint"
NOT_SIGNED = "this client must send its requests as signed request objects"


@dataclass(frozen=True)
class SentRequest:
    """The parameters that count; with a `refusal`, those that say where it goes."""

    query: Query
    refusal: OAuth2Error | None = None

    def raise_for_refusal(self) -> None:
        """Raise the error for the client, if there is one."""
        if self.refusal is not None:
            raise self.refusal


def read_sent_request(tx: Transaction, client: Client, sent: Query) -> SentRequest:
    """Return the parameters of a request of this client."""
    reference = sent.get(BY_REFERENCE)
    if reference is not None and reference.startswith(pushed_request.PREFIX):
        return _pushed(tx, client, sent, reference)
    beside, token = sent.without(BY_VALUE, BY_REFERENCE), sent.get(BY_VALUE)
    try:
        if token is not None and reference is not None:
            raise InvalidRequestError("request and request_uri exclude each other")
        if reference is not None:
            network = network_of(tx.origin.address)
            token = request_object.fetch_request_object(client, reference, now=tx.now, network=network)
    except OAuth2Error as refusal:
        return SentRequest(beside, refusal)
    if token is None:
        return SentRequest(sent, _find_sending_error(client, signed=False))
    try:
        inner = request_object.read_request_object(client, token, now=tx.now, fetched=reference is not None)
    except OAuth2Error as refusal:
        return SentRequest(beside.overlaid(request_object.unproven_words(token)), refusal)
    return SentRequest(choose_parameters(client, inner, beside), _find_sending_error(client, signed=True))


def choose_parameters(client: Client, inner: Query, beside: Query) -> Query:
    """Return the parameters of a verified object, with those beside it where they count."""
    alone = profile_of(client).strict_request_objects or client.metadata.require_signed_request_object
    return Query({"client_id": client.client_id}).overlaid(inner) if alone else beside.overlaid(inner)


def _find_sending_error(client: Client, *, signed: bool) -> OAuth2Error | None:
    """Return the error of a request that was not pushed, if this client must send it in another way."""
    if must_push(client.metadata):
        return InvalidRequestError(NOT_PUSHED)
    return InvalidRequestError(NOT_SIGNED) if must_sign(client.metadata) and not signed else None


def _pushed(tx: Transaction, client: Client, sent: Query, reference: str) -> SentRequest:
    """Return a pushed request; what is sent beside its reference does not count (RFC 9126 section 4)."""
    row = tx.pushed_requests.by_id(reference.removeprefix(pushed_request.PREFIX))
    if row is None or row.client_id != client.client_id:
        return SentRequest(sent.without(BY_VALUE, BY_REFERENCE), pushed_request.UnusableRequest())
    usable = row.used_at is None and tx.now < row.expires_at
    return SentRequest(Query(row.parameters, pushed=row.id), None if usable else pushed_request.UnusableRequest())
