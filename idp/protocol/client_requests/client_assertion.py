"""private_key_jwt, client_secret_jwt: an assertion signed with the client's key or secret (RFC 7523 2.2 and 3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from idp.kernel.client_auth_methods import CLIENT_SECRET_JWT
from idp.kernel.clock import MINUTE
from idp.persistence.clients import Client
from idp.persistence.transaction import Transaction
from idp.protocol.client_keys import verify_client_jwt
from idp.protocol.client_requests import audiences
from idp.protocol.jwt_claims import LEEWAY, last_use, read_jti, require_type
from idp.security_profiles import profile_of
from idp.signing.client_jwts import unverified_claims, verify_secret_jws
from idp.signing.client_secrets import unseal_secret
from idp.signing.jws import InvalidToken
from idp.signing.sealing import SealBroken
from idp.web.context import services

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
FIELDS = frozenset({"client_assertion", "client_assertion_type"})
TYPES = frozenset({"", "jwt", "client-authentication+jwt"})
"""`typ` values that may mean a client assertion; another JWT the client signs must not pass for one (RFC 8725 3.11)."""

LONGEST_LIFE = 5 * MINUTE


class AssertionRefused(Exception):
    """The assertion proves nothing; the message is for the audit trail only."""


@dataclass(frozen=True)
class VerifiedAssertion:
    """An assertion that proves its client, once; `expires_at` in seconds, UTC."""

    client_id: str
    jti: str
    expires_at: int

    def claim(self, tx: Transaction) -> None:
        """Use it up; raises `AssertionRefused` when it was used before."""
        if not tx.replay.claim(self.client_id, self.jti, self.expires_at):
            raise AssertionRefused("used before")


def read_assertion(form: Mapping[str, str]) -> tuple[str, str]:
    """Return the assertion and the client it names, with nothing proven yet.

    Raises:
        AssertionRefused: when it is no JWT of the one known type, or names nobody.
    """
    assertion = form.get("client_assertion", "")
    if form.get("client_assertion_type") != ASSERTION_TYPE:
        raise AssertionRefused("unknown client_assertion_type")
    try:
        issuer = unverified_claims(assertion).get("iss")
    except InvalidToken as problem:
        raise AssertionRefused(problem.reason) from problem
    if not isinstance(issuer, str) or not issuer:
        raise AssertionRefused("iss is not a client_id")
    return assertion, issuer


def verify_assertion(client: Client, assertion: str, address: str, *, now: int) -> VerifiedAssertion:
    """Verify an assertion; its `jti` is claimed later, so that a forgery cannot use up the client's.

    `address` is that of the endpoint it was sent to, `now` in seconds, UTC.

    Raises:
        AssertionRefused: when any of it is wrong.
    """
    try:
        header, claims = _verify_signature(client, assertion, now)
        require_type(header, TYPES)
        jti = read_jti(claims)
    except InvalidToken as problem:
        raise AssertionRefused(problem.reason) from problem
    if claims.get("iss") != client.client_id or claims.get("sub") != client.client_id:
        raise AssertionRefused("iss and sub are not both the client")
    if not _is_audience(claims.get("aud"), client, address):
        raise AssertionRefused("meant for somebody else")
    if claims["exp"] - now > LONGEST_LIFE + LEEWAY:
        raise AssertionRefused("lives longer than five minutes")
    return VerifiedAssertion(client.client_id, jti, last_use(claims))


def _verify_signature(client: Client, assertion: str, now: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return header and claims; the registration decides whether a key or a secret has signed, never the header."""
    if client.token_endpoint_auth_method == CLIENT_SECRET_JWT:
        return verify_secret_jws(assertion, _secrets(client, now), now=now, leeway=LEEWAY)
    registered = client.metadata.token_endpoint_auth_signing_alg
    return verify_client_jwt(client, assertion, now=now, registered_alg=registered)


def _secrets(client: Client, now: int) -> list[bytes]:
    sealer, sealed = services().sealer, client.sealed_secrets(now=now)
    try:
        return [unseal_secret(sealer, client.client_id, each) for each in sealed]
    except SealBroken as broken:
        raise InvalidToken("the client's secret cannot be read: give it a new one") from broken


def _is_audience(audience: Any, client: Client, address: str) -> bool:  # noqa: ANN401 - whatever the client wrote
    """Whether the assertion was made for us: another audience could replay it here.

    FAPI 2.0 Security Profile section 5.3.2.1: the issuer as a single string. Otherwise also the token endpoint (OpenID
    Connect Core section 9) and the endpoint it was sent to (RFC 9126 section 2), and a list of nothing else.
    """
    if profile_of(client).assertion_audience_is_issuer and not client.metadata.legacy_assertion_audience:
        return bool(audience == services().settings.issuer)
    return audiences.is_ours(audience, address)
