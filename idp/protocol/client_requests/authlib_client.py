"""The client row behind the interface of Authlib's grants."""

from __future__ import annotations

from authlib.oauth2.rfc6749 import ClientMixin

from idp.kernel.client_auth_methods import NONE, SENT_SECRET_METHODS
from idp.kernel.grant_types import CLIENT_CREDENTIALS
from idp.persistence.clients import Client
from idp.protocol.claims import PERSONAL_SCOPES
from idp.security_profiles import profile_of


class RegisteredClient(ClientMixin):
    """One client, as registered; `row` is the stored client, `now` the time of this request (seconds, UTC)."""

    def __init__(self, row: Client, now: int) -> None:
        self.row = row
        self._now = now

    @property
    def client_id(self) -> str:
        """Return the `client_id`."""
        return self.row.client_id

    @property
    def confidential(self) -> bool:
        """Whether it can keep a secret (RFC 6749 section 2.1)."""
        return self.row.token_endpoint_auth_method != NONE

    @property
    def own_scopes(self) -> tuple[str, ...]:
        """Return the scopes that it may request without a person: all but those about people."""
        return tuple(scope for scope in self.row.scopes if scope not in PERSONAL_SCOPES)

    def get_client_id(self) -> str:
        """Return the `client_id`."""
        return self.client_id

    def check_client_secret(self, client_secret: str) -> bool:
        """Whether it is the present secret, or the one before during its grace time; in constant time."""
        return self.row.verify_secret(client_secret, now=self._now)

    def check_endpoint_auth_method(self, method: str, endpoint: str = "") -> bool:  # noqa: ARG002 - Authlib's signature
        """Whether it may use this method; both ways to send a secret count as one unless that is forbidden."""
        registered, profile = self.row.token_endpoint_auth_method, profile_of(self.row)
        if profile.auth_methods and method not in profile.auth_methods:
            return False
        either = not self.row.strict_auth_method and profile.either_secret_method_allowed
        return method == registered or (either and {method, registered} <= set(SENT_SECRET_METHODS))

    def check_grant_type(self, grant_type: str) -> bool:
        """Whether it is registered for this grant type; a public client never acts for itself (RFC 6749 4.4)."""
        if grant_type == CLIENT_CREDENTIALS and not self.confidential:
            return False
        return grant_type in self.row.grant_types
