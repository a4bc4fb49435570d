"""TOTP (RFC 6238) through pyotp, with the QR code as inline SVG.

The seed of an unfinished set-up is not stored: it is derived from the sealing key and the set-up's context (person,
login flow, password). So a reload shows the same QR code, and another set-up a new one. The first correct code makes it
a factor, whose seed is sealed in its row.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass

import pyotp
import qrcode
from markupsafe import Markup
from qrcode.image.svg import SvgPathImage

from idp.factors import typed_codes

PERIOD = 30
"""Seconds per time step."""
DRIFT = 1
"""Time steps a clock may be off, either way (RFC 6238 section 5.2)."""
SEED_LENGTH = 20
"""Bytes: 160 bits, the length of the HMAC-SHA-1 that apps compute (RFC 4226 section 4 R6)."""

_SIX_DIGITS = re.compile(r"[0-9]{6}")


@dataclass(frozen=True)
class Setup:
    """A set-up in progress."""

    seed: str
    account: str
    issuer: str

    @property
    def uri(self) -> str:
        """Return the `otpauth://` URI for the QR code."""
        return pyotp.TOTP(self.seed).provisioning_uri(name=self.account, issuer_name=self.issuer)

    @property
    def grouped(self) -> str:
        """Return the seed in groups of four, for typing."""
        return " ".join(self.seed[start : start + 4] for start in range(0, len(self.seed), 4))

    def picture(self) -> Markup:
        """Render the QR code as an SVG element, without XML prologue."""
        image = qrcode.make(self.uri, image_factory=SvgPathImage, border=2)
        # Our own drawing of a URI of our own making: digits and letters of a path, nothing that could be markup.
        return Markup(image.to_string(encoding="unicode"))  # noqa: S704 - see above


def derive_seed(pepper: bytes, context: str) -> str:
    """Derive the base32 seed of a set-up from a secret key and its context."""
    raw = hmac.new(pepper, b"totp set-up\x00" + context.encode(), hashlib.sha256).digest()[:SEED_LENGTH]
    return base64.b32encode(raw).decode("ascii")


def matching_step(seed: str, code: str, now: int) -> int | None:
    """Return the time step of a typed code within the allowed drift; None for a wrong code.

    The caller records the step as used.
    """
    digits = typed_codes.normalize_code(code)
    if not _SIX_DIGITS.fullmatch(digits):
        return None
    totp, present = pyotp.TOTP(seed), now // PERIOD
    steps = range(present - DRIFT, present + DRIFT + 1)
    matches = [step for step in steps if pyotp.utils.strings_equal(totp.generate_otp(step), digits)]
    return matches[-1] if matches else None
