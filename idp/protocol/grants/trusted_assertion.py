"""An assertion of a trusted issuer that stands for a person (RFC 7523 section 3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from idp.kernel.grant_types import JWT_BEARER
from idp.persistence.transaction import Transaction
from idp.persistence.trusted_issuers import EMAIL, USER_ID, USERNAME, TrustedIssuer
from idp.persistence.users import User
from idp.protocol.client_keys import verify_by_keys
from idp.protocol.client_requests import audiences
from idp.protocol.jwt_claims import LEEWAY, last_use, read_jti, require_type
from idp.signing.algorithms import FOREIGN
from idp.signing.client_jwts import unverified_claims
from idp.signing.jws import InvalidToken
from idp.web.forms import is_storable

TYPES = frozenset({"", "jwt", "authorization-grant+jwt"})
"""`typ` values that may mean such an assertion; another JWT of the issuer must not pass for one (RFC 8725 3.11)."""
LONGEST_TEXT = 255
NAMESPACE = f"{JWT_BEARER} "
"""Keeps the ids of these assertions apart from those of a client whose id is the issuer."""


@dataclass(frozen=True)
class TrustedAssertion:
    """An assertion whose signature and claims are right; it works once."""

    trusted: TrustedIssuer
    jti: str
    expires_at: int
    subject: str
    """What the issuer calls the person."""

    def claim(self, tx: Transaction) -> bool:
        """Use it up; False when it was used before."""
        return tx.replay.claim(NAMESPACE + self.trusted.issuer, self.jti, self.expires_at)

    def find_person(self, tx: Transaction) -> User | None:
        """Return the active person that it names; None when there is none, or their email address is not verified."""
        by_id = self.trusted.identifier == USER_ID
        found = tx.users.by_id(self.subject) if by_id else tx.users.by_identifier(self.subject)
        return found if found and found.active and self._names(found) else None

    def _names(self, found: User) -> bool:
        """Whether the subject is what is stored (RFC 7519 section 4.1.2): the look-up takes look-alikes for equal.

        Whoever chooses their own name at the issuer could otherwise be somebody else here.
        """
        if self.trusted.identifier == EMAIL:
            return found.email_verified and _is_same_address(found.email or "", self.subject)
        return self.subject == (found.username if self.trusted.identifier == USERNAME else found.id)


def read_assertion(tx: Transaction, token: str, client_id: str, address: str) -> TrustedAssertion:
    """Verify an assertion that a client brings; its `jti` is claimed later. May fetch the issuer's keys.

    `address` is that of the endpoint it was sent to.

    Raises:
        InvalidToken: it proves nothing; the reason is for the audit trail.
    """
    issuer = unverified_claims(token).get("iss")
    trusted = tx.trusted_issuers.by_issuer(issuer) if isinstance(issuer, str) and is_storable(issuer) else None
    if trusted is None or client_id not in trusted.clients:
        raise InvalidToken("no trusted issuer of this client")
    header, claims = verify_by_keys(trusted.jwks, trusted.jwks_uri, token, now=tx.now, algs=FOREIGN)
    require_type(header, TYPES)
    if not audiences.is_ours(claims.get("aud"), address):
        raise InvalidToken("meant for somebody else")
    if claims.get("client_id", client_id) != client_id:
        raise InvalidToken("made for another client")
    if claims["exp"] - min(tx.now, claims.get("iat", tx.now)) > trusted.longest_life + LEEWAY:
        raise InvalidToken("lives longer than this issuer may make it")
    if trusted.identifier == EMAIL and claims.get("email_verified", True) is not True:
        raise InvalidToken("the address is not verified there")  # anybody can type the address of somebody else
    _text(claims, "sub")  # also where another claim names the person
    return TrustedAssertion(trusted, read_jti(claims), last_use(claims), _text(claims, trusted.subject_claim))


def _is_same_address(stored: str, named: str) -> bool:
    """Whether two addresses are equal; only letters of ASCII may differ in case."""
    return stored == named or (stored.isascii() and named.isascii() and stored.lower() == named.lower())


def _text(claims: Mapping[str, Any], name: str) -> str:
    found = claims.get(name)
    if not isinstance(found, str) or not 0 < len(found) <= LONGEST_TEXT or not is_storable(found):
        raise InvalidToken(f"{name} is missing or too long")
    return found
