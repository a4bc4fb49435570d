"""The pushed authorization request endpoint (RFC 9126 section 2): what is checked at /authorize is checked here too."""

from __future__ import annotations

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749.errors import InvalidRequestError
from flask import Response

from idp.audit import Event
from idp.kernel.client_addresses import network_of
from idp.kernel.client_auth_methods import METHODS
from idp.login.policy import rate_limits
from idp.persistence.clients import Client
from idp.persistence.pushed_requests import PushedRequest
from idp.persistence.transaction import Transaction
from idp.protocol import frontchannel_parameters as queries
from idp.protocol.authorize import checks, request_object, sent_request
from idp.protocol.authorize.client_redirect import UnprovenRedirect, responder_for
from idp.protocol.authorize.pushed_request import LIFETIME, PREFIX
from idp.protocol.authorize.remedies import reason_of, remedy_for
from idp.protocol.authorize.request import LONGEST, validate_request
from idp.protocol.authorize.sent_request import SentRequest
from idp.protocol.client_requests.authlib_client import RegisteredClient
from idp.protocol.client_requests.client_authentication import verify_client
from idp.protocol.client_requests.request import BackChannelRequest
from idp.protocol.errors import TooManyRequests, oauth_error
from idp.protocol.frontchannel_parameters import Query
from idp.protocol.refusals import record_refusal
from idp.protocol.sender_constraint.pushed_requests import bind_to_proof
from idp.security_profiles import must_sign
from idp.web.context import services
from idp.web.pages import json_response

PATH = "/par"
CREATED = 201
NESTED = "request_uri cannot be pushed"
NO_REDIRECT = "redirect_uri is missing, or not one that the client registered"


def push_request(oauth_request: BackChannelRequest) -> Response:
    """Store a valid request and return its reference.

    Raises:
        OAuth2Error: the client or the request is not valid.
    """
    tx, verified = oauth_request.tx, verify_client(oauth_request, METHODS)
    sent = _read_pushed(verified.client.row, oauth_request)  # may fetch keys, so it comes before the first write
    registered = verified.claim(oauth_request)
    client = registered.row
    try:
        sent.raise_for_refusal()
        query, proof = bind_to_proof(sent.query, now=tx.now)
        request = validate_request(tx, query, client, responder_for(client, query))
        checks.require_pushed_challenge(client, request.code_challenge)
        if proof:
            proof.claim(tx)
    except UnprovenRedirect:
        refusal: OAuth2Error = InvalidRequestError(NO_REDIRECT)
    except OAuth2Error as error:
        refusal = error
    else:
        return _store(tx, registered, request.stored_params)
    remedy, where = remedy_for(refusal, client.client_id), {"endpoint": PATH}
    record_refusal(tx, Event.AUTHORIZATION_REFUSED, client, reason=reason_of(refusal), remedy=remedy, sent=where)
    return oauth_error(refusal)


def _read_pushed(client: Client, oauth_request: BackChannelRequest) -> SentRequest:
    try:
        return SentRequest(_pushed_parameters(client, oauth_request.form, now=oauth_request.tx.now))
    except OAuth2Error as refusal:
        return SentRequest(Query({}), refusal)


def _pushed_parameters(client: Client, form: dict[str, str], *, now: int) -> Query:
    """Return the parameters that count: of a request object only its own (RFC 9126 section 3)."""
    if sent_request.BY_REFERENCE in form:
        raise InvalidRequestError(NESTED)
    named = {"client_id": client.client_id}
    token = form.get(sent_request.BY_VALUE)
    if token is not None:
        inner = request_object.read_request_object(client, token, now=now)
        return Query(named).overlaid(inner)
    if must_sign(client.metadata):
        raise InvalidRequestError(sent_request.NOT_SIGNED)
    return queries.from_members(form | named, LONGEST)


def _store(tx: Transaction, client: RegisteredClient, parameters: dict[str, str]) -> Response:
    row = PushedRequest(
        id=services().entropy.token(),
        client_id=client.client_id,
        parameters=parameters,
        expires_at=tx.now + LIFETIME,
        network=network_of(tx.origin.address),
    )
    most, since = services().settings.login_flows_per_network, tx.now - rate_limits.LOGIN_FLOW_WINDOW
    if not tx.pushed_requests.add(row, confidential=client.confidential, most=most, since=since):
        return oauth_error(TooManyRequests())
    return json_response({"request_uri": PREFIX + row.id, "expires_in": LIFETIME}, CREATED)
