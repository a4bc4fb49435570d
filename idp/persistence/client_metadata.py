"""Optional members of a client's registration, stored as JSON: each extension adds its members here, and no column.

The names are those of the IANA registry "OAuth Dynamic Client Registration Metadata".
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

from sqlalchemy import JSON, Dialect
from sqlalchemy.types import TypeDecorator

STANDARD = "standard"
POLL, PING = "poll", "ping"
DELIVERY_MODES = (POLL, PING)
"""How a client learns what a person answered (OpenID CIBA Core 1.0 section 5)."""
PUBLIC_SUBJECT = "public"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientMetadata:
    """Members that most clients leave out; None, False or empty: not registered."""

    security_profile: str = STANDARD
    """Ours: one of `idp.security_profiles`."""
    legacy_assertion_audience: bool = False
    """Ours: its assertions may name the token endpoint, or a list, where its profile wants the issuer alone."""

    # OpenID Connect Dynamic Client Registration 1.0 section 2, RFC 7591 section 2
    application_type: str = "web"
    contacts: list[str] = field(default_factory=list)
    logo_uri: str | None = None
    software_id: str | None = None
    software_version: str | None = None
    jwks_uri: str | None = None
    subject_type: str = PUBLIC_SUBJECT
    sector_identifier_uri: str | None = None
    initiate_login_uri: str | None = None
    default_acr_values: list[str] = field(default_factory=list)
    id_token_encrypted_response_alg: str | None = None
    id_token_encrypted_response_enc: str | None = None
    userinfo_signed_response_alg: str | None = None
    userinfo_encrypted_response_alg: str | None = None
    userinfo_encrypted_response_enc: str | None = None
    request_object_signing_alg: str | None = None
    request_uris: list[str] = field(default_factory=list)
    token_endpoint_auth_signing_alg: str | None = None

    # RFC 9101 section 10.5, RFC 9126 section 6, JARM section 3
    require_signed_request_object: bool = False
    require_pushed_authorization_requests: bool = False
    authorization_signed_response_alg: str | None = None
    authorization_encrypted_response_alg: str | None = None
    authorization_encrypted_response_enc: str | None = None

    # RFC 8705 sections 2.1.2 and 3.4, RFC 9449 section 5.2
    tls_client_auth_subject_dn: str | None = None
    tls_client_auth_san_dns: str | None = None
    tls_client_auth_san_uri: str | None = None
    tls_client_auth_san_ip: str | None = None
    tls_client_auth_san_email: str | None = None
    tls_client_certificate_bound_access_tokens: bool = False
    dpop_bound_access_tokens: bool = False

    # RFC 9701 section 6, RFC 9396 section 10
    introspection_signed_response_alg: str | None = None
    authorization_details_types: list[str] = field(default_factory=list)

    # OpenID Connect CIBA Core 1.0 section 4
    backchannel_token_delivery_mode: str | None = None
    backchannel_client_notification_endpoint: str | None = None
    backchannel_authentication_request_signing_alg: str | None = None

    # Front-Channel Logout 1.0 section 2
    frontchannel_logout_uri: str | None = None
    frontchannel_logout_session_required: bool = False


DEFAULTS = ClientMetadata()
NAMES = tuple(each.name for each in fields(ClientMetadata))


def changed_members(metadata: ClientMetadata, before: ClientMetadata = DEFAULTS) -> dict[str, Any]:
    """Return the members that are not as they were before."""
    found = {name: getattr(metadata, name) for name in NAMES}
    return {name: value for name, value in found.items() if value != getattr(before, name)}


class ClientMetadataJson(TypeDecorator[ClientMetadata]):
    """A JSON column of `ClientMetadata`; it holds the members that are not their defaults."""

    impl = JSON
    cache_ok = True

    @property
    def python_type(self) -> type[ClientMetadata]:
        """Return the type of its values."""
        return ClientMetadata

    def process_bind_param(self, value: ClientMetadata | None, dialect: Dialect) -> dict[str, Any]:  # noqa: ARG002 - SQLAlchemy's signature
        """Return what is stored."""
        return changed_members(value or DEFAULTS)

    def process_result_value(self, value: dict[str, Any] | None, dialect: Dialect) -> ClientMetadata:  # noqa: ARG002 - SQLAlchemy's signature
        """Return the record; members that a newer release has stored are left out."""
        return ClientMetadata(**{name: each for name, each in (value or {}).items() if name in NAMES})
