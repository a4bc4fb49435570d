"""Names of grant types, in registrations and in requests of tokens (RFC 7591 section 2)."""

# ruff: noqa: S105 - names, not secrets

from __future__ import annotations

AUTHORIZATION_CODE = "authorization_code"
REFRESH_TOKEN = "refresh_token"
CLIENT_CREDENTIALS = "client_credentials"
DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
"""RFC 8628."""
TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
"""RFC 8693."""
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
"""Assertions of other issuers (RFC 7523)."""
CIBA = "urn:openid:params:grant-type:ciba"
"""OpenID Connect Client-Initiated Backchannel Authentication Core 1.0."""
IMPLICIT = "implicit"
"""Tokens from the authorization endpoint (OpenID Connect Dynamic Client Registration 1.0 section 2)."""
GRANT_TYPES = (
    *(AUTHORIZATION_CODE, REFRESH_TOKEN, CLIENT_CREDENTIALS, DEVICE_CODE, TOKEN_EXCHANGE),
    *(JWT_BEARER, CIBA, IMPLICIT),
)
