"""Our client row in the shape Authlib asks its questions of."""

from __future__ import annotations

from collections.abc import Collection

from authlib.oauth2.rfc6749 import ClientMixin

from idp.persistence.clients import Client
from idp.protocol.claims import PERSONAL_SCOPES

NONE = "none"
CLIENT_CREDENTIALS = "client_credentials"


class RegisteredClient(ClientMixin):
    """One app, as registered; `row` is the stored client, `now` the time of this request (seconds, UTC)."""

    def __init__(self, row: Client, now: int) -> None:
        self.row = row
        self._now = now

    @property
    def client_id(self) -> str:
        """Its public name."""
        return self.row.client_id

    @property
    def confidential(self) -> bool:
        """Whether it can keep a secret (RFC 6749 section 2.1)."""
        return self.row.token_endpoint_auth_method != NONE

    @property
    def own_scopes(self) -> tuple[str, ...]:
        """What it may ask for itself, with no person involved: everything but a person's details."""
        return tuple(scope for scope in self.row.scopes if scope not in PERSONAL_SCOPES)

    def get_client_id(self) -> str:
        """Its public name."""
        return self.client_id

    def get_default_redirect_uri(self) -> str:
        """None, spelt empty: OpenID Connect always wants the redirect URI said (Core section 3.1.2.1)."""
        return ""

    def get_allowed_scope(self, scope: Collection[str] | str) -> str:
        """The part of the requested scopes that this app is registered for, in the order asked."""
        asked = scope.split() if isinstance(scope, str) else scope
        return " ".join(name for name in asked if name in self.row.scopes)

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Exact string comparison (RFC 9700 section 4.1.3)."""
        return redirect_uri in self.row.redirect_uris

    def check_client_secret(self, client_secret: str) -> bool:
        """Whether it is the present secret, or the one before during its grace time; in constant time."""
        return self.row.secret_is(client_secret, now=self._now)

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:  # noqa: ARG002 - the same everywhere
        """Only the registered method, at every endpoint."""
        return method == self.row.token_endpoint_auth_method

    def check_response_type(self, response_type: str) -> bool:
        """Whether it is registered for this response type."""
        return response_type in self.row.response_types

    def check_grant_type(self, grant_type: str) -> bool:
        """Whether it is registered for this grant type; a public client never acts for itself (RFC 6749 4.4)."""
        if grant_type == CLIENT_CREDENTIALS and not self.confidential:
            return False
        return grant_type in self.row.grant_types
