"""What a registration must be to authenticate with a certificate (RFC 8705 sections 2.1.2 and 2.2.2). Pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import TYPE_CHECKING

from idp.kernel.client_auth_methods import SELF_SIGNED_TLS_CLIENT_AUTH, TLS_CLIENT_AUTH
from idp.kernel.text import Text
from idp.signing.certificates import is_distinguished_name

if TYPE_CHECKING:
    from idp.admin.client_rules import Registration

NAMES = (
    "tls_client_auth_subject_dn",
    "tls_client_auth_san_dns",
    "tls_client_auth_san_uri",
    "tls_client_auth_san_ip",
    "tls_client_auth_san_email",
)


def problems(wanted: Registration) -> Iterator[tuple[str, Text]]:
    """Yield the field and a sentence with the remedy."""
    method, metadata = wanted.token_endpoint_auth_method, wanted.metadata
    given = [name for name in NAMES if getattr(metadata, name)]
    if method == TLS_CLIENT_AUTH and len(given) != 1:
        yield NAMES[0], Text("tls_client_auth needs exactly one name of the certificate: {all}.", all=", ".join(NAMES))
    if method != TLS_CLIENT_AUTH and given:
        yield given[0], Text("A name in a certificate is for tls_client_auth; leave it out, or choose that.")
    if metadata.tls_client_auth_subject_dn and not is_distinguished_name(metadata.tls_client_auth_subject_dn):
        yield NAMES[0], Text("The subject must be a distinguished name such as CN=app,O=Example (RFC 4514).")
    if metadata.tls_client_auth_san_ip and not _is_address(metadata.tls_client_auth_san_ip):
        yield "tls_client_auth_san_ip", Text("That is no IP address.")
    if method == SELF_SIGNED_TLS_CLIENT_AUTH and not _has_certificate(wanted.jwks):
        yield "jwks", Text("self_signed_tls_client_auth needs a JWK Set with the certificate (x5c) of a key.")


def _has_certificate(jwks: object) -> bool:
    keys = jwks.get("keys") if isinstance(jwks, dict) else None
    return isinstance(keys, list) and any(isinstance(key, dict) and key.get("x5c") for key in keys)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
