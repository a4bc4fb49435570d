"""Settings of clients that authenticate with certificates (RFC 8705)."""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, Field


class ClientCertificates(BaseModel):
    """Where certificates of clients come from, and who issues them."""

    client_certificate_header: str = Field(
        "",
        pattern=r"[A-Za-z0-9-]{0,64}",
        description="The header in which the trusted proxy passes on the certificate of a client. The proxy must set "
        "it with every request, or empty it, and drop header names with underscores (nginx does by default): the "
        "server cannot tell `X_Client_Cert` from `X-Client-Cert`. Empty: no certificates.",
    )
    client_certificate_format: Literal["escaped-pem", "rfc9440"] = Field(
        "escaped-pem",
        description="How it is written there: `escaped-pem` is `$ssl_client_escaped_cert` of nginx, `rfc9440` the "
        "header Client-Cert.",
    )
    client_certificate_authorities: str = Field(
        "",
        description="PEM file of the authorities whose certificates name clients (`tls_client_auth`); each must have "
        "issued them itself. Empty: only self-signed certificates.",
    )
    mtls_origin: str = Field(
        "",
        description="Where the proxy asks for certificates, such as `https://mtls.id.example.com`, if not at the "
        "issuer's own address: browsers would ask people to choose one.",
    )

    @property
    def mtls_host(self) -> str:
        """Return the host name of `mtls_origin` without a port."""
        return urlsplit(self.mtls_origin).hostname or ""
