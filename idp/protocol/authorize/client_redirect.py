"""Validation of client and redirect URI before anything is sent there (RFC 9700 section 4.11).

Until both are valid, a person sees a page: a redirect would make us a tool for sending people to any address.
"""

from __future__ import annotations

from idp.audit import Event
from idp.kernel.client_auth_methods import NONE
from idp.kernel.text import Text
from idp.persistence.clients import Client
from idp.persistence.transaction import Transaction
from idp.protocol.authorize import redirect_uris, remedies
from idp.protocol.frontchannel_parameters import Query
from idp.protocol.refusals import record_refusal
from idp.protocol.response_modes import AuthorizationResponder, default_mode, select_mode
from idp.web.errors import MY_ACCOUNT, Refusal, home_links

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


class UnprovenRedirect(Refusal):
    """Client or redirect URI is missing, unknown or faulty, or the URI is not the client's."""

    def __init__(self, name: str, fault: str, client: Client | None) -> None:
        home = home_links(client.client_name, client.client_uri) if client else ()
        detail = f"authorize: {name} {fault}"
        super().__init__(400, Text("This link does not work"), WORDS[name], links=(*home, MY_ACCOUNT), detail=detail)
        self.reason, self.client = f"{name} {fault}", client


def find_client(tx: Transaction, query: Query) -> Client:
    """Return the client that a request names; raises `UnprovenRedirect` when it cannot be used."""
    client_id = query.get("client_id")
    if client_id is None:
        raise UnprovenRedirect("client_id", query.faults.get("client_id", "is missing"), None)
    client = tx.clients.by_id(client_id)
    if client is None or client.disabled:
        raise UnprovenRedirect("client_id", "is unknown or disabled", client)
    return client


def responder_for(client: Client, query: Query) -> AuthorizationResponder:
    """Return the responder for the redirect URI of a request.

    Raises:
        UnprovenRedirect: when there is no address of this client that a response may be sent to.
    """
    given = query.get("redirect_uri")
    if given is None:
        raise UnprovenRedirect("redirect_uri", query.faults.get("redirect_uri", "is missing"), client)
    native = client.token_endpoint_auth_method == NONE
    if not redirect_uris.registered(given, client.redirect_uris, native=native):
        raise UnprovenRedirect("redirect_uri", "is not registered", client)
    response_type = query.get("response_type")
    # An unknown mode is refused later (`response_checks.require_response_mode`); that refusal has to be sent somehow.
    mode = select_mode(query.get("response_mode"), response_type, given) or default_mode(response_type)
    return AuthorizationResponder(client, given, mode, query.get("state"))


def record_unproven(tx: Transaction, refusal: UnprovenRedirect, query: Query) -> None:
    """Log and audit a request that was answered with a page."""
    client = refusal.client
    remedy = remedies.UNKNOWN_CLIENT
    if client and not client.disabled:
        remedy = remedies.UNREGISTERED.format(client=client.client_id)
    sent = {"redirect_uri": query.get("redirect_uri"), "unknown_client_id": None if client else query.get("client_id")}
    record_refusal(tx, Event.AUTHORIZATION_REFUSED, client, reason=refusal.reason, remedy=remedy, sent=sent)
