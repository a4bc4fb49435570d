"""DPoP at the pushed authorization request endpoint (RFC 9449 section 10.1): the key must redeem the code."""

from __future__ import annotations

from authlib.oauth2.rfc6749.errors import InvalidRequestError

from idp.protocol.frontchannel_parameters import Query
from idp.protocol.sender_constraint import dpop
from idp.protocol.sender_constraint.dpop import Proof

MISMATCH = "dpop_jkt is not the key of the DPoP proof"


def bind_to_proof(query: Query, *, now: int) -> tuple[Query, Proof | None]:
    """Return the parameters with the key of the proof as `dpop_jkt`, and the proof; it is not used up yet.

    Raises:
        InvalidDpopProof, UseDpopNonce: the proof is no good.
        InvalidRequestError: the request names another key.
    """
    if not dpop.is_sent():
        return query, None
    proof = dpop.read_proof(now)
    if query.get("dpop_jkt") not in {None, proof.jkt}:
        raise InvalidRequestError(MISMATCH)
    return Query({**query.values, "dpop_jkt": proof.jkt}, query.faults), proof
