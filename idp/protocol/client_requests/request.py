"""One back-channel request as Authlib's grants and endpoints see it, with the transaction it happens in."""

from __future__ import annotations

from authlib.oauth2 import OAuth2Request
from authlib.oauth2.rfc6749.errors import InvalidClientError
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from flask import request

from idp.persistence.transaction import Transaction
from idp.protocol import parameters
from idp.protocol.client_requests.authlib_client import RegisteredClient
from idp.protocol.sender_constraint.token_requests import UNBOUND, Binding
from idp.web.context import services


class BackChannelRequest(OAuth2Request):
    """A form post to an endpoint of ours; `client` is set once it has authenticated.

    `binding` is what a token request proves beside that.

    The address is the issuer's, never the Host header's.
    """

    client: RegisteredClient | None
    binding: Binding = UNBOUND

    def __init__(self, tx: Transaction, path: str, form: dict[str, str], *, authorization: str | None = None) -> None:
        headers = {} if authorization is None else {"Authorization": authorization}
        super().__init__("POST", services().settings.issuer + path, headers=headers)
        self.tx = tx
        self.payload = BasicOAuth2Payload(form)
        self._form = form

    @classmethod
    def read(cls, tx: Transaction) -> BackChannelRequest:
        """Return the request being served.

        Raises:
            OAuth2Error: `invalid_request` or `invalid_scope`, when it is malformed.
        """
        form = parameters.read_body(request)
        return cls(tx, request.path, form, authorization=request.headers.get("Authorization"))

    @property
    def form(self) -> dict[str, str]:
        """Return the parameters, each sent exactly once and not empty."""
        return self._form

    @property
    def authorization(self) -> str | None:
        """Return the `Authorization` header."""
        return (self.headers or {}).get("Authorization")

    @property
    def resource(self) -> str | None:
        """Return the identifier of the API that the access token is to be for (RFC 8707 section 2)."""
        return self._form.get("resource")

    @property
    def authenticated_client(self) -> RegisteredClient:
        """Return the authenticated client."""
        if self.client is None:
            raise InvalidClientError("the client has not authenticated")
        return self.client
