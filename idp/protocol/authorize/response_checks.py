"""Checks of what an authorization request wants back: its type, its mode, and the keys they need; see `checks`."""

from __future__ import annotations

from collections.abc import Collection

from authlib.oauth2.rfc6749.errors import (
    InvalidRequestError,
    InvalidScopeError,
    UnauthorizedClientError,
    UnsupportedResponseTypeError,
)

from idp.claims.standard import OPENID
from idp.persistence.clients import Client
from idp.protocol import client_responses, response_modes
from idp.protocol.frontchannel_parameters import Query
from idp.protocol.response_modes import AuthorizationResponder
from idp.protocol.response_types import CODE, ID_TOKEN, TOKEN, canonical_name, has_tokens, required_grants
from idp.security_profiles import has_bound_tokens, profile_of

NOT_FOR_CODE = "this client is not registered for response_type code"
NOT_FOR_TYPE = "this client is not registered for this response_type and the grants it needs"
BOUND = "a token in the response is bound to no key, which this client requires: leave it out of response_type"
NOT_IN_PROFILE = "the security profile of this client does not allow this response_type"


def response_type(query: Query, client: Client, *, offered: Collection[str]) -> str:
    """Return the response type, one of those `offered` here, and for which the client is registered."""
    requested = query.get("response_type")
    if requested is None:
        raise InvalidRequestError("response_type is missing")
    name = canonical_name(requested)
    if name not in offered:
        raise UnsupportedResponseTypeError(None, f"response_type is one of: {', '.join(offered)}")
    registered = name in {canonical_name(each) for each in client.response_types}
    if not registered or not required_grants(name) <= set(client.grant_types):
        raise UnauthorizedClientError(NOT_FOR_CODE if name == CODE else NOT_FOR_TYPE)
    allowed = profile_of(client).response_types
    if allowed and name not in allowed:
        raise UnauthorizedClientError(NOT_IN_PROFILE)
    if has_bound_tokens(client.metadata) and TOKEN in name.split():
        raise UnauthorizedClientError(BOUND)
    return name


def require_response_mode(query: Query, client: Client, back: AuthorizationResponder) -> None:
    """Require a mode that can be used: no tokens in a query, and a signed one where the profile requires it."""
    requested, kind = query.get("response_mode"), query.get("response_type")
    if response_modes.select_mode(requested, kind, back.redirect_uri) is None:
        raise InvalidRequestError(f"response_mode is one of {', '.join(response_modes.SUPPORTED)}")
    if back.place == response_modes.QUERY and has_tokens(kind or ""):
        raise InvalidRequestError("tokens are not sent in a query; leave response_mode out")
    profile = profile_of(client)
    signed = back.signed or (profile.id_token_signs_response and ID_TOKEN in (kind or "").split(" "))
    if profile.requires_signed_response and not signed:
        raise InvalidRequestError("this client must send response_mode=jwt")


def require_encryption_keys(client: Client, response_type: str, back: AuthorizationResponder) -> None:
    """Require the client's key for what will be encrypted to it, before anything is issued."""
    if back.signed:
        client_responses.require_key(client, "authorization")
    if ID_TOKEN in response_type.split():
        client_responses.require_key(client, "id_token")


def nonce(query: Query, client: Client, response_type: str, scopes: Collection[str]) -> str | None:
    """Return `nonce`; required with an ID token in the response, as is `openid` (OIDC Core sections 3.2.2.1, 3.3.2.1).

    An ID token that comes by the browser is tied to its request by nothing else. The client's profile may require it of
    every request for an ID token, and `state` of the others.
    """
    given, in_response = query.get("nonce"), ID_TOKEN in response_type.split()
    if in_response and OPENID not in scopes:
        raise InvalidScopeError("an ID token needs the scope openid")
    if in_response and given is None:
        raise InvalidRequestError("nonce is missing: it is required with this response_type")
    if profile_of(client).requires_nonce:
        name = "nonce" if OPENID in scopes else "state"
        if query.get(name) is None:
            raise InvalidRequestError(f"{name} is missing: the security profile of this client requires it")
    return given
