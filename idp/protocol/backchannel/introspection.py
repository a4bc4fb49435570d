"""Introspection (RFC 7662): whether a token is good, and for what.

    an API               about tokens that are meant for it (`aud`), whichever client has them
    a confidential client    about tokens that were issued to itself: an app's own API may share the app's client

About everything else, tokens of others included, the answer is `{"active": false}` and nothing more, so that a stolen
token cannot be tried out here. User names are left out: `sub` is what an API may rely on. The answer is signed when the
request asks for it (`signed_introspection`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from authlib.oauth2 import OAuth2Request
from authlib.oauth2.rfc6749 import TokenEndpoint
from authlib.oauth2.rfc6749.errors import InvalidRequestError

from idp.claims.subjects import is_pairwise
from idp.kernel.client_auth_methods import CONFIDENTIAL_METHODS
from idp.kernel.handles import digest
from idp.persistence.apis import Api
from idp.persistence.clients import Client
from idp.persistence.grants import Grant
from idp.persistence.refresh_tokens import RefreshToken
from idp.persistence.transaction import Transaction
from idp.protocol import client_access, mapped_claims, tokens
from idp.protocol.backchannel import signed_introspection
from idp.protocol.client_requests.api_authentication import authenticate_api
from idp.protocol.client_requests.client_authentication import authenticate
from idp.protocol.client_requests.request import BackChannelRequest
from idp.protocol.sender_constraint.token_requests import BEARER, DPOP, JKT
from idp.protocol.subjects import subject_of
from idp.signing.jws import InvalidToken

CLAIMS = (
    "iss",
    "aud",
    "sub",
    "client_id",
    "scope",
    "iat",
    "exp",
    "jti",
    "acr",
    "auth_time",
    "cnf",
    "authorization_details",
    "act",
)
ACTOR = "act"
"""Claim of exchanged tokens (RFC 8693 section 4.1)."""


class Introspection(TokenEndpoint):
    """Registered as `introspection`; `token_type_hint` is not needed: our token types differ in their looks."""

    ENDPOINT_NAME = "introspection"

    def create_endpoint_response(self, request: OAuth2Request) -> tuple[int, dict[str, Any] | str, list[Any]]:
        """Return status, body (a JWT as text) and headers."""
        oauth_request = cast("BackChannelRequest", request)
        token = PresentedToken(oauth_request.tx, oauth_request.form.get("token", ""))
        api, client = authenticate_api(oauth_request), None
        if api is None:
            client = authenticate(oauth_request, CONFIDENTIAL_METHODS, token.load_with_client).row
        if "token" not in oauth_request.form:
            raise InvalidRequestError("token is missing")
        found = token.describe_to_api(api) if api else token.describe(client) if client else None
        answer = {"active": False} if found is None else {"active": True, **found}
        if not signed_introspection.is_requested():
            return 200, answer, []
        audience = api.identifier if api else client.client_id if client else ""
        return 200, signed_introspection.sign(answer, audience=audience, client=client, now=oauth_request.tx.now), []


class PresentedToken:
    """The token of one request. It is read before the client is found, so that one statement finds what both name."""

    def __init__(self, tx: Transaction, token: str) -> None:
        self._tx = tx
        self._token = token
        self._claims = _verify(token, tx.now) if "." in token else {}
        self._grant_id = tokens.grant_id_from(self._claims) if self._claims else None
        self._grant_is_live = False
        self._refresh_token: tuple[RefreshToken, Grant] | None = None

    def load_with_client(self, client_id: str) -> Client | None:
        """Load this client and what makes the token valid; return the client, not yet authenticated."""
        if self._grant_id:
            jti = str(self._claims["jti"])
            client, self._grant_is_live = self._tx.grants.find_client_and_validity(client_id, self._grant_id, jti)
            return client
        if "." in self._token:
            return self._tx.clients.by_id(client_id)
        client, self._refresh_token = self._tx.refresh_tokens.find_with_client(client_id, digest(self._token))
        return client

    def describe(self, client: Client) -> dict[str, Any] | None:
        """Return the claims of a token of this client that would be accepted now; None for every other.

        `client` is authenticated.
        """
        if self._claims and self._claims["client_id"] == client.client_id and self._is_valid(client):
            names = (*CLAIMS, *mapped_claims.names_in_access_tokens(client.claim_mappings))
            return self._token_type | {name: self._claims[name] for name in names if name in self._claims}
        return _describe_refresh_token(self._tx, client, *self._refresh_token) if self._refresh_token else None

    def describe_to_api(self, api: Api) -> dict[str, Any] | None:
        """Return the claims of a token that is meant for this API and good now; None for every other."""
        if self._claims.get("aud") != api.identifier:
            return None
        client = self.load_with_client(str(self._claims["client_id"]))
        good = client is not None and not client.disabled and self._is_valid(client)
        return self._token_type | dict(self._claims) if good else None

    @property
    def _token_type(self) -> dict[str, str]:
        return {"token_type": DPOP if JKT in (self._claims.get("cnf") or {}) else BEARER}

    def _is_valid(self, client: Client) -> bool:
        if ACTOR in self._claims:
            return self._is_valid_exchange(client)
        if self._grant_id:
            return self._grant_is_live and client_access.may_use(self._tx, client, self._find_user_id(client))
        ended = self._claims["iat"] <= client.tokens_not_before
        return not ended and not self._tx.revoked_tokens.contains(str(self._claims["jti"]))

    def _is_valid_exchange(self, client: Client) -> bool:
        """Whether both apps may act for the person: the one that exchanged the token, and the one of the grant.

        The grant is not the client's own, so it does not end with the client's credentials.
        """
        found = self._tx.grants.live_with_user(self._grant_id or "", str(self._claims["jti"]))
        if found is None or self._claims["iat"] <= client.tokens_not_before:
            return False
        _, user, granted_to = found
        apps = (client, granted_to)
        return not granted_to.disabled and all(client_access.may_use(self._tx, app, user.id) for app in apps)

    def _find_user_id(self, client: Client) -> str:
        """Return whose token it is; of a restricted client with pairwise ids only the grant says it."""
        if not (client.restricted and is_pairwise(client)):
            return str(self._claims["sub"])
        grant = self._tx.grants.by_id(self._grant_id or "")
        return grant.user_id if grant else ""


def _verify(token: str, now: int) -> Mapping[str, Any]:
    """Return the claims of an access token; none of any other."""
    try:
        return tokens.read_access_token(token, now=now, any_audience=True)
    except InvalidToken:
        return {}


def _describe_refresh_token(tx: Transaction, client: Client, row: RefreshToken, grant: Grant) -> dict[str, Any] | None:
    user = tx.users.by_id(grant.user_id)
    over = row.used_at is not None or grant.revoked_at is not None or grant.expires_at <= tx.now
    over = over or grant.client_id != client.client_id
    if over or user is None or not user.active or not client_access.may_use(tx, client, user.id):
        return None
    return {
        "client_id": grant.client_id,
        "sub": subject_of(client, grant.user_id),
        "scope": " ".join(grant.scopes),
        "iat": row.created_at,
        "exp": grant.expires_at,
        "acr": grant.acr,
        "auth_time": grant.auth_time,
    }
