"""Token exchange (RFC 8693): the program behind an API calls another API for the same person.

    app --token for ORDERS--> the API ORDERS --exchanged token for BILLS--> the API BILLS

Delegation only, never impersonation: the new token names the app that exchanged it (`act`), and those before it. What
may be exchanged is policy of an administrator: the API that the token is for names the apps (`exchange_clients`), and
the app has scopes of the other API. The new token ends no later than the one it was exchanged for, and with the same
grant. There is no refresh token.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Never

from authlib.oauth2.rfc6749 import BaseGrant, TokenEndpointMixin
from authlib.oauth2.rfc6749.errors import InvalidRequestError, InvalidScopeError, UnauthorizedClientError

from idp import audit
from idp.audit import Event, Outcome
from idp.kernel.client_auth_methods import CONFIDENTIAL_METHODS
from idp.kernel.grant_types import TOKEN_EXCHANGE
from idp.login.policy.assurance import LEVELS, Level
from idp.login.policy.rules import RuleKind
from idp.login.state.policy_rules import present_rules
from idp.persistence.apis import Api
from idp.persistence.grants import Grant
from idp.protocol import client_access, resource_indicators, tokens
from idp.protocol.client_requests.request import BackChannelRequest
from idp.protocol.resource_indicators import InvalidTarget
from idp.signing.jws import InvalidToken

ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105 - a type of tokens
MOST_ACTORS = 5
"""Apps in a row: each makes the token longer."""
REFUSED = "subject_token is not a token that this client may exchange"


class TokenExchange(BaseGrant, TokenEndpointMixin):
    """Exchanges access tokens of people for access tokens of the same people."""

    GRANT_TYPE = TOKEN_EXCHANGE
    TOKEN_ENDPOINT_AUTH_METHODS = CONFIDENTIAL_METHODS
    request: BackChannelRequest

    def validate_token_request(self) -> None:
        """Authenticate the client; require the only types there are (section 2.1)."""
        client = self.authenticate_token_endpoint_client()
        if not client.check_grant_type(self.GRANT_TYPE):
            raise UnauthorizedClientError("this client is not registered for token exchange")
        form = self.request.form
        if "subject_token" not in form or form.get("subject_token_type") != ACCESS_TOKEN:
            raise InvalidRequestError("subject_token must be an access token, and subject_token_type say so")
        if form.get("requested_token_type", ACCESS_TOKEN) != ACCESS_TOKEN:
            raise InvalidRequestError("requested_token_type can only be an access token")
        if "actor_token" in form or "actor_token_type" in form:
            raise InvalidRequestError("actor_token is not supported: the actor is the client that authenticates")

    def create_token_response(self) -> tuple[int, dict[str, Any], Any]:  # type: ignore[override]  # the body is no text
        """Return the new token."""
        tx, client, binding = self.request.tx, self.request.authenticated_client.row, self.request.binding
        subject = self._read_subject()
        grant = self._find_grant(subject)
        api = self._find_target()
        scopes = self._choose_scopes(api)
        act = {"sub": client.client_id} | ({"act": subject["act"]} if "act" in subject else {})
        if _count_actors(act) > MOST_ACTORS:
            self._refuse("too many actors", grant)
        binding.claim(tx, client)
        expires_at = min(tx.now + tokens.access_token_lifetime(client, api), int(subject["exp"]))
        token = tokens.access_token(
            client,
            scopes,
            now=tx.now,
            grant=grant,
            api=api,
            more={"act": act},
            confirmation=binding.confirmation,
            expires_at=expires_at,
        )
        self._record(grant, api, scopes, str(subject["client_id"]))
        answer = {
            "access_token": token,
            "issued_token_type": ACCESS_TOKEN,
            "token_type": binding.token_type,
            "expires_in": expires_at - tx.now,
            "scope": " ".join(scopes),
        }
        return 200, answer, self.TOKEN_RESPONSE_HEADER

    def _read_subject(self) -> Mapping[str, Any]:
        """Return the claims of the subject token, which is for an API whose tokens this client may exchange."""
        try:
            claims = tokens.read_access_token(
                self.request.form["subject_token"], now=self.request.tx.now, any_audience=True
            )
        except InvalidToken:
            self._refuse("no access token, or expired")
        source = self.request.tx.apis.by_identifier(str(claims["aud"]))
        if source is None or self.request.authenticated_client.client_id not in source.exchange_clients:
            self._refuse("not allowed by the API that it is for")
        return claims

    def _find_grant(self, subject: Mapping[str, Any]) -> Grant:
        """Return the grant of the subject token, which is good now; the person may use each app that had or gets it."""
        tx, grant_id = self.request.tx, tokens.grant_id_from(subject)
        found = tx.grants.live_with_user(grant_id, str(subject["jti"])) if grant_id else None
        if found is None:
            self._refuse("revoked, or of no person")
        grant, user, granted_to = found
        holder = tx.clients.by_id(str(subject["client_id"]))
        if holder is None or (holder.client_id != granted_to.client_id and subject["iat"] <= holder.tokens_not_before):
            self._refuse("its own client has other credentials by now", grant)
        apps = (granted_to, holder, self.request.authenticated_client.row)
        if any(app.disabled for app in apps) or not all(client_access.may_use(tx, app, user.id) for app in apps):
            self._refuse("the person may not use one of the apps", grant)
        self._check_level(grant)
        return grant

    def _check_level(self, grant: Grant) -> None:
        """Refuse what was proven for less than this client wants; the token says the same `acr` as the one before."""
        client = self.request.authenticated_client.row
        rule = present_rules(self.request.tx).get(RuleKind.APP, client.client_id)
        of_rule = rule.terms.min_level if rule else None
        wanted = max(LEVELS.get(client.min_acr or "", Level.NONE), of_rule or Level.NONE)
        if LEVELS.get(grant.acr, Level.NONE) < wanted:
            self._refuse(
                f"the app, or its rule of the sign-in policy, wants a sign-in of the level {wanted.acr}", grant
            )

    def _find_target(self) -> Api:
        """Return the API that the new token is for: `resource` or `audience`; never our own endpoints."""
        form = self.request.form
        named = {form[name] for name in ("resource", "audience") if name in form}
        if len(named) != 1:
            raise InvalidTarget
        scopes = self.request.authenticated_client.own_scopes
        api = resource_indicators.find_api(self.request.tx, scopes, named.pop())
        if api is None:
            raise InvalidTarget
        return api

    def _choose_scopes(self, api: Api) -> tuple[str, ...]:
        allowed = resource_indicators.scopes_of(api, self.request.authenticated_client.own_scopes)
        requested = self.request.form.get("scope")
        if requested is None:
            return allowed
        if not set(requested.split(" ")) <= set(allowed):
            raise InvalidScopeError("scope holds what this client is not registered for, or is not of this API")
        return resource_indicators.scopes_of(api, requested.split(" "))

    def _record(self, grant: Grant, api: Api, scopes: tuple[str, ...], granted_to: str) -> None:
        audit.record(
            self.request.tx,
            Event.TOKEN_ISSUED,
            user_id=grant.user_id,
            client_id=self.request.authenticated_client.client_id,
            sid=grant.sid,
            grant_type=self.GRANT_TYPE,
            scope=" ".join(scopes),
            resource=api.identifier,
            exchanged_of=granted_to,
        )

    def _refuse(self, reason: str, grant: Grant | None = None) -> Never:
        """Answer every reason alike (section 2.2.2); the reason is audited."""
        audit.record(
            self.request.tx,
            Event.TOKEN_REFUSED,
            Outcome.FAILURE,
            user_id=grant.user_id if grant else None,
            client_id=self.request.authenticated_client.client_id,
            reason=reason,
        )
        raise InvalidRequestError(REFUSED)


def _count_actors(act: Mapping[str, Any]) -> int:
    return 1 + (_count_actors(act["act"]) if "act" in act else 0)
