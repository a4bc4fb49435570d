"""Requests of the conformance suite's modules for OpenID Connect Core, and the claims that it knows."""

from typing import Any

REQUESTS: dict[str, dict[str, Any]] = {
    "oidcc-server": {},
    "oidcc-alternate-happy-flow": {"scope": "email profile openid"},
    "oidcc-ensure-request-without-nonce-succeeds-for-code-flow": {"nonce": None},
    "oidcc-display-page": {"display": "page"},
    "oidcc-display-popup": {"display": "popup"},
    "oidcc-login-hint": {"login_hint": "buffy@id.example.test"},
    "oidcc-ui-locales": {"ui_locales": "se"},
    "oidcc-claims-locales": {"claims_locales": "se"},
    "oidcc-ensure-request-with-unknown-parameter-succeeds": {"extra": "foobar"},
    "oidcc-ensure-request-with-acr-values-succeeds": {"acr_values": "pwd remembered two-step mfa phr"},
    "oidcc-ensure-request-with-valid-pkce-succeeds": {},
}
CLAIMS_OF = {
    "oidcc-scope-profile": "profile",
    "oidcc-scope-email": "email",
    "oidcc-scope-address": "address",
    "oidcc-scope-phone": "phone",
    "oidcc-scope-all": "profile email address phone",
}
PROTOCOL = {"iss", "sub", "aud", "exp", "iat", "nonce", "auth_time", "acr", "amr", "azp", "at_hash", "jti", "sid"}
"""What an ID token may have without a warning of the suite."""
