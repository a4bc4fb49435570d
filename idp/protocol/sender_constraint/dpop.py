"""The DPoP proof of one request (RFC 9449 section 4.3)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from authlib.oauth2 import OAuth2Error
from flask import request

from idp.kernel.clock import MINUTE
from idp.kernel.entropy import urlsafe
from idp.kernel.uris import DEFAULT_PORTS
from idp.persistence.transaction import Transaction
from idp.protocol.jwt_claims import LEEWAY, read_jti
from idp.protocol.sender_constraint import dpop_nonces
from idp.signing.dpop_proofs import verify_dpop_proof
from idp.signing.jws import InvalidToken
from idp.web.context import services

HEADER = "DPoP"
LONGEST_LIFE = MINUTE


class InvalidDpopProof(OAuth2Error):
    """The proof proves nothing (RFC 9449 sections 5 and 7.1); `reason` is for the audit trail."""

    error = "invalid_dpop_proof"
    description = "the DPoP proof is wrong, too old, used before, or for another request or token; make a new one"

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason = reason


class UseDpopNonce(OAuth2Error):
    """The proof lacks our nonce of this moment (RFC 9449 sections 8 and 9)."""

    error = "use_dpop_nonce"
    description = "make a new DPoP proof with the nonce of the DPoP-Nonce header"


@dataclass(frozen=True, slots=True)
class Proof:
    """A right proof of this request, perhaps used before; `jkt` is the thumbprint of its key."""

    jkt: str
    jti: str
    expires_at: int

    def claim(self, tx: Transaction) -> None:
        """Use it up; raises `InvalidDpopProof` when it was used before."""
        if not tx.dpop_proofs.claim(self.jkt, self.jti, self.expires_at):
            raise InvalidDpopProof("used before")


def is_sent() -> bool:
    """Whether the request has a proof."""
    return HEADER in request.headers


def read_proof(now: int, *, access_token: str | None = None) -> Proof:
    """Verify the proof of the request being served; it is not used up yet.

    `access_token`: the one sent with it, to an API.

    Raises:
        InvalidDpopProof, UseDpopNonce: the client must make another one.
    """
    try:
        signed = verify_dpop_proof(request.headers.get(HEADER, ""))
        jti = read_jti(signed.claims)
    except InvalidToken as problem:
        raise InvalidDpopProof(problem.reason) from problem
    claims = signed.claims
    _check_request(claims)
    _check_nonce(claims, now)
    _check_age(claims, now)
    if access_token is not None and claims.get("ath") != hash_access_token(access_token):
        raise InvalidDpopProof("ath is not the hash of the access token")
    return Proof(signed.thumbprint, jti, now + LONGEST_LIFE + 2 * LEEWAY)


def hash_access_token(token: str) -> str:
    """Return `ath` (RFC 9449 section 4.2)."""
    return urlsafe(hashlib.sha256(token.encode("ascii")).digest())


def normalize_uri(uri: str) -> str:
    """Return a URI without query and fragment, in one spelling (RFC 3986 section 6.2.2); empty for none."""
    try:
        parts = urlsplit(uri)
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname or "@" in parts.netloc:
        return ""
    authority = parts.hostname if port in {None, DEFAULT_PORTS[parts.scheme]} else f"{parts.hostname}:{port}"
    return f"{parts.scheme}://{authority}{unquote(parts.path) or '/'}"


def _check_request(claims: Mapping[str, Any]) -> None:
    """Require that the proof was made for this method and address."""
    if claims.get("htm") != request.method:
        raise InvalidDpopProof("htm is not the method of the request")
    htu, settings = claims.get("htu"), services().settings
    addresses = {normalize_uri(origin + request.path) for origin in (settings.issuer, settings.mtls_origin) if origin}
    if not isinstance(htu, str) or normalize_uri(htu) not in addresses:
        raise InvalidDpopProof("htu is not the address of the request")


def _check_nonce(claims: Mapping[str, Any], now: int) -> None:
    if not dpop_nonces.required():
        return
    nonce = claims.get("nonce")
    if not isinstance(nonce, str) or not dpop_nonces.is_current(nonce, now):
        raise UseDpopNonce


def _check_age(claims: Mapping[str, Any], now: int) -> None:
    issued = claims.get("iat")
    if isinstance(issued, bool) or not isinstance(issued, int | float):
        raise InvalidDpopProof("iat is missing or no number")
    if not now - LONGEST_LIFE - LEEWAY <= issued <= now + LEEWAY:
        raise InvalidDpopProof("iat is too old, or in the future")
