"""Names of the methods of client authentication (OpenID Connect Core section 9, RFC 8705 section 2)."""

# ruff: noqa: S105 - names, not secrets

from __future__ import annotations

CLIENT_SECRET_BASIC = "client_secret_basic"
CLIENT_SECRET_POST = "client_secret_post"
CLIENT_SECRET_JWT = "client_secret_jwt"
PRIVATE_KEY_JWT = "private_key_jwt"
TLS_CLIENT_AUTH = "tls_client_auth"
SELF_SIGNED_TLS_CLIENT_AUTH = "self_signed_tls_client_auth"
NONE = "none"
"""Of public clients, which prove nothing."""
SENT_SECRET_METHODS = (CLIENT_SECRET_BASIC, CLIENT_SECRET_POST)
SECRET_METHODS = (*SENT_SECRET_METHODS, CLIENT_SECRET_JWT)
TLS_METHODS = (TLS_CLIENT_AUTH, SELF_SIGNED_TLS_CLIENT_AUTH)
CONFIDENTIAL_METHODS = (*SECRET_METHODS, PRIVATE_KEY_JWT, *TLS_METHODS)
METHODS = (*CONFIDENTIAL_METHODS, NONE)
