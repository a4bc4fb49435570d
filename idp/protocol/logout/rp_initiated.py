"""OpenID Connect RP-Initiated Logout 1.0.

GET /logout -> the request validated: an error is a page, never a redirect
            -> an address that is not registered: recorded and left out, since the person must still be signed out
            -> an ID token of this very session as hint?  yes -> signed out, and back to the client
                  | no: anybody can write such a link
                  v
               "Sign out?" -> POST /logout/confirm -> signed out, and back to the client
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Never
from urllib.parse import urlencode, urlsplit

from flask import Response, request

from idp.audit import Event
from idp.kernel.text import Text
from idp.kernel.uris import with_query
from idp.login.flow.browser_session import current_session_in_locale
from idp.login.flow.frontchannel_logout import LogoutTarget, respond_signed_out
from idp.login.flow.sign_out import sign_out
from idp.login.forms.errors import STALE_FORM
from idp.persistence.clients import Client
from idp.persistence.transaction import Transaction
from idp.protocol import frontchannel_parameters as queries
from idp.protocol.authorize.client_redirect import WORDS
from idp.protocol.frontchannel_parameters import Query
from idp.protocol.id_token_hint import Hint, read_hint
from idp.protocol.refusals import record_refusal
from idp.signing.jws import InvalidToken
from idp.web import account_paths, csrf, language
from idp.web.client_links import initiate_login_href
from idp.web.cookies import SESSION
from idp.web.errors import Refusal
from idp.web.forms import is_cancelling
from idp.web.headers import allow_client_redirects
from idp.web.pages import page, see_other

PATH = "/logout"
CONFIRM = "/logout/confirm"
PURPOSE = "logout"
LONGEST = {
    "id_token_hint": 8192, "client_id": 256, "post_logout_redirect_uri": 2048, "state": 4096, "ui_locales": 256,
}  # fmt: skip
"""Characters. `logout_hint` changes nothing here, so it is ignored like anything unknown."""

UNUSABLE = Text(
    "The app that sent you here sent a value we cannot read ({name}), so we cannot continue. Go back to the app and "
    "try again. If it happens again, tell the people who run the app."
)
HINT_OF_ANOTHER = Text(
    "The app that sent you here showed us the sign-in of another app, so we cannot continue. Go back to the app and "
    "try again. If it happens again, tell the people who run the app."
)
FORGED_HINT = Text(
    "The app that sent you here showed us a sign-in that is not ours or was changed, so we cannot continue. Go back to "
    "the app and try again. If it happens again, tell the people who run the app."
)


@dataclass(frozen=True)
class LogoutRequest:
    """A sign-out asked for: by whom, of which session, and where to go afterwards (`state` included).

    `unregistered` is an address that the client has not registered.
    """

    query: Query
    client: Client | None
    hint: Hint | None
    target: str | None = None
    unregistered: str | None = None


def handle_logout_request(tx: Transaction) -> Response:
    """Sign out at once for a client of this session; otherwise ask the person."""
    requested = _validate(tx, _read())
    _record_unregistered(tx, requested)
    auth_session = current_session_in_locale(tx)
    if auth_session is None:
        return respond_signed_out(_logout_target(requested, trusted=requested.hint is not None))
    if requested.hint is None or requested.hint.sid != auth_session.session.sid:
        return _render_confirmation(requested)
    client_id = requested.hint.client_id
    return sign_out(tx, auth_session, _logout_target(requested, trusted=True), client_id=client_id)


def handle_confirmation(tx: Transaction) -> Response:
    """Handle the answer of the confirmation page."""
    requested = _validate(tx, _read())
    auth_session = current_session_in_locale(tx)
    if auth_session is None:
        return respond_signed_out(_logout_target(requested, trusted=False))
    if not csrf.is_valid(SESSION.read(), PURPOSE):
        return _render_confirmation(requested, error=STALE_FORM)
    if is_cancelling(request.form):
        return see_other(account_paths.HOME)
    client_id = requested.client.client_id if requested.client else None
    return sign_out(tx, auth_session, _logout_target(requested, trusted=True), client_id=client_id)


def _read() -> Query:
    query = queries.parse_query(queries.request_query(), LONGEST)
    language.use_ui_locales(query.values)
    return query


def _validate(tx: Transaction, query: Query) -> LogoutRequest:
    """Validate the request (sections 2 to 4).

    Raises:
        Refusal: for a forged hint, another client's hint, an unknown client, a parameter that cannot be used.
    """
    for name, fault in query.faults.items():
        _raise_refusal(UNUSABLE.with_values(name=name), f"{name} {fault}")
    hint = _hint(query, now=tx.now)
    client_id = query.get("client_id") or (hint.client_id if hint else None)
    if hint and hint.client_id != client_id:
        _raise_refusal(HINT_OF_ANOTHER, "id_token_hint was issued to another client")
    client = tx.clients.by_id(client_id) if client_id else None
    if client_id and (client is None or client.disabled):
        _raise_refusal(WORDS["client_id"], "client_id is unknown or disabled")
    uri = query.get("post_logout_redirect_uri")
    if client is None or uri is None:
        return LogoutRequest(query, client, hint)
    if uri not in client.post_logout_redirect_uris:
        return LogoutRequest(query, client, hint, unregistered=uri)
    state = query.get("state")
    return LogoutRequest(query, client, hint, with_query(uri, {} if state is None else {"state": state}))


def _record_unregistered(tx: Transaction, requested: LogoutRequest) -> None:
    if requested.client and requested.unregistered:
        record_refusal(
            tx,
            Event.LOGOUT_TARGET_REFUSED,
            requested.client,
            reason="post_logout_redirect_uri is not registered",
            remedy=f"idp clients set {requested.client.client_id} --add-post-logout-redirect-uri ADDRESS",
            sent={"post_logout_redirect_uri": requested.unregistered},
        )


def _hint(query: Query, *, now: int) -> Hint | None:
    token = query.get("id_token_hint")
    if token is None:
        return None
    try:
        return read_hint(token, now=now)
    except InvalidToken as error:
        _raise_refusal(FORGED_HINT, f"id_token_hint: {error.reason}")


def _render_confirmation(requested: LogoutRequest, *, error: str = "") -> Response:
    if requested.target:
        allow_client_redirects()
    return page(
        "session/logout_confirm.html",
        error=("form", error) if error else None,
        action=f"{CONFIRM}?{urlencode(requested.query.values)}",
        csrf_token=csrf.token(SESSION.read() or "", PURPOSE),
        client=_client(requested),
    )


def _logout_target(requested: LogoutRequest, *, trusted: bool) -> LogoutTarget:
    """Return where to go after the sign-out: to the client, or to a page with a link to it.

    `trusted`: the request is the client's own (an ID token of ours came with it) or the person confirmed it; section 3
    forbids the redirect otherwise.
    """
    name = requested.client.client_name if requested.client else None
    if requested.target and trusted:
        return LogoutTarget(requested.target, client_name=name)
    known = requested.client
    back = requested.target or ((known.client_uri or initiate_login_href(known)) if known else None)
    return LogoutTarget(back_href=back or account_paths.HOME, client_name=name if back else None)


def _client(requested: LogoutRequest) -> dict[str, str] | None:
    if requested.client is None:
        return None
    address = requested.target or requested.client.client_uri or ""
    return {"name": requested.client.client_name, "host": urlsplit(address).netloc}


def _raise_refusal(message: Text, fault: str) -> Never:
    raise Refusal(400, Text("You are not signed out yet"), message, detail=f"logout: {fault}")
