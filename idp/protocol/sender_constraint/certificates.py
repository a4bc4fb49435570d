"""The client's certificate of one request (RFC 8705), as the trusted proxy passes it on.

The server itself reads none: TLS ends at the proxy, which has checked that the client holds the private key.
"""

from __future__ import annotations

from flask import request

from idp.signing.certificates import ClientCertificate, InvalidCertificate
from idp.web.context import services

X5T = "x5t#S256"
READERS = {
    "escaped-pem": ClientCertificate.from_escaped_pem,
    "rfc9440": ClientCertificate.from_client_cert,
}


def accepted() -> bool:
    """Whether a proxy is set up that passes certificates on."""
    return bool(services().settings.client_certificate_header)


def read_certificate() -> ClientCertificate:
    """Return the certificate of the request being served.

    Raises:
        InvalidCertificate: there is none, or it cannot be read.
    """
    settings = services().settings
    # With nobody to set the header, whoever sends it would choose the certificate.
    trusted = settings.client_certificate_header and settings.trusted_proxies
    header = request.headers.get(settings.client_certificate_header, "") if trusted else ""
    if not header:
        raise InvalidCertificate("no certificate")
    return READERS[settings.client_certificate_format](header)
