"""The parameters of an authentication request: plain, or all in a signed object (OpenID CIBA Core 1.0 section 7.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749.errors import InvalidRequestError

from idp.persistence.client_metadata import DELIVERY_MODES
from idp.persistence.clients import Client
from idp.persistence.transaction import Transaction
from idp.protocol import authorization_details
from idp.protocol import frontchannel_parameters as queries
from idp.protocol.authorize.request_object import check_claims, check_lifetime, parameters_from
from idp.protocol.authorize.sent_request import NOT_SIGNED
from idp.protocol.ciba.binding_message import InvalidBindingMessage
from idp.protocol.client_keys import verify_client_jwt
from idp.protocol.frontchannel_parameters import Query
from idp.protocol.jwt_claims import last_use, read_jti
from idp.security_profiles import profile_of
from idp.signing.algorithms import FOREIGN
from idp.signing.jws import InvalidToken

LONGEST = {
    "scope": 2048,
    "client_notification_token": 1024,
    "acr_values": 1024,
    "login_hint_token": 4096,
    "id_token_hint": 4096,
    "login_hint": 256,
    "binding_message": 4096,
    "user_code": 256,
    "requested_expiry": 16,
    "resource": 4096,
    "authorization_details": authorization_details.LONGEST,
}
"""Every parameter of section 7.1 and of our extensions, and its longest value in characters."""
REQUEST = "request"
REQUIRED = ("iss", "aud", "exp", "iat", "nbf", "jti")
"""Claims of a signed request (section 7.1.1)."""
BESIDE = "a signed request has all its parameters inside: send none beside it"
METADATA: dict[str, Any] = {
    "backchannel_token_delivery_modes_supported": list(DELIVERY_MODES),
    "backchannel_authentication_request_signing_alg_values_supported": list(FOREIGN),
    "backchannel_user_code_parameter_supported": False,
}
"""Section 4."""


class SignedRequestRefused(InvalidRequestError):
    """The signed request proves nothing; `reason` is for the log and the audit trail only (section 13)."""

    def __init__(self, reason: str) -> None:
        super().__init__("the signed request is not valid: check its signature, iss, aud, exp, iat, nbf and jti")
        self.reason = reason


@dataclass(frozen=True)
class SentRequest:
    """The parameters as they were sent, or why they cannot be used; `jti` and its end are those of a signed request."""

    query: Query
    refusal: OAuth2Error | None = None
    jti: str = ""
    expires_at: int = 0

    def raise_for_refusal(self) -> None:
        """Raise the error for the client, if there is one."""
        if self.refusal is not None:
            raise self.refusal
        if "binding_message" in self.query.faults:
            raise InvalidBindingMessage
        self.query.raise_for_faults()

    def claim(self, tx: Transaction, client: Client) -> None:
        """Use up a signed request; raises `SignedRequestRefused` when it was used before."""
        if self.jti and not tx.replay.claim(client.client_id, f"ciba:{self.jti}", self.expires_at):
            raise SignedRequestRefused("used before")


def read_authentication_request(client: Client, form: Mapping[str, str], *, now: int) -> SentRequest:
    """Return the parameters of a request of this client; may fetch its keys, and writes nothing."""
    try:
        token = form.get(REQUEST)
        if token is None:
            if must_be_signed(client):
                raise InvalidRequestError(NOT_SIGNED)
            return SentRequest(queries.from_members(form, LONGEST))
        if not LONGEST.keys().isdisjoint(form):
            raise InvalidRequestError(BESIDE)
        return _read_signed(client, token, now=now)
    except OAuth2Error as refusal:
        return SentRequest(Query({}), refusal)


def must_be_signed(client: Client) -> bool:
    """Whether every request of this client must be signed: by its profile, or since it registered an algorithm."""
    registered = client.metadata.backchannel_authentication_request_signing_alg
    return profile_of(client).requires_signed_ciba_request or registered is not None


def _read_signed(client: Client, token: str, *, now: int) -> SentRequest:
    registered = client.metadata.backchannel_authentication_request_signing_alg
    try:
        header, claims = verify_client_jwt(client, token, now=now, registered_alg=registered)
        _require_claims(claims)
        check_claims(client, header, claims)
        check_lifetime(claims, now=now)
        jti, query = read_jti(claims), queries.from_members(parameters_from(claims, LONGEST), LONGEST)
    except InvalidToken as problem:
        raise SignedRequestRefused(problem.reason) from problem
    return SentRequest(query, jti=jti, expires_at=last_use(claims))


def _require_claims(claims: Mapping[str, Any]) -> None:
    for name in REQUIRED:
        if name not in claims:
            raise InvalidToken(f"{name} is missing")
