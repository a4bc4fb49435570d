"""Certificates of clients: an authority, what it issues, and how proxies pass them on."""

import base64
import datetime as dt
import ipaddress
from typing import Any
from urllib.parse import quote

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from idp.signing.certificates import ClientCertificate

SUBJECT = "CN=app,O=Example"
SERVER = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
NAMES = x509.SubjectAlternativeName(
    [
        x509.DNSName("app.example.test"),
        x509.UniformResourceIdentifier("https://app.example.test/one"),
        x509.IPAddress(ipaddress.ip_address("192.0.2.7")),
        x509.RFC822Name("app@example.test"),
    ]
)


class Authority:
    """Issues certificates; `now` is the middle of their two days (seconds, UTC)."""

    def __init__(self, now: int, name: str = "Authority") -> None:
        self.now, self.name = dt.datetime.fromtimestamp(now, dt.UTC), f"CN={name}"
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.certificate = self._sign(self.key, self.name, x509.BasicConstraints(ca=True, path_length=None))

    @property
    def pem(self) -> bytes:
        """Its own certificate."""
        return self.certificate.public_bytes(Encoding.PEM)

    def issue(
        self, subject: str = SUBJECT, *extensions: Any, days: int = 0, key: ec.EllipticCurvePrivateKey | None = None
    ) -> ClientCertificate:
        """A new certificate, of a new key unless there is one; `days` move its dates."""
        key = key or ec.generate_private_key(ec.SECP256R1())
        return ClientCertificate(self._sign(key, subject, *(extensions or (NAMES,)), days=days))

    def _sign(self, key: ec.EllipticCurvePrivateKey, subject: str, *extensions: Any, days: int = 0) -> x509.Certificate:
        middle = self.now + dt.timedelta(days=days)
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name.from_rfc4514_string(subject))
            .issuer_name(x509.Name.from_rfc4514_string(self.name))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(middle - dt.timedelta(days=1))
            .not_valid_after(middle + dt.timedelta(days=1))
        )
        for extension in extensions:
            builder = builder.add_extension(extension, critical=False)
        return builder.sign(self.key, hashes.SHA256())


def escaped_pem(certificate: ClientCertificate) -> str:
    """As nginx writes it."""
    return quote(certificate.certificate.public_bytes(Encoding.PEM).decode(), safe="")


def client_cert(certificate: ClientCertificate) -> str:
    """As RFC 9440 writes it."""
    return f":{base64.b64encode(certificate.der).decode()}:"
