"""What a token request proves: the key that its tokens are bound to (RFC 7800 section 3.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Never

from authlib.oauth2.rfc6749.errors import InvalidRequestError

from idp import audit
from idp.audit import Event, Outcome
from idp.persistence.clients import Client
from idp.persistence.transaction import Transaction
from idp.protocol.sender_constraint import dpop
from idp.protocol.sender_constraint.certificates import X5T, read_certificate
from idp.protocol.sender_constraint.dpop import InvalidDpopProof, Proof
from idp.security_profiles import profile_of
from idp.signing.certificates import InvalidCertificate

BEARER, DPOP = "Bearer", "DPoP"
JKT = "jkt"
CERTIFICATE_MISSING = "this client needs its certificate with each token request: call the mtls_endpoint_aliases"
PROOF_MISSING = "this client needs a DPoP proof with each token request"
UNCONSTRAINED = "this client needs tokens bound to a key of its own: send a DPoP proof, or register for certificates"


@dataclass(frozen=True, slots=True)
class Binding:
    """What the client has proven with this request beside its name."""

    proof: Proof | None = None
    thumbprint: str | None = None
    """Of the certificate, when its tokens are bound to that."""

    @property
    def confirmation(self) -> dict[str, str]:
        """Return the `cnf` of the access token (RFC 9449 section 6.1, RFC 8705 section 3.1); empty when unbound."""
        key = {JKT: self.proof.jkt} if self.proof else {}
        return key | ({X5T: self.thumbprint} if self.thumbprint else {})

    @property
    def token_type(self) -> str:
        """Return how the access token must be sent."""
        return DPOP if self.proof else BEARER

    def claim(self, tx: Transaction, client: Client) -> None:
        """Use up the proof, after all else was checked, so that a stranger stores nothing.

        Raises:
            InvalidDpopProof: it was used before; audited.
        """
        try:
            if self.proof:
                self.proof.claim(tx)
        except InvalidDpopProof as refusal:
            _refuse(tx, client, refusal)


UNBOUND = Binding()


def read_binding(tx: Transaction, client: Client) -> Binding:
    """Return what the request being served proves; `client` has authenticated.

    Raises:
        InvalidDpopProof, UseDpopNonce: the proof is no good.
        InvalidRequestError: this client must bind its tokens, and did not.
    """
    try:
        proof = dpop.read_proof(tx.now) if dpop.is_sent() else None
    except InvalidDpopProof as refusal:
        _refuse(tx, client, refusal)
    binding = Binding(proof, _thumbprint(client))
    if client.metadata.dpop_bound_access_tokens and proof is None:
        raise InvalidRequestError(PROOF_MISSING)
    if profile_of(client).requires_sender_constraint and not binding.confirmation:
        raise InvalidRequestError(UNCONSTRAINED)
    return binding


def _thumbprint(client: Client) -> str | None:
    """Return what names the certificate, for a client whose tokens are bound to it (RFC 8705 section 3)."""
    if not client.metadata.tls_client_certificate_bound_access_tokens:
        return None
    try:
        return read_certificate().thumbprint
    except InvalidCertificate:
        raise InvalidRequestError(CERTIFICATE_MISSING) from None


def refresh_problem(bound_to: Mapping[str, str] | None, binding: Binding, *, public: bool) -> str | None:
    """Return why a refresh token may not be used: the grant is bound, and the key is missing or another one.

    A confidential client proves itself by its own credentials, and may change its key (RFC 9449 section 5).
    """
    if not bound_to:
        return None
    if not binding.confirmation:
        return "the tokens of this grant are bound to a key, and none was proven"
    return "bound to another key" if public and binding.confirmation != bound_to else None


def _refuse(tx: Transaction, client: Client, refusal: InvalidDpopProof) -> Never:
    reason = f"DPoP proof: {refusal.reason}"
    audit.record(tx, Event.TOKEN_REFUSED, Outcome.FAILURE, client_id=client.client_id, reason=reason)
    raise refusal
