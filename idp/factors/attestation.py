"""Attestation: whether a trusted manufacturer certifies that a new passkey is in hardware.

    AttestationTrustAnchors.open        load the root certificates of the setting `attestation_roots`
    AttestationTrustAnchors.is_trusted  verify the certificate chain of an attestation statement

Only `packed` statements with certificates are verified: those of security keys (Web Authentication section 8.2). Other
passkeys are accepted as well, but not recorded as hardware.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from webauthn.helpers import parse_attestation_object, validate_certificate_chain
from webauthn.helpers.exceptions import InvalidCertificateChain
from webauthn.helpers.structs import AttestationFormat

from idp.config import BadSettings

AAGUID = x509.ObjectIdentifier("1.3.6.1.4.1.45724.1.1.4")
"""Certificate extension with the AAGUID of its authenticator model."""
OCTETS = b"\x04\x10"
"""DER header of a string of sixteen bytes."""
UNIT = "Authenticator Attestation"
"""The organisational unit of attestation certificates (section 8.2.1)."""


@dataclass(frozen=True)
class AttestationTrustAnchors:
    """Root certificates (PEM, one each) of trusted manufacturers; if empty, no attestation is requested."""

    roots: tuple[bytes, ...] = ()

    @classmethod
    def open(cls, path: str) -> Self:
        """Load one file, or every `.pem` file of a folder; an empty `path` loads nothing.

        Raises:
            BadSettings: when there is no certificate, or it cannot be read.
        """
        if not path:
            return cls()
        try:
            files = sorted(Path(path).glob("*.pem")) if Path(path).is_dir() else [Path(path)]
            found = [each for file in files for each in x509.load_pem_x509_certificates(file.read_bytes())]
        except (OSError, ValueError) as error:
            raise BadSettings(f"IDP_ATTESTATION_ROOTS: {path} cannot be read as PEM certificates: {error}") from None
        if not found:
            raise BadSettings(f"IDP_ATTESTATION_ROOTS: there is no certificate in {path}; name a .pem file or a folder")
        return cls(tuple(each.public_bytes(Encoding.PEM) for each in found))

    def __bool__(self) -> bool:
        return bool(self.roots)

    def is_trusted(self, attestation: bytes) -> bool:
        """Whether a statement (CBOR) with a verified signature chains up to one of the roots."""
        stated = parse_attestation_object(attestation)
        chain, key = stated.att_stmt.x5c, stated.auth_data.attested_credential_data
        if not self.roots or stated.fmt != AttestationFormat.PACKED or not chain or key is None:
            return False
        try:
            validate_certificate_chain(x5c=chain, pem_root_certs_bytes=list(self.roots))
            return _is_attestation_certificate(x509.load_der_x509_certificate(chain[0]), key.aaguid)
        except (InvalidCertificateChain, ValueError):
            return False


def _is_attestation_certificate(certificate: x509.Certificate, model: bytes) -> bool:
    """Whether it is an attestation certificate, for this model if it names one (section 8.2.1)."""
    units = certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME)
    if certificate.version is not x509.Version.v3 or [unit.value for unit in units] != [UNIT]:
        return False
    extensions = {extension.oid: extension.value for extension in certificate.extensions}
    basic, named = extensions.get(x509.BasicConstraints.oid), extensions.get(AAGUID)
    if not isinstance(basic, x509.BasicConstraints) or basic.ca:
        return False
    return named is None or (isinstance(named, x509.UnrecognizedExtension) and named.value == OCTETS + model)
