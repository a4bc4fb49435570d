"""The backchannel authentication endpoint (OpenID CIBA Core 1.0 sections 7.1 to 7.3)."""

from __future__ import annotations

from dataclasses import replace

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749.errors import UnauthorizedClientError
from flask import Response

from idp import audit
from idp.audit import Event
from idp.kernel.client_auth_methods import CONFIDENTIAL_METHODS
from idp.kernel.clock import MINUTE
from idp.kernel.grant_types import CIBA
from idp.login.policy import rate_limits
from idp.messaging.notices import enqueue_sign_in_request
from idp.persistence.clients import Client
from idp.persistence.transaction import Transaction
from idp.protocol.authorize.remedies import reason_of, remedy_for
from idp.protocol.ciba import checks, hints
from idp.protocol.ciba.authentication_request import SentRequest, read_authentication_request
from idp.protocol.ciba.hints import Named
from idp.protocol.client_requests.client_authentication import verify_client
from idp.protocol.client_requests.request import BackChannelRequest
from idp.protocol.errors import TooManyRequests, oauth_error
from idp.protocol.refusals import record_refusal
from idp.web.context import services
from idp.web.pages import json_response

PATH = "/bc-authorize"


class TooManyForPerson(TooManyRequests):
    """Very many requests came for one person or name, or from one client."""

    description = "too many requests for this person, or by this client; wait a few minutes"


def respond(oauth_request: BackChannelRequest) -> Response:
    """Store an authentication request, and return its `auth_req_id`.

    Raises:
        OAuth2Error: the client has not authenticated.
    """
    tx, verified = oauth_request.tx, verify_client(oauth_request, CONFIDENTIAL_METHODS)
    sent = read_authentication_request(verified.client.row, oauth_request.form, now=tx.now)  # may fetch keys
    registered = verified.claim(oauth_request)
    client = registered.row
    try:
        if not registered.check_grant_type(CIBA):
            raise UnauthorizedClientError("this client is not registered for the grant type of CIBA")
        return _store(tx, client, sent)
    except TooManyForPerson as limit:
        return oauth_error(limit)
    except OAuth2Error as error:
        remedy, where = remedy_for(error, client.client_id), {"endpoint": PATH}
        record_refusal(tx, Event.AUTHORIZATION_REFUSED, client, reason=reason_of(error), remedy=remedy, sent=where)
        return oauth_error(error)


def _store(tx: Transaction, client: Client, sent: SentRequest) -> Response:
    sent.raise_for_refusal()
    auth_req_id = services().entropy.token()
    named = hints.find_person(tx, client, sent.query)
    asked = checks.validate(tx, client, sent.query, auth_req_id)
    sent.claim(tx, client)
    mailed, lasts = _count(tx, client, named), asked.expires_at - tx.now
    tx.ciba_requests.add(replace(asked, user_id=named.user.id if named.user else None))
    if named.user:
        audit.record(tx, Event.SIGN_IN_REQUESTED, user_id=named.user.id, client_id=client.client_id)
        if mailed:
            enqueue_sign_in_request(tx, named.user, app=client.client_name, minutes=max(1, lasts // MINUTE))
    return json_response({"auth_req_id": auth_req_id, "expires_in": lasts, "interval": checks.INTERVAL})


def _count(tx: Transaction, client: Client, named: Named) -> bool:
    """Count the request; False when the person gets no mail about it, since too many meant them by several names.

    It is shown to them all the same: whoever knows one of their names hides no request that they want. Since no
    request lives as long as the window, the limits bound how many are open.

    Raises:
        TooManyForPerson: of the client, or for what it sent as hint.
    """
    of_hint, of_person = rate_limits.ciba_buckets(named.hint, named.user.id if named.user else None)
    of_client, limit = rate_limits.ciba_client_bucket(client.client_id), rate_limits.ciba_limit(services().settings)
    if not tx.throttles.consume(of_client, rate_limits.CIBA_CLIENT_LIMIT) or not tx.throttles.consume(of_hint, limit):
        raise TooManyForPerson
    return tx.throttles.consume(of_person, limit)
