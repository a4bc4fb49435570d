"""What one plan is: its name in the suite, its variant, and what it needs of the product and its clients."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from idp.persistence.client_metadata import DEFAULTS, ClientMetadata

CODE_GRANTS = ["authorization_code", "refresh_token", "client_credentials"]
SCOPES = ("openid", "profile", "email", "phone", "address", "offline_access")
USERINFO = "/userinfo"
TLS = "tls_client_auth"


@dataclass(frozen=True)
class Plan:
    """One run of a plan of the suite.

    `settings` of the product and `client` (traits of `idp.persistence.clients.Client`) are beside what all plans have.
    `logout` is the way in which its clients are told of a logout. `resource` is the path of the API that gets the
    access tokens, `details` the authorization_details that are asked for (RFC 9396).
    """

    key: str
    name: str
    variant: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    client: Mapping[str, Any] = field(default_factory=dict)
    logout: str = ""
    scopes: Sequence[str] = SCOPES
    resource: str = USERINFO
    details: Sequence[Mapping[str, Any]] = ()

    @property
    def dynamic(self) -> bool:
        """Whether the suite registers its clients itself."""
        return "client_registration" in self.settings

    @property
    def metadata(self) -> ClientMetadata:
        """The optional members of its clients."""
        found: ClientMetadata = self.client.get("metadata", DEFAULTS)
        return found

    @property
    def uses_keys(self) -> bool:
        """Whether its clients have keys of their own, to sign with."""
        return self.client.get("token_endpoint_auth_method") == "private_key_jwt" or self.metadata != DEFAULTS

    @property
    def shows_certificates(self) -> bool:
        """Whether its clients authenticate with certificates."""
        return self.client.get("token_endpoint_auth_method") == TLS

    @property
    def binds_to_certificates(self) -> bool:
        """Whether access tokens are bound to certificates, so that APIs are called where those are asked for."""
        return self.metadata.tls_client_certificate_bound_access_tokens

    @property
    def needs_certificates(self) -> bool:
        """Whether its clients have certificates."""
        return self.shows_certificates or self.binds_to_certificates

    @property
    def is_answered_elsewhere(self) -> bool:
        """Whether people answer its clients in their account, and not at the end of a link (CIBA)."""
        return "ciba_mode" in self.variant

    @property
    def openid(self) -> bool:
        """Whether it is about OpenID Connect, not OAuth alone."""
        return self.variant.get("openid") != "plain_oauth" and "openid" in self.scopes
