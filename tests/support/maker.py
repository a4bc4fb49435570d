"""A maker of security keys: a root certificate, and batches of keys that it vouches for."""

import datetime as dt
from collections.abc import Mapping

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

SAME = b"same model".ljust(16)
OTHER = b"other model".ljust(16)
MODEL_OID = x509.ObjectIdentifier("1.3.6.1.4.1.45724.1.1.4")
UNIT = "Authenticator Attestation"


class Maker:
    """`root` is its certificate (PEM)."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.root = self._certify(self._key, {NameOID.COMMON_NAME: name}, ca=True).public_bytes(Encoding.PEM)

    def batch(self, *, unit: str = UNIT, model: bytes = SAME, ca: bool = False) -> "Batch":
        """Keys of one model; the rest is as it must be, or as a careless or false maker would have it."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = {NameOID.ORGANIZATION_NAME: self._name, NameOID.ORGANIZATIONAL_UNIT_NAME: unit}
        return Batch(key, self._certify(key, subject, ca=ca, model=model).public_bytes(Encoding.DER))

    def _certify(
        self,
        key: ec.EllipticCurvePrivateKey,
        subject: Mapping[x509.ObjectIdentifier, str],
        *,
        ca: bool,
        model: bytes = b"",
    ) -> x509.Certificate:
        now = dt.datetime.now(dt.UTC)
        names = x509.Name([x509.NameAttribute(oid, value) for oid, value in subject.items()])
        builder = (
            x509.CertificateBuilder()
            .subject_name(names)
            .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self._name)]))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=1))
            .not_valid_after(now + dt.timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        )
        if model:
            builder = builder.add_extension(x509.UnrecognizedExtension(MODEL_OID, b"\x04\x10" + model), critical=False)
        return builder.sign(self._key, hashes.SHA256())


class Batch:
    """The private key and the certificate (DER) that every key of a batch holds."""

    def __init__(self, key: ec.EllipticCurvePrivateKey, certificate: bytes) -> None:
        self._key, self.certificate = key, certificate

    def sign(self, data: bytes) -> bytes:
        """Vouches for what a key says of itself."""
        return self._key.sign(data, ec.ECDSA(hashes.SHA256()))
