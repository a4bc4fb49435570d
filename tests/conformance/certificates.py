"""Certificates of a plan's clients: an authority of its own issues one for each."""

import time
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.support.certificates import Authority

CLIENT_CERTIFICATE = "Client-Cert"
"""The header in which the proxy passes certificates on."""
AUTHORITY_FILE = "authority.pem"


class ClientAuthority:
    """Issues the certificates of clients."""

    def __init__(self) -> None:
        self._authority = Authority(int(time.time()), "Conformance")

    def write(self, folder: Path) -> Path:
        """Write its own certificate to a folder."""
        file = folder / AUTHORITY_FILE
        file.write_bytes(self._authority.pem)
        return file

    def issue(self, client_id: str) -> dict[str, str]:
        """Return certificate, private key and authority in PEM, as the suite's configuration names them."""
        key = ec.generate_private_key(ec.SECP256R1())
        found = self._authority.issue(subject_of(client_id), key=key)
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return {
            "cert": found.certificate.public_bytes(Encoding.PEM).decode(),
            "key": private.decode(),
            "ca": self._authority.pem.decode(),
        }


def subject_of(client_id: str) -> str:
    """Return the distinguished name in the certificate of a client (RFC 4514)."""
    return f"CN={client_id},O=Conformance"
