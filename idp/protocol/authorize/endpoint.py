"""The addresses of the authorization endpoint: the client's request, its resumption after a login, and its restart."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from authlib.oauth2 import OAuth2Error
from flask import Response

from idp.audit import Event
from idp.kernel.text import Text
from idp.login.flow import binding, start
from idp.persistence.clients import Client
from idp.persistence.login_flows import LoginFlowRow
from idp.persistence.transaction import Transaction
from idp.protocol import frontchannel_parameters as queries
from idp.protocol.authorize import client_redirect, handler, resume
from idp.protocol.authorize.checks import Prompt
from idp.protocol.authorize.client_redirect import UnprovenRedirect
from idp.protocol.authorize.remedies import remedy_for
from idp.protocol.authorize.request import LONGEST, AuthorizationRequest, validate_request
from idp.protocol.client_access import NotPermitted
from idp.protocol.errors import TemporarilyUnavailable
from idp.protocol.frontchannel_parameters import Query
from idp.protocol.refusals import record_refusal
from idp.web import language
from idp.web.errors import Link, error_page, home_links
from idp.web.pages import see_other


def authorize(tx: Transaction) -> Response:
    """Validate the request being served and answer it: by redirect once the redirect URI is proven, or with a page."""
    query = queries.parse_query(queries.request_query(), LONGEST)
    language.use_ui_locales(query.values)
    return _respond(tx, query, handler.handle_authorization_request)


def redirect_unavailable(tx: Transaction) -> Response:
    """Answer the request being served with `temporarily_unavailable` (RFC 6749 section 4.1.2.1).

    Raises:
        Refusal, DatabaseUnavailable: while client and redirect URI are not proven.
    """
    _, back = client_redirect.validate_redirect(tx, queries.parse_query(queries.request_query(), LONGEST))
    return back.send_error(TemporarilyUnavailable())


def resume_view(tx: Transaction, flow_id: str) -> Response:
    """Resume the request that a login flow was started for.

    Raises:
        LoginFlowClosed: when it is answered, took too long, or belongs to another browser.
    """
    row = binding.load_bound_flow(tx, flow_id)
    if row.finished_at is not None or tx.now >= row.expires_at or row.initiator != start.AUTHORIZE:
        raise binding.closed_error(tx, row)
    query = queries.from_stored(row.request, LONGEST)
    return _respond(tx, query, lambda tx, request: resume.resume(tx, request, row), row)


def _respond(
    tx: Transaction,
    query: Query,
    respond: Callable[[Transaction, AuthorizationRequest], Response],
    row: LoginFlowRow | None = None,
) -> Response:
    """Respond to a valid request; a refused one is logged, audited and answered, and its login flow closed."""
    try:
        client, back = client_redirect.validate_redirect(tx, query)
    except UnprovenRedirect as refusal:
        client_redirect.record_unproven(tx, refusal, query)
        return error_page(refusal.status, refusal.title, refusal.message, refusal.links)
    try:
        return respond(tx, validate_request(tx, query, client, back))
    except OAuth2Error as error:
        if row:
            resume.close(tx, row)
        reason, remedy = f"{error.error}: {error.description}", remedy_for(error, client.client_id)
        sent = {"redirect_uri": back.redirect_uri, "scope": query.get("scope")}
        record_refusal(tx, Event.AUTHORIZATION_REFUSED, client, reason=reason, remedy=remedy, sent=sent)
        answer = back.send_error(error)
        if isinstance(error, NotPermitted) and query.get("prompt") != Prompt.NONE:
            return _explain_not_permitted(client, query, answer)
        return answer


def _explain_not_permitted(client: Client, query: Query, answer: Response) -> Response:
    """Show the person that they may not use the client; the answer to the client is behind a link."""
    name = client.client_name
    again = dict(query.values) | {"prompt": Prompt.SELECT_ACCOUNT}
    address = answer.headers.get("Location") or client.client_uri
    links = (*home_links(name, address), Link(Text("Use another account"), f"/authorize?{urlencode(again)}"))
    message = Text(
        "Your account is not among those that may use {name}. If you need it, ask the people who run it.", name=name
    )
    return error_page(403, Text("You cannot use {name}", name=name), message, links)


def restart_view(tx: Transaction, flow_id: str) -> Response:
    """Redirect to a login flow's authorization request, as if the client sent it again.

    Raises:
        LoginFlowClosed: when the flow does not exist, belongs to another browser, or was emptied.
    """
    row = binding.load_bound_flow(tx, flow_id, outdated_too=True)
    if row.initiator != start.AUTHORIZE:
        return see_other(row.return_to)
    if not row.request:
        raise binding.closed_error(tx, row)
    return see_other(f"/authorize?{urlencode(queries.from_stored(row.request, LONGEST).values)}")
