"""What a back-channel request brings to authenticate its client, with nothing proven yet (RFC 6749 section 2.3)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote_plus

from authlib.oauth2.rfc6749.errors import InvalidClientError, InvalidRequestError

from idp.kernel.client_auth_methods import CLIENT_SECRET_BASIC, CLIENT_SECRET_POST, NONE, PRIVATE_KEY_JWT
from idp.protocol.client_requests import client_assertion
from idp.protocol.client_requests.request import BackChannelRequest
from idp.web.forms import is_storable

LONGEST_CLIENT_ID = 255
REFUSED = (
    "client authentication failed: check client_id, the secret or key, and the token_endpoint_auth_method registered"
)


@dataclass(frozen=True)
class Credentials:
    """What the request brought: the method, whom it names, and the secret or assertion (empty for `none`)."""

    method: str
    client_id: str
    secret: str = ""


def read_credentials(oauth_request: BackChannelRequest) -> Credentials:
    """Return the credentials of a request.

    Raises:
        InvalidRequestError: for more than one method at once, or two names for the client.
        InvalidClientError: the request names no client, or cannot be read.
    """
    form, header = oauth_request.form, oauth_request.authorization
    ways = (header is not None, "client_secret" in form, not client_assertion.FIELDS.isdisjoint(form))
    if sum(ways) > 1:
        raise InvalidRequestError("the client authenticates in more than one way; use one")
    given = _choose_credentials(form, header)
    if not given.client_id:
        raise InvalidClientError(REFUSED)
    if form.get("client_id", given.client_id) != given.client_id:
        raise InvalidRequestError("client_id in the body is not the one that authenticates")
    return given


def _choose_credentials(form: Mapping[str, str], header: str | None) -> Credentials:
    if header is not None:
        return _read_header(header)
    if "client_secret" in form:
        return Credentials(CLIENT_SECRET_POST, form.get("client_id", ""), form["client_secret"])
    if not client_assertion.FIELDS.isdisjoint(form):
        return _read_assertion(form)
    return Credentials(NONE, form.get("client_id", ""))


def _read_header(header: str) -> Credentials:
    """Decode a Basic header, whose halves are form-encoded (RFC 6749 section 2.3.1): `+` is a space, `%3A` a colon."""
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        raise InvalidClientError(REFUSED)
    try:
        joined = base64.b64decode(encoded.strip(), validate=True).decode("utf-8")
        client_id, secret = (unquote_plus(half, errors="strict") for half in joined.split(":", 1))
    except (ValueError, binascii.Error):
        raise InvalidClientError(REFUSED) from None
    if len(client_id) > LONGEST_CLIENT_ID or not is_storable(joined + client_id + secret):
        raise InvalidClientError(REFUSED)
    # Libraries send a public client this way, with the empty secret it has (RFC 6749 section 2.3.1).
    return Credentials(CLIENT_SECRET_BASIC, client_id, secret) if secret else Credentials(NONE, client_id)


def _read_assertion(form: Mapping[str, str]) -> Credentials:
    try:
        assertion, client_id = client_assertion.read_assertion(form)
    except client_assertion.AssertionRefused:
        raise InvalidClientError(REFUSED) from None
    return Credentials(PRIVATE_KEY_JWT, client_id, assertion)
