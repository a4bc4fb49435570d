"""The addresses of the authorization endpoint: the client's request, its resumption after a login, and its restart."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from authlib.oauth2 import OAuth2Error
from flask import Response

from idp.audit import Event
from idp.kernel.text import Text
from idp.login.flow import binding
from idp.login.state.initiators import Initiator
from idp.persistence.clients import Client
from idp.persistence.login_flows import LoginFlowRow
from idp.persistence.transaction import Transaction
from idp.protocol import client_access
from idp.protocol import frontchannel_parameters as queries
from idp.protocol.authorize import client_redirect, handler, pushed_request, resume
from idp.protocol.authorize.checks import Prompt
from idp.protocol.authorize.client_redirect import UnprovenRedirect
from idp.protocol.authorize.remedies import reason_of, remedy_for
from idp.protocol.authorize.request import LONGEST, AuthorizationRequest, validate_request
from idp.protocol.authorize.sent_request import SentRequest, read_sent_request
from idp.protocol.client_access import NotPermitted
from idp.protocol.errors import TemporarilyUnavailable
from idp.protocol.frontchannel_parameters import Query
from idp.protocol.refusals import record_refusal
from idp.security_profiles import must_push, must_sign
from idp.web import language
from idp.web.errors import Link, error_page, home_links
from idp.web.pages import see_other


def authorize(tx: Transaction) -> Response:
    """Validate the request being served and answer it: by redirect once the redirect URI is proven, or with a page."""
    query = queries.parse_query(queries.request_query(), LONGEST)
    language.use_ui_locales(query.values)  # of a page that says the client is unknown
    return _respond(tx, query, handler.handle_authorization_request)


def redirect_unavailable(tx: Transaction) -> Response:
    """Answer the request being served with `temporarily_unavailable` (RFC 6749 section 4.1.2.1).

    Raises:
        Refusal, DatabaseUnavailable: while client and redirect URI are not proven.
    """
    sent = queries.parse_query(queries.request_query(), LONGEST)
    client = client_redirect.find_client(tx, sent)
    query = read_sent_request(tx, client, sent).query
    return client_redirect.responder_for(client, query).send_error(TemporarilyUnavailable())


def resume_view(tx: Transaction, flow_id: str) -> Response:
    """Resume the request that a login flow was started for.

    Raises:
        LoginFlowClosed: when it is answered, took too long, or belongs to another browser.
    """
    row = binding.load_bound_flow(tx, flow_id)
    if row.finished_at is not None or tx.now >= row.expires_at or row.initiator != Initiator.AUTHORIZE:
        raise binding.closed_error(tx, row)
    query = queries.from_stored(row.request, LONGEST)
    return _respond(tx, query, lambda tx, request: resume.resume(tx, request, row), row)


def _respond(
    tx: Transaction,
    query: Query,
    respond: Callable[[Transaction, AuthorizationRequest], Response],
    row: LoginFlowRow | None = None,
) -> Response:
    """Respond to a valid request; a refused one is logged, audited and answered, and its login flow closed.

    What was stored with a login flow (`row`) was read from however it was sent before.
    """
    try:
        client = client_redirect.find_client(tx, query)
        sent = SentRequest(query) if row else read_sent_request(tx, client, query)
        query = sent.query
        language.use_ui_locales(query.values)
        back = client_redirect.responder_for(client, query)
    except UnprovenRedirect as refusal:
        client_redirect.record_unproven(tx, refusal, query)
        return error_page(refusal.status, refusal.title, refusal.message, refusal.links)
    try:
        sent.raise_for_refusal()
        return respond(tx, validate_request(tx, query, client, back))
    except OAuth2Error as error:
        if row:
            resume.close(tx, row)
        _record(tx, client, query, error)
        answer = back.send_error(error)
        if isinstance(error, NotPermitted) and query.get("prompt") != Prompt.NONE:
            return _explain_not_permitted(client, query, answer)
        return answer


def _record(tx: Transaction, client: Client, query: Query, error: OAuth2Error) -> None:
    """Log and audit a refusal that the client is told of."""
    sent = {"redirect_uri": query.get("redirect_uri"), "scope": query.get("scope")}
    remedy = remedy_for(error, client.client_id)
    record_refusal(tx, Event.AUTHORIZATION_REFUSED, client, reason=reason_of(error), remedy=remedy, sent=sent)


def _explain_not_permitted(client: Client, query: Query, answer: Response) -> Response:
    """Show the person that they may not use the client; the answer to the client is behind a link."""
    address = answer.headers.get("Location") or client.client_uri
    links = (*home_links(client.client_name, address), *_another_account(client, query))
    return error_page(403, *client_access.describe_refusal(client), links)


def _another_account(client: Client, query: Query) -> tuple[Link, ...]:
    """Return a link to the same request for another account; none where only the client can send a request."""
    if query.pushed or must_push(client.metadata) or must_sign(client.metadata):
        return ()
    again = dict(query.values) | {"prompt": Prompt.SELECT_ACCOUNT}
    return (Link(Text("Use another account"), f"/authorize?{urlencode(again)}"),)


def restart_view(tx: Transaction, flow_id: str) -> Response:
    """Redirect to a login flow's authorization request, as if the client sent it again.

    Raises:
        LoginFlowClosed: when the flow does not exist, belongs to another browser, or was emptied.
    """
    row = binding.load_bound_flow(tx, flow_id, outdated_too=True)
    if row.initiator != Initiator.AUTHORIZE:
        return see_other(row.return_to)
    if not row.request:
        raise binding.closed_error(tx, row)
    query = queries.from_stored(row.request, LONGEST)
    if query.pushed:
        again = {"client_id": query.get("client_id"), "request_uri": pushed_request.PREFIX + query.pushed}
        return see_other(f"/authorize?{urlencode(again)}")
    return see_other(f"/authorize?{urlencode(query.values)}")
