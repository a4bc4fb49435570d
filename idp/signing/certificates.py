"""Certificates of clients (RFC 8705): what a proxy passes on, whom one names, and who issued it.

ClientCertificate.from_escaped_pem   a header of nginx, `$ssl_client_escaped_cert`
ClientCertificate.from_client_cert   the header Client-Cert (RFC 9440)
CertificateAuthorities.open          the issuers that the setting names
"""

from __future__ import annotations

import base64
import hashlib
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from urllib.parse import unquote

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from idp.config import BadSettings
from idp.kernel.entropy import urlsafe

LONGEST = 16 * 1024
"""Characters of a header; usual certificates have a fifth of that."""
HASHES = frozenset({"sha256", "sha384", "sha512", None})
"""Hashes of signatures that count; Ed25519 names none."""


class InvalidCertificate(Exception):
    """A certificate that cannot be read; the message is for the audit trail only."""


@dataclass(frozen=True)
class ClientCertificate:
    """A certificate whose private key the client has proven to the proxy."""

    certificate: x509.Certificate

    @classmethod
    def from_escaped_pem(cls, header: str) -> Self:
        """Read one PEM certificate, percent-encoded; raises `InvalidCertificate`."""
        return cls(_read(header, lambda: x509.load_pem_x509_certificates(unquote(header, errors="strict").encode())))

    @classmethod
    def from_client_cert(cls, header: str) -> Self:
        """Read one certificate as a byte sequence (RFC 9440 section 2.1); raises `InvalidCertificate`."""
        colons = header[:1] == header[-1:] == ":"
        encoded = header[1:-1] if colons and len(header) > 1 else "?"
        return cls(_read(header, lambda: [x509.load_der_x509_certificate(base64.b64decode(encoded, validate=True))]))

    @property
    def der(self) -> bytes:
        """Return its DER encoding."""
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def thumbprint(self) -> str:
        """Return `x5t#S256` (RFC 8705 section 3.1): the SHA-256 of the certificate, base64url."""
        return urlsafe(hashlib.sha256(self.der).digest())

    def is_valid_at(self, now: int) -> bool:
        """Whether a moment (seconds, UTC) is within its dates."""
        first, last = self.certificate.not_valid_before_utc, self.certificate.not_valid_after_utc
        return first.timestamp() <= now <= last.timestamp()

    def has_subject(self, name: str) -> bool:
        """Whether its subject is this distinguished name (RFC 4514)."""
        try:
            return self.certificate.subject == x509.Name.from_rfc4514_string(name)
        except ValueError:
            return False

    def has_alternative_name(self, kind: str, value: str) -> bool:
        """Whether one subject alternative name of a kind (`dns`, `uri`, `ip` or `email`) is this one."""
        try:
            names = self.certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
            if kind == "ip":
                return ipaddress.ip_address(value) in names.get_values_for_type(x509.IPAddress)
            if kind == "dns":
                return value.lower() in [name.lower() for name in names.get_values_for_type(x509.DNSName)]
            is_uri = kind == "uri"
            found = names.get_values_for_type(x509.UniformResourceIdentifier if is_uri else x509.RFC822Name)
        except (ValueError, x509.ExtensionNotFound, x509.DuplicateExtension):
            return False
        return value in found

    def is_in(self, jwks: Mapping[str, Any]) -> bool:
        """Whether it is the certificate (`x5c`) of one of these keys (RFC 8705 section 2.2.2)."""
        keys = jwks.get("keys")
        chains = [key.get("x5c") for key in (keys if isinstance(keys, list) else []) if isinstance(key, dict)]
        own = base64.b64encode(self.der).decode()
        return any(isinstance(chain, list) and chain[:1] == [own] for chain in chains)


@dataclass(frozen=True)
class CertificateAuthorities:
    """The issuers whose certificates name clients (RFC 8705 section 2.1); if empty, none does."""

    certificates: tuple[x509.Certificate, ...] = ()

    @classmethod
    def open(cls, path: str) -> Self:
        """Load a PEM file; an empty `path` loads nothing.

        Raises:
            BadSettings: when it cannot be read, or names something that issues no certificates.
        """
        if not path:
            return cls()
        try:
            found = x509.load_pem_x509_certificates(Path(path).read_bytes())
            issuing = [each.extensions.get_extension_for_class(x509.BasicConstraints).value.ca for each in found]
        except (OSError, ValueError, x509.ExtensionNotFound) as error:
            message = f"IDP_CLIENT_CERTIFICATE_AUTHORITIES: {path} cannot be read as PEM certificates: {error}"
            raise BadSettings(message) from None
        if not all(issuing):
            raise BadSettings(f"IDP_CLIENT_CERTIFICATE_AUTHORITIES: a certificate in {path} is no authority")
        return cls(tuple(found))

    def __bool__(self) -> bool:
        return bool(self.certificates)

    def issued(self, found: ClientCertificate) -> bool:
        """Whether one of them issued this certificate, for clients."""
        return _is_for_clients(found.certificate) and any(
            _is_issued_by(found.certificate, authority) for authority in self.certificates
        )


def is_distinguished_name(text: str) -> bool:
    """Whether it is a distinguished name (RFC 4514)."""
    try:
        return bool(list(x509.Name.from_rfc4514_string(text)))
    except ValueError:
        return False


def _read(header: str, load: Any) -> x509.Certificate:  # noqa: ANN401 - a function without arguments
    if len(header) > LONGEST:
        raise InvalidCertificate("the header with the certificate is too long")
    try:
        (found,) = load()
        _ = found.subject, found.extensions, found.signature_hash_algorithm  # they are parsed only when they are read
    except Exception as error:  # whatever is wrong with it, the answer is no
        raise InvalidCertificate("the header holds no certificate, or several") from error
    return found  # type: ignore[no-any-return]  # both loaders return certificates


def _is_for_clients(certificate: x509.Certificate) -> bool:
    """Whether its purposes, if it names any, have that of clients: one of a server must not pass for a client's."""
    try:
        purposes = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return True
    return ExtendedKeyUsageOID.CLIENT_AUTH in purposes


def _is_issued_by(certificate: x509.Certificate, authority: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature):
        return False
    algorithm = certificate.signature_hash_algorithm
    return (algorithm.name if algorithm else None) in HASHES
