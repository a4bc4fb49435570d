"""Security profiles of clients: what each requires of every request. A check asks one member, never for a name.

standard                OpenID Connect Core, with what RFC 9700 says about new clients as defaults
strict                  OAuth 2.1 and RFC 9700 without exceptions
fapi2                   FAPI 2.0 Security Profile
fapi2-message-signing   FAPI 2.0 Message Signing: requests and responses are signed too
fapi1-advanced          FAPI 1.0 Part 2: Advanced, for those who are not at FAPI 2.0 yet
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from idp.kernel.client_auth_methods import PRIVATE_KEY_JWT, TLS_METHODS
from idp.persistence.client_metadata import STANDARD, ClientMetadata
from idp.persistence.clients import Client

FAPI_ALGORITHMS = ("PS256", "ES256", "EdDSA")
"""FAPI 2.0 Security Profile section 5.4.1."""
FAPI1_ALGORITHMS = ("PS256", "ES256")
"""FAPI 1.0 Part 2 section 8.6."""
FAPI_AUTH_METHODS = (PRIVATE_KEY_JWT, *TLS_METHODS)


@dataclass(frozen=True, kw_only=True)
class SecurityProfile:
    """What a client of this profile must do, and what it may leave out.

    `auth_methods`, `signing_algorithms` and `response_types` are the only ones it may use; empty: all.
    `longest_code_life` is in seconds. `session_always_named`: its ID tokens have a `sid` also where the client takes no
    part in sign-outs. `id_token_signs_response`: an ID token in a response is the signature that
    `requires_signed_response` asks for. `requires_nonce`: and where there is no ID token, a `state`.
    """

    name: str
    pkce_optional_allowed: bool = True
    either_secret_method_allowed: bool = True
    repeatable_refresh_allowed: bool = True
    unknown_scopes_ignored: bool = True
    response_types: tuple[str, ...] = ()
    rotates_refresh_tokens: bool = True
    requires_pushed_request: bool = False
    pushed_pkce_required: bool = False
    requires_signed_request: bool = False
    requires_signed_ciba_request: bool = False
    strict_request_objects: bool = False
    requires_signed_response: bool = False
    id_token_signs_response: bool = False
    requires_nonce: bool = False
    personal_claims_in_response: bool = True
    https_redirects_only: bool = False
    names_interactions: bool = False
    requires_sender_constraint: bool = False
    assertion_audience_is_issuer: bool = False
    auth_methods: tuple[str, ...] = ()
    signing_algorithms: tuple[str, ...] = ()
    longest_code_life: int | None = None
    session_always_named: bool = True


_STRICT = SecurityProfile(
    name="strict",
    pkce_optional_allowed=False,
    either_secret_method_allowed=False,
    repeatable_refresh_allowed=False,
    unknown_scopes_ignored=False,
    response_types=("code",),
    strict_request_objects=True,
)
_FAPI2 = replace(
    _STRICT,
    name="fapi2",
    rotates_refresh_tokens=False,  # FAPI 2.0 Security Profile section 5.3.2.1: no rotation except in emergencies
    requires_pushed_request=True,
    requires_signed_ciba_request=True,  # FAPI-CIBA section 5.2.2
    requires_sender_constraint=True,
    assertion_audience_is_issuer=True,
    auth_methods=FAPI_AUTH_METHODS,
    signing_algorithms=FAPI_ALGORITHMS,
    longest_code_life=60,
    session_always_named=False,
)
_FAPI1_ADVANCED = SecurityProfile(
    name="fapi1-advanced",  # the sections are those of FAPI 1.0 Part 2: Advanced, or of Part 1: Baseline
    either_secret_method_allowed=False,
    response_types=("code", "code id_token"),  # 5.2.2 (2)
    requires_signed_request=True,  # 5.2.2 (1), (10), (13) to (17)
    requires_signed_ciba_request=True,  # FAPI-CIBA section 5.2.2
    strict_request_objects=True,
    requires_signed_response=True,  # 5.2.2.1 or 5.2.2.2
    id_token_signs_response=True,
    requires_nonce=True,  # Part 1 sections 5.2.2.2 and 5.2.2.3
    personal_claims_in_response=False,  # 5.2.2.1 (3)
    pushed_pkce_required=True,  # 5.2.2 (18)
    https_redirects_only=True,  # Part 1 section 5.2.2 (20)
    names_interactions=True,  # Part 1 section 6.2.1 (11)
    requires_sender_constraint=True,  # 5.2.2 (5)
    auth_methods=FAPI_AUTH_METHODS,  # 5.2.2 (14) and (16)
    signing_algorithms=FAPI1_ALGORITHMS,
    session_always_named=False,
)
PROFILES: Mapping[str, SecurityProfile] = {
    profile.name: profile
    for profile in (
        SecurityProfile(name=STANDARD),
        _STRICT,
        _FAPI2,
        replace(_FAPI2, name="fapi2-message-signing", requires_signed_request=True, requires_signed_response=True),
        _FAPI1_ADVANCED,
    )
}


def pkce_required(client: Client) -> bool:
    """Whether a client must use PKCE: it is registered so, or its profile allows nothing else."""
    return client.require_pkce or not profile_of(client).pkce_optional_allowed


def must_push(metadata: ClientMetadata) -> bool:
    """Whether a client may send no parameters through a browser (RFC 9126 section 6)."""
    profile = profile_named(metadata.security_profile)
    return profile.requires_pushed_request or metadata.require_pushed_authorization_requests


def must_sign(metadata: ClientMetadata) -> bool:
    """Whether every authorization request of a client must be a signed object (RFC 9101 section 10.5)."""
    return profile_named(metadata.security_profile).requires_signed_request or metadata.require_signed_request_object


def has_bound_tokens(metadata: ClientMetadata) -> bool:
    """Whether access tokens of a client are bound to a key of its own (RFC 9449, RFC 8705)."""
    return metadata.dpop_bound_access_tokens or metadata.tls_client_certificate_bound_access_tokens


def code_lifetime(client: Client, configured: int) -> int:
    """Return the seconds that a code of this client is good for."""
    return min(configured, profile_of(client).longest_code_life or configured)


def profile_named(name: str) -> SecurityProfile:
    """Return the profile of this name; an unknown name, which a newer release stored, is the strictest."""
    return PROFILES.get(name, PROFILES["fapi2-message-signing"])


def profile_of(client: Client) -> SecurityProfile:
    """Return the profile of a client."""
    return profile_named(client.metadata.security_profile)
