"""Client authentication by certificate (RFC 8705 section 2).

tls_client_auth              one of our authorities issued it, and it has the one name that is registered
self_signed_tls_client_auth  it is the one that is registered, as `x5c` of a key
"""

from __future__ import annotations

from idp.kernel.client_auth_methods import SELF_SIGNED_TLS_CLIENT_AUTH, TLS_CLIENT_AUTH
from idp.persistence.client_metadata import ClientMetadata
from idp.persistence.clients import Client
from idp.protocol.sender_constraint.certificates import read_certificate
from idp.signing.certificates import ClientCertificate, InvalidCertificate
from idp.web.context import services

ALTERNATIVE_NAMES = ("dns", "uri", "ip", "email")


def verify_certificate(client: Client, method: str, *, now: int) -> None:
    """Verify that the certificate of this request is the client's.

    Raises:
        InvalidCertificate: it is not, or there is none.
    """
    found = read_certificate()
    if not found.is_valid_at(now):
        raise InvalidCertificate("the certificate has expired, or is not valid yet")
    if method == TLS_CLIENT_AUTH:
        _verify_issued(client.metadata, found)
    elif method == SELF_SIGNED_TLS_CLIENT_AUTH and not found.is_in(client.jwks or {}):
        raise InvalidCertificate("another certificate than the registered one")


def _verify_issued(metadata: ClientMetadata, found: ClientCertificate) -> None:
    if not services().certificate_authorities.issued(found):
        raise InvalidCertificate("no authority of ours issued the certificate")
    wanted = {kind: getattr(metadata, f"tls_client_auth_san_{kind}") for kind in ALTERNATIVE_NAMES}
    names = [found.has_alternative_name(kind, value) for kind, value in wanted.items() if value]
    if metadata.tls_client_auth_subject_dn:
        names.append(found.has_subject(metadata.tls_client_auth_subject_dn))
    if names != [True]:  # section 2.1.2: exactly one is registered
        raise InvalidCertificate("the certificate names another client")
