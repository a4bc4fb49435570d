"""A client acting for itself (RFC 6749 section 4.4): no person, no ID token, no refresh token."""

from __future__ import annotations

from typing import Any

from authlib.oauth2.rfc6749 import grants
from authlib.oauth2.rfc6749.errors import InvalidScopeError

from idp import audit
from idp.audit import Event
from idp.kernel.client_auth_methods import METHODS
from idp.persistence.apis import Api
from idp.protocol import resource_indicators, tokens
from idp.protocol.client_requests.request import BackChannelRequest


class ClientCredentials(grants.ClientCredentialsGrant):
    """Issues access tokens of the client itself.

    `sub` is the `client_id`, and no scope about a person is given, so that the token never passes for a person's.
    """

    TOKEN_ENDPOINT_AUTH_METHODS = METHODS
    request: BackChannelRequest

    def validate_requested_scope(self) -> None:
        """Require scopes that this client may have for itself."""
        if not set(self._asked()) <= set(self.request.authenticated_client.own_scopes):
            raise InvalidScopeError("scope holds what this client may not have for itself")

    def generate_token(self, *_args: object, **_kwargs: object) -> dict[str, Any]:
        """Return the access token; without a requested scope, for everything the client may have."""
        tx, client, binding = self.request.tx, self.request.authenticated_client, self.request.binding
        binding.claim(tx, client.row)
        asked = self._asked() or client.own_scopes
        api = self._find_api(asked)
        scopes = resource_indicators.scopes_of(api, asked)
        audit.record(
            tx,
            Event.TOKEN_ISSUED,
            client_id=client.client_id,
            grant_type=self.GRANT_TYPE,
            scope=" ".join(scopes),
            resource=api.identifier if api else None,
        )
        return {
            "access_token": tokens.access_token(
                client.row, scopes, now=tx.now, grant=None, api=api, confirmation=binding.confirmation
            ),
            "token_type": binding.token_type,
            "expires_in": tokens.access_token_lifetime(client.row, api),
            **({"scope": " ".join(scopes)} if scopes else {}),
        }

    def _find_api(self, scopes: tuple[str, ...]) -> Api | None:
        named = self.request.resource
        return None if named is None else resource_indicators.find_api(self.request.tx, scopes, named)

    def _asked(self) -> tuple[str, ...]:
        requested = self.request.form.get("scope")
        return tuple(requested.split(" ")) if requested else ()
