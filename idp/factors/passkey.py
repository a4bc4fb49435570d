"""Passkeys (Web Authentication): what the browser is asked, and whether what comes back is right. Through py_webauthn.

    request_options, creation_options     the JSON for `navigator.credentials.get` and `.create`
    read                                  an answer as far as it can be read without trusting it
    check_assertion, check_registration   origin, RP id, type, challenge, signature; raises `Rejected`

The caller has spent the challenge, knows whose key it is, and decides what the proof is worth.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
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
from idp.persistence.factors import Factor
from idp.persistence.users import User

CHALLENGE_BYTES = 32
CHALLENGE_LIFE = 300
"""Seconds in which a challenge has to come back signed."""
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
"""What the library lets out when it is fed rubbish."""


class InvalidResponse(Exception):
    """The answer is not what was asked for; the text is for the audit trail, not for people."""


@dataclass(frozen=True)
class RelyingParty:
    """Where passkeys are good: the RP id (a host name) and the one origin (scheme, host and port, compared exactly)."""

    rp_id: str
    origin: str


@dataclass(frozen=True)
class AuthenticatorResponse:
    """What the browser sent; nothing in it is checked yet. `challenge` and `credential_id` are base64url."""

    text: str
    credential_id: str
    challenge: str
    user_handle: str | None
    transports: tuple[str, ...]


@dataclass(frozen=True)
class VerifiedAssertion:
    """A right answer: whether the owner was checked, the counter, and whether the key is backed up by now."""

    verified: bool
    sign_count: int
    backed_up: bool


@dataclass(frozen=True)
class VerifiedRegistration:
    """A verified registration, with the properties that the authenticator reported."""

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
    """A challenge as browsers send it back: base64url."""
    return bytes_to_base64url(challenge)


def request_options(challenge: bytes, site: RelyingParty, *, allowed: Iterable[Factor], verify: bool) -> str:
    """Ask for a signature: of one of these keys, or of any that the browser knows when there are none.

    `verify`: the key must check its owner; otherwise it may.
    """
    options = webauthn.generate_authentication_options(
        rp_id=site.rp_id,
        challenge=challenge,
        timeout=CHALLENGE_LIFE * MILLISECONDS,
        allow_credentials=_descriptors(allowed),
        user_verification=UserVerificationRequirement.REQUIRED if verify else UserVerificationRequirement.PREFERRED,
    )
    return webauthn.options_to_json(options)


def creation_options(
    challenge: bytes,
    site: RelyingParty,
    *,
    user: User,
    brand: str,
    existing: Iterable[Factor],
    attestation_anchors: AttestationTrustAnchors,
) -> str:
    """Ask for a new key, on something that does not hold one of `existing` already.

    Its maker is asked to vouch for it only where some maker would be believed: it makes keys traceable.
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
    return webauthn.options_to_json(options)


def parse_response(text: str) -> AuthenticatorResponse:
    """Read what `PublicKeyCredential.toJSON()` gave.

    Raises:
        Rejected: when it is not that.
    """
    try:
        sent = json.loads(text)
        response = sent["response"]
        client_data = json.loads(base64url_to_bytes(response["clientDataJSON"]))
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
    """Verify that this key signed this challenge for this site; the store checks the signature counter.

    Raises:
        Rejected: when anything is not as it must be (Web Authentication section 7.2).
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
    """The new key, and whether one of the makers vouches for it.

    Raises:
        Rejected: when anything is not as it must be (Web Authentication section 7.1).
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
    """Without transports: a key that was plugged in once may be held to the phone next time."""
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(each.credential_id or "")) for each in factors]
