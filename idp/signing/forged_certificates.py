"""A certificate that no client has, as a stranger could send it in the header of the trusted proxy.

The doctor sends it with an access token that is bound to it and has expired: the token opens nothing, and the refusal
tells whether the certificate was believed.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from idp.kernel.entropy import urlsafe
from idp.signing import algorithms
from idp.signing.certificates import ClientCertificate
from idp.signing.keystore import SigningKey

NAME = x509.Name.from_rfc4514_string("CN=idp doctor")
DAY = dt.timedelta(days=1)


def forge_certificate(now: int) -> ClientCertificate:
    """Return a new certificate, signed with its own key and valid at `now` (seconds, UTC)."""
    key, moment = ec.generate_private_key(ec.SECP256R1()), dt.datetime.fromtimestamp(now, dt.UTC)
    builder = x509.CertificateBuilder().subject_name(NAME).issuer_name(NAME).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(moment - DAY).not_valid_after(moment + DAY)
    return ClientCertificate(builder.sign(key, SHA256()))


def write_header(certificate: ClientCertificate, kind: str) -> str:
    """Return a certificate as a proxy writes it: `escaped-pem`, or `rfc9440`."""
    if kind == "rfc9440":
        return f":{base64.b64encode(certificate.der).decode()}:"
    return quote(certificate.certificate.public_bytes(Encoding.PEM).decode(), safe="")


def sign_with(key: SigningKey, claims: Mapping[str, Any], *, typ: str) -> str:
    """Return claims as a JWT of ours, without a keyring, which would renew keys."""
    header = {"alg": key.record.alg, "kid": key.record.kid, "typ": typ}
    signing_input = ".".join(urlsafe(json.dumps(part).encode()) for part in (header, claims))
    return f"{signing_input}.{urlsafe(algorithms.sign(key.record.alg, key.jwk, signing_input.encode()))}"
