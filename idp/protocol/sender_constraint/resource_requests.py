"""Whether a request to our own APIs proves the key that its access token is bound to.

RFC 9449 section 7, RFC 8705 section 3.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from authlib.oauth2 import OAuth2Error

from idp.persistence.transaction import Transaction
from idp.protocol.errors import BearerError
from idp.protocol.sender_constraint import dpop
from idp.protocol.sender_constraint.certificates import X5T, read_certificate
from idp.protocol.sender_constraint.dpop import InvalidDpopProof, Proof
from idp.protocol.sender_constraint.token_requests import DPOP, JKT
from idp.signing.certificates import InvalidCertificate
from idp.signing.dpop_proofs import ALGORITHMS

INVALID_TOKEN = "invalid_token"  # noqa: S105 - an error code
NOT_BOUND = "the access token is bound to no key: send it as Bearer"
BOUND = "the access token is bound to a key: send it as DPoP, with a proof"
OTHER_CERTIFICATE = "the access token is bound to a certificate that this request does not have"
OTHER_KEY = "the access token is bound to another key"


class DpopError(BearerError):
    """A refusal with a `DPoP` challenge, which names the algorithms (RFC 9449 section 7.1)."""

    scheme = DPOP

    def __init__(self, error: str, description: str) -> None:
        super().__init__(401, error, description, algs=" ".join(ALGORITHMS))


def read_proof(claims: Mapping[str, Any], token: str, scheme: str, now: int) -> Proof | None:
    """Verify that the request may use this access token; return the proof, which is not used up yet.

    `claims` are those of the token, `scheme` how it was sent, in lower case.

    Raises:
        BearerError: the token is bound to another certificate than this request has.
        DpopError: the token is bound and the proof is missing or wrong, or it is not bound and was sent as if it were.
    """
    confirmation = claims.get("cnf") or {}
    _check_certificate(confirmation.get(X5T))
    bound_to = confirmation.get(JKT)
    if bound_to is None:
        if scheme == DPOP.lower():
            raise DpopError(INVALID_TOKEN, NOT_BOUND)
        return None
    if scheme != DPOP.lower():
        raise DpopError(INVALID_TOKEN, BOUND)
    try:
        proof = dpop.read_proof(now, access_token=token)
    except OAuth2Error as refusal:
        raise _challenge(refusal) from refusal
    if proof.jkt != bound_to:
        raise DpopError(INVALID_TOKEN, OTHER_KEY)
    return proof


def _check_certificate(thumbprint: str | None) -> None:
    if thumbprint is None:
        return
    try:
        shown = read_certificate().thumbprint
    except InvalidCertificate:
        shown = ""
    if shown != thumbprint:
        raise BearerError(401, INVALID_TOKEN, OTHER_CERTIFICATE)


def claim_proof(tx: Transaction, proof: Proof) -> None:
    """Use up a proof, after the token was found to be valid, so that a stranger stores nothing; raises `DpopError`."""
    try:
        proof.claim(tx)
    except InvalidDpopProof as refusal:
        raise _challenge(refusal) from refusal


def _challenge(refusal: OAuth2Error) -> DpopError:
    return DpopError(str(refusal.error), str(refusal.description))
