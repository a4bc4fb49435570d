"""The addresses of the authorization endpoint: the client's request, its resumption after a login, and its restart."""

from __future__ import annotations

from urllib.parse import urlencode

from authlib.oauth2 import OAuth2Error
from flask import Response

from idp.login.flow import binding, start
from idp.persistence.transaction import Transaction
from idp.protocol import frontchannel_parameters as queries
from idp.protocol.authorize import client_redirect, handler, resume
from idp.protocol.authorize.request import LONGEST, validate_request
from idp.protocol.errors import TemporarilyUnavailable
from idp.web import language
from idp.web.pages import see_other


def authorize(tx: Transaction) -> Response:
    """Validate the request being served and answer it, by redirect once the redirect URI is proven.

    Raises:
        Refusal: a page, while there is none.
    """
    query = queries.parse_query(queries.request_query(), LONGEST)
    language.use_ui_locales(query.values)
    client, back = client_redirect.validate_redirect(tx, query)
    try:
        return handler.handle_authorization_request(tx, validate_request(tx, query, client, back))
    except OAuth2Error as error:
        return back.send_error(error)


def redirect_unavailable(tx: Transaction) -> Response:
    """Answer the request being served with `temporarily_unavailable` (RFC 6749 section 4.1.2.1).

    Raises:
        Refusal, DatabaseUnavailable: while client and redirect URI are not proven.
    """
    _, back = client_redirect.validate_redirect(tx, queries.parse_query(queries.request_query(), LONGEST))
    return back.send_error(TemporarilyUnavailable())


def resume_view(tx: Transaction, flow_id: str) -> Response:
    """Go on with the request that a sign-in was begun for.

    Raises:
        Ended: it is answered, took too long, or belongs to another browser.
        Refusal: its client or redirect URI is no longer registered.
    """
    row = binding.load_bound_flow(tx, flow_id)
    if row.finished_at is not None or tx.now >= row.expires_at or row.initiator != start.AUTHORIZE:
        raise binding.closed_error(tx, row)
    query = queries.from_stored(row.request, LONGEST)
    client, back = client_redirect.validate_redirect(tx, query)
    try:
        return resume.resume(tx, validate_request(tx, query, client, back), row)
    except OAuth2Error as error:
        resume.close(tx, row)
        return back.send_error(error)


def restart_view(tx: Transaction, flow_id: str) -> Response:
    """Redirect to the authorization request that a login flow was started for, as if the client sent it again.

    Raises:
        LoginFlowClosed: when the flow does not exist, or belongs to another browser.
    """
    row = binding.load_bound_flow(tx, flow_id, outdated_too=True)
    if row.initiator != start.AUTHORIZE:
        return see_other(row.return_to)
    return see_other(f"/authorize?{urlencode(queries.from_stored(row.request, LONGEST).values)}")
