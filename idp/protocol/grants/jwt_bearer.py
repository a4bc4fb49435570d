"""Assertions of trusted issuers as grants (RFC 7523 section 2.1, RFC 7521 section 4.1).

    another authority --assertion: this is Jane--> app --assertion--> /token --> an access token of Jane

Policy of an administrator: a trusted issuer names the apps and the scopes. Nobody signs in here, so the token has no
`auth_time`, the lowest `acr`, and there is no ID token and no refresh token.
"""

from __future__ import annotations

from typing import Any, Never

from authlib.oauth2.rfc6749 import BaseGrant, TokenEndpointMixin
from authlib.oauth2.rfc6749.errors import (
    InvalidGrantError,
    InvalidRequestError,
    InvalidScopeError,
    UnauthorizedClientError,
)

from idp import audit
from idp.audit import Event, Outcome
from idp.kernel.client_auth_methods import CONFIDENTIAL_METHODS
from idp.kernel.grant_types import JWT_BEARER
from idp.kernel.handles import digest
from idp.persistence.apis import Api
from idp.persistence.grants import NO_REDIRECT_URI, Grant
from idp.persistence.users import User
from idp.protocol import client_access, resource_indicators, tokens
from idp.protocol.client_requests.client_authentication import verify_client
from idp.protocol.client_requests.request import BackChannelRequest
from idp.protocol.grants.trusted_assertion import TrustedAssertion, read_assertion
from idp.protocol.sender_constraint.token_requests import read_binding
from idp.signing.jws import InvalidToken
from idp.web.context import services

NO_SIGN_IN = "0"
"""`acr` of somebody who has proven nothing here (OpenID Connect Core section 2)."""
REFUSED = "the assertion is wrong, expired, used before, or not one that this client may use"


class JwtBearer(BaseGrant, TokenEndpointMixin):
    """Issues access tokens of the people that assertions name."""

    GRANT_TYPE = JWT_BEARER
    TOKEN_ENDPOINT_AUTH_METHODS = CONFIDENTIAL_METHODS
    request: BackChannelRequest

    def validate_token_request(self) -> None:
        """Authenticate the client, and verify the assertion, which may fetch keys: so before the first write."""
        verified = verify_client(self.request, CONFIDENTIAL_METHODS)
        found = self._read(verified.client.client_id)
        client = self.request.client = verified.claim(self.request)
        self.request.binding = read_binding(self.request.tx, client.row)
        if not client.check_grant_type(self.GRANT_TYPE):
            raise UnauthorizedClientError("this client is not registered for assertions of trusted issuers")
        if "assertion" not in self.request.form:
            raise InvalidRequestError("assertion is missing")
        if isinstance(found, InvalidToken):
            self._refuse(found.reason)
        self.assertion = found

    def create_token_response(self) -> tuple[int, dict[str, Any], Any]:  # type: ignore[override]  # the body is no text
        """Return the access token."""
        tx, client, binding = self.request.tx, self.request.authenticated_client.row, self.request.binding
        person, asked, named = self._find_person(), self._choose_scopes(), self.request.resource
        api = None if named is None else resource_indicators.find_api(tx, asked, named)
        scopes, life = resource_indicators.scopes_of(api, asked), tokens.access_token_lifetime(client, api)
        if not self.assertion.claim(tx):
            self._refuse("used before", person)
        self._require_trust(person)
        binding.claim(tx, client)
        grant = self._new_grant(person, scopes, life)
        tx.grants.add_without_session(grant)
        self._record(grant, api)
        token = tokens.access_token(client, scopes, now=tx.now, grant=grant, api=api, confirmation=binding.confirmation)
        answer = {
            "access_token": token,
            "token_type": binding.token_type,
            "expires_in": life,
            "scope": " ".join(scopes),
        }
        return 200, answer, self.TOKEN_RESPONSE_HEADER

    def _read(self, client_id: str) -> TrustedAssertion | InvalidToken:
        """Return the assertion, or what is wrong with it: nobody is told before the client has authenticated."""
        try:
            return read_assertion(self.request.tx, self.request.form.get("assertion", ""), client_id, self.request.uri)
        except InvalidToken as problem:
            return problem

    def _find_person(self) -> User:
        tx, client = self.request.tx, self.request.authenticated_client.row
        person = self.assertion.find_person(tx)
        if person is None:
            self._refuse("names no active person")
        if not client_access.may_use(tx, client, person.id):
            self._refuse("the person may not use this app", person)
        if not client.first_party and tx.consents.is_withdrawn(person.id, client.client_id):
            self._refuse("the person has removed this app", person)
        if client.min_acr is not None:
            self._refuse(f"the app wants a sign-in of the level {client.min_acr}", person)
        return person

    def _require_trust(self, person: User) -> None:
        """Refuse if the trust, or the app, was ended since they were read: what that revoked has no such grant.

        Keys may be fetched in between. Both rows stay as they are until the commit.
        """
        tx, trusted = self.request.tx, self.assertion.trusted
        client = tx.clients.by_id(self.request.authenticated_client.client_id, lock=True)
        present = tx.trusted_issuers.by_issuer(trusted.issuer, lock=True)
        if client is None or client.disabled or present != trusted:
            self._refuse("the app or its trusted issuer was changed meanwhile", person)

    def _choose_scopes(self) -> tuple[str, ...]:
        """Return the scopes: those of the issuer that the client has too, or those of them that were asked for."""
        registered = self.request.authenticated_client.row.scopes
        allowed = tuple(scope for scope in self.assertion.trusted.scopes if scope in registered)
        requested = self.request.form.get("scope")
        chosen = tuple(requested.split(" ")) if requested else allowed
        if not chosen or not set(chosen) <= set(allowed):
            raise InvalidScopeError("scope holds what this client may not have by an assertion of this issuer")
        return chosen

    def _new_grant(self, person: User, scopes: tuple[str, ...], life: int) -> Grant:
        """Return what the token is revoked by: it has no code, no session and no sign-in, and ends with the token."""
        entropy, now = services().entropy, self.request.tx.now
        return Grant(
            id=entropy.token(16),
            user_id=person.id,
            client_id=self.request.authenticated_client.client_id,
            sid="",
            scopes=list(scopes),
            claims={},
            acr=NO_SIGN_IN,
            amr=[],
            auth_time=0,
            redirect_uri=NO_REDIRECT_URI,
            code_digest=digest(entropy.token()),
            code_challenge="",
            code_expires_at=now,
            code_used_at=now,
            expires_at=now + life,
            confirmation=self.request.binding.confirmation or None,
        )

    def _record(self, grant: Grant, api: Api | None) -> None:
        audit.record(
            self.request.tx,
            Event.TOKEN_ISSUED,
            user_id=grant.user_id,
            client_id=grant.client_id,
            grant_type=self.GRANT_TYPE,
            scope=" ".join(grant.scopes),
            resource=api.identifier if api else None,
            trusted_issuer=self.assertion.trusted.issuer,
        )

    def _refuse(self, reason: str, person: User | None = None) -> Never:
        """Answer every reason alike (RFC 7521 section 4.1.1); the reason is audited."""
        audit.record(
            self.request.tx,
            Event.TOKEN_REFUSED,
            Outcome.FAILURE,
            user_id=person.id if person else None,
            client_id=self.request.authenticated_client.client_id,
            reason=reason,
        )
        raise InvalidGrantError(REFUSED)
