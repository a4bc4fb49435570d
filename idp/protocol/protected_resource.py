"""Metadata of our own endpoints as a protected resource (RFC 9728); `idp.admin.apis` has those of APIs."""

from __future__ import annotations

from typing import Any

from idp.claims import standard
from idp.web.context import services

PATH = "/.well-known/oauth-protected-resource"


def metadata() -> dict[str, Any]:
    """Return the document; the resource is the issuer, which is the `aud` of tokens for our endpoints (section 2)."""
    issuer = services().settings.issuer
    return {
        "resource": issuer,
        "authorization_servers": [issuer],
        "jwks_uri": f"{issuer}/jwks",
        "scopes_supported": list(standard.SCOPES),
        "bearer_methods_supported": ["header", "body"],
    }


def address() -> str:
    """Return where it is, for the challenge to a caller without a good token (section 5.1)."""
    return services().settings.issuer + PATH
