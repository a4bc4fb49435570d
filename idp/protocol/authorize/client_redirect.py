"""Client and redirect URI, proven before anything is sent anywhere (RFC 9700 section 4.11).

Until both are, a person sees a page: a redirect would make us a tool for sending people to any address.
"""

from __future__ import annotations

from typing import Never

from idp.kernel.text import Text
from idp.persistence.clients import Client
from idp.persistence.transaction import Transaction
from idp.protocol.authorize import redirect_uris
from idp.protocol.backchannel.authlib_client import NONE
from idp.protocol.frontchannel_parameters import Query
from idp.protocol.response_modes import FORM_POST, QUERY, AuthorizationResponder
from idp.web.errors import MY_ACCOUNT, Refusal, home_links

WEB = ("https://", "http://")
WORDS = {
    "client_id": Text(
        "The app that sent you here is not known to us, so we cannot continue. Go back to the app and try again. If it "
        "happens again, tell the people who run the app."
    ),
    "redirect_uri": Text(
        "The app that sent you here gave an address it has not registered, so we cannot continue. Go back to the app "
        "and try again. If it happens again, tell the people who run the app."
    ),
}


def validate_redirect(tx: Transaction, query: Query) -> tuple[Client, AuthorizationResponder]:
    """Return the client, and the responder for its redirect URI.

    Raises:
        Refusal: when either is missing, unknown, faulty, or not the other's.
    """
    client = _client(tx, query)
    given = query.get("redirect_uri")
    if given is None:
        _raise_refusal("redirect_uri", query.faults.get("redirect_uri", "is missing"), client)
    native = client.token_endpoint_auth_method == NONE
    if not redirect_uris.registered(given, client.redirect_uris, native=native):
        _raise_refusal("redirect_uri", f"is not registered for {client.client_id}", client)
    return client, AuthorizationResponder(given, _mode(query, given), query.get("state"))


def _client(tx: Transaction, query: Query) -> Client:
    client_id = query.get("client_id")
    if client_id is None:
        _raise_refusal("client_id", query.faults.get("client_id", "is missing"))
    client = tx.clients.by_id(client_id)
    if client is None or client.disabled:
        _raise_refusal("client_id", "is unknown or disabled")
    return client


def _mode(query: Query, redirect_uri: str) -> str:
    """Return the response mode of errors too; an unknown mode is refused later."""
    posted = query.get("response_mode") == FORM_POST and redirect_uri.startswith(WEB)
    return FORM_POST if posted else QUERY


def _raise_refusal(name: str, fault: str, client: Client | None = None) -> Never:
    home = home_links(client.client_name, client.client_uri) if client else ()
    detail = f"authorize: {name} {fault}"
    raise Refusal(400, Text("This link does not work"), WORDS[name], links=(*home, MY_ACCOUNT), detail=detail)
