"""Whether a JWT was made for us: whoever else it names could use it here (RFC 7523 section 3)."""

from __future__ import annotations

from typing import Any

from idp.web.context import services

TOKEN = "/token"  # noqa: S105 - a path


def is_ours(audience: Any, address: str) -> bool:  # noqa: ANN401 - whatever its maker wrote
    """Whether `aud` names the issuer, the token endpoint or this endpoint, and nobody else.

    `address` is that of the endpoint the JWT was sent to. The same endpoints have a second address where clients show
    certificates (RFC 8705 section 5).
    """
    issuer, other = services().settings.issuer, services().settings.mtls_origin
    ours = {issuer, issuer + TOKEN, address}
    if other:
        ours |= {other + TOKEN, other + address.removeprefix(issuer)}
    listed = audience if isinstance(audience, list) else [audience]
    return bool(listed) and all(isinstance(entry, str) and entry in ours for entry in listed)
