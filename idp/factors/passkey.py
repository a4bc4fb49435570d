"""Passkeys (Web Authentication), through py_webauthn.

    request_options, creation_options       objects for `navigator.credentials.get` and `.create`
    parse_response                          parse a response without trusting it
    verify_assertion, verify_registration   origin, RP id, type, challenge, signature; raise `InvalidResponse`

The caller redeems the challenge, finds the credential, and decides what the proof is worth.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, options_to_json_dict
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AttestationConveyancePreference,
    AuthenticatorSelectionCriteria,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from idp.factors.attestation import AttestationTrustAnchors
from idp.kernel import strict_json
from idp.persistence.factors import Factor
from idp.persistence.users import User

CHALLENGE_BYTES = 32
CHALLENGE_LIFE = 300
"""Seconds a challenge is valid."""
MAX_CREDENTIAL_ID = 1023
"""Bytes (Web Authentication section 4)."""
MILLISECONDS = 1000

ALGORITHMS = [
    COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.EDDSA,
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,
]
TRANSPORTS = frozenset({"usb", "nfc", "ble", "smart-card", "hybrid", "internal", "cable"})

_UNREADABLE = (
    WebAuthnException,
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What the library raises for malformed input."""


class InvalidResponse(Exception):
    """The response is invalid; the text is for the audit trail, not for people."""


@dataclass(frozen=True)
class RelyingParty:
    """The RP id (a host name) and the only valid origin (compared exactly)."""

    rp_id: str
    origin: str


@dataclass(frozen=True)
class AuthenticatorResponse:
    """An unverified response of the browser. `challenge` and `credential_id` are base64url."""

    text: str
    credential_id: str
    challenge: str
    user_handle: str | None
    transports: tuple[str, ...]


@dataclass(frozen=True)
class VerifiedAssertion:
    """A valid assertion: user verification, signature counter and backup state."""

    verified: bool
    sign_count: int
    backed_up: bool


@dataclass(frozen=True)
class VerifiedRegistration:
    """A new passkey and its reported properties."""

    credential_id: str
    public_key: str
    sign_count: int
    backup_eligible: bool
    backed_up: bool
    aaguid: str
    attestation: str
    attested: bool
    verified: bool
    transports: tuple[str, ...]


def encode_challenge(challenge: bytes) -> str:
    """Encode a challenge in base64url, as browsers return it."""
    return bytes_to_base64url(challenge)


def request_options(challenge: bytes, site: RelyingParty, *, allowed: Iterable[Factor], verify: bool) -> dict[str, Any]:
    """Create options for an assertion by one of `allowed`, or by any discoverable credential if empty.

    `verify`: user verification is required; otherwise preferred.
    """
    options = webauthn.generate_authentication_options(
        rp_id=site.rp_id,
        challenge=challenge,
        timeout=CHALLENGE_LIFE * MILLISECONDS,
        allow_credentials=_descriptors(allowed),
        user_verification=UserVerificationRequirement.REQUIRED if verify else UserVerificationRequirement.PREFERRED,
    )
    return options_to_json_dict(options)


def creation_options(
    challenge: bytes,
    site: RelyingParty,
    *,
    user: User,
    brand: str,
    existing: Iterable[Factor],
    attestation_anchors: AttestationTrustAnchors,
) -> dict[str, Any]:
    """Create options for a new passkey, on an authenticator without any of `existing`.

    Attestation is requested only where trust anchors are configured: it makes authenticators traceable.
    """
    options = webauthn.generate_registration_options(
        rp_id=site.rp_id,
        rp_name=brand,
        user_id=user.id.encode(),
        user_name=user.username,
        user_display_name=user.display_name,
        challenge=challenge,
        timeout=CHALLENGE_LIFE * MILLISECONDS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.PREFERRED
        ),
        exclude_credentials=_descriptors(existing),
        supported_pub_key_algs=ALGORITHMS,
        attestation=AttestationConveyancePreference.DIRECT
        if attestation_anchors
        else AttestationConveyancePreference.NONE,
    )
    return options_to_json_dict(options)


def parse_response(text: str) -> AuthenticatorResponse:
    """Parse the JSON of `PublicKeyCredential.toJSON()`.

    Raises:
        InvalidResponse: when it is malformed.
    """
    try:
        sent = strict_json.parse(text)
        response = sent["response"]
        client_data = strict_json.parse(base64url_to_bytes(response["clientDataJSON"]))
        handle = response.get("userHandle")
        listed = response.get("transports") or []
        return AuthenticatorResponse(
            text=text,
            credential_id=bytes_to_base64url(base64url_to_bytes(sent["rawId"])),
            challenge=bytes_to_base64url(base64url_to_bytes(client_data["challenge"])),
            user_handle=base64url_to_bytes(handle).decode() if handle else None,
            transports=tuple(sorted(TRANSPORTS.intersection(listed))),
        )
    except _UNREADABLE as error:
        raise InvalidResponse("unreadable") from error


def verify_assertion(answer: AuthenticatorResponse, factor: Factor, site: RelyingParty) -> VerifiedAssertion:
    """Verify an assertion by this passkey for this relying party; the store checks the counter.

    Raises:
        InvalidResponse: when a check of Web Authentication section 7.2 fails.
    """
    try:
        checked = webauthn.verify_authentication_response(
            credential=answer.text,
            expected_challenge=base64url_to_bytes(answer.challenge),
            expected_rp_id=site.rp_id,
            expected_origin=site.origin,
            credential_public_key=base64url_to_bytes(factor.public_key or ""),
            credential_current_sign_count=0,
        )
    except _UNREADABLE as error:
        raise InvalidResponse(str(error) or type(error).__name__) from error
    if (checked.credential_device_type is CredentialDeviceType.MULTI_DEVICE) is not factor.backup_eligible:
        raise InvalidResponse("the key is of another kind than the one that was added")
    return VerifiedAssertion(checked.user_verified, checked.new_sign_count, checked.credential_backed_up)


def verify_registration(
    answer: AuthenticatorResponse, site: RelyingParty, attestation_anchors: AttestationTrustAnchors
) -> VerifiedRegistration:
    """Verify a new passkey and its attestation.

    Raises:
        InvalidResponse: when a check of Web Authentication section 7.1 fails.
    """
    try:
        made = webauthn.verify_registration_response(
            credential=answer.text,
            expected_challenge=base64url_to_bytes(answer.challenge),
            expected_rp_id=site.rp_id,
            expected_origin=site.origin,
            supported_pub_key_algs=ALGORITHMS,
        )
    except _UNREADABLE as error:
        raise InvalidResponse(str(error) or type(error).__name__) from error
    if bytes_to_base64url(made.credential_id) != answer.credential_id:
        raise InvalidResponse("the key's id is not the one that was named")
    if len(made.credential_id) > MAX_CREDENTIAL_ID:
        raise InvalidResponse("the key's id is too long")
    synced = made.credential_device_type is CredentialDeviceType.MULTI_DEVICE
    return VerifiedRegistration(
        credential_id=answer.credential_id,
        public_key=bytes_to_base64url(made.credential_public_key),
        sign_count=made.sign_count,
        backup_eligible=synced,
        backed_up=made.credential_backed_up,
        aaguid=made.aaguid,
        attestation=str(made.fmt),
        attested=not synced and attestation_anchors.is_trusted(made.attestation_object),
        verified=made.user_verified,
        transports=answer.transports,
    )


def _descriptors(factors: Iterable[Factor]) -> list[PublicKeyCredentialDescriptor]:
    """Omit transports: a security key used by USB may be used by NFC next time."""
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(each.credential_id or "")) for each in factors]
