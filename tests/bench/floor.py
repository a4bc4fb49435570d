"""The signing floor: what this machine can sign and hash at most, on one core. No provider can be faster."""

import time
from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from idp.config import Settings
from idp.factors.hashing import Hasher

PAYLOAD = b"x" * 500
"""About the size of a token."""
RSA_BITS = 2048
SECONDS = 0.5


def signing() -> dict[str, float]:
    """Signatures per second by algorithm, with the cryptography package alone."""
    rsa_key = rsa.generate_private_key(65537, RSA_BITS)
    ec_key = ec.generate_private_key(ec.SECP256R1())
    return {
        "RS256": _rate(lambda: rsa_key.sign(PAYLOAD, padding.PKCS1v15(), SHA256())),
        "ES256": _rate(lambda: ec_key.sign(PAYLOAD, ec.ECDSA(SHA256()))),
    }


def hash_milliseconds() -> float:
    """What one password takes at the product's own cost."""
    defaults = {name: field.default for name, field in Settings.model_fields.items() if name.startswith("hash_")}
    hasher = Hasher(**{name.removeprefix("hash_"): value for name, value in defaults.items()})
    return 1000 / _rate(lambda: hasher.hash("correct horse battery staple"))


def _rate(act: Callable[[], object]) -> float:
    began, count = time.perf_counter(), 0
    while (spent := time.perf_counter() - began) < SECONDS:
        act()
        count += 1
    return count / spent
