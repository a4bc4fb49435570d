"""Checks of an authorization request whose client and redirect URI are validated: one function each.

Each returns the validated value, or raises the error that goes to the client. Sentences are
constants: ASCII, no quotes, nothing of what the caller sent (RFC 6749 section 4.1.2.1).
"""

from __future__ import annotations

import json
import re
from enum import StrEnum

from authlib.oauth2.rfc6749.errors import (
    InvalidRequestError,
    InvalidScopeError,
)
from authlib.oidc.core.errors import RegistrationNotSupportedError

from idp.claims.standard import OFFLINE_ACCESS
from idp.kernel.grant_types import REFRESH_TOKEN
from idp.persistence.clients import Client
from idp.protocol.frontchannel_parameters import Query
from idp.protocol.id_token_hint import Hint, read_hint
from idp.protocol.parameters import SCOPE
from idp.protocol.response_types import CODE
from idp.security_profiles import pkce_required, profile_of
from idp.signing.jws import InvalidToken

S256 = "S256"
PKCE_MISSING = "code_challenge is missing: PKCE is required"
NO_SCOPE = "this client is registered for none of these scopes"
UNKNOWN_SCOPE = "scope holds what this client is not registered for"
CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
"""A SHA-256 in base64url (RFC 7636 section 4.2)."""
MOST_STORED = 6144
"""Bytes of all parameters as JSON: a stranger makes us store them with a login flow."""
SECONDS = re.compile(r"[0-9]{1,10}")


class Prompt(StrEnum):
    """The words of `prompt` (OIDC Core section 3.1.2.1)."""

    NONE = "none"
    LOGIN = "login"
    CONSENT = "consent"
    SELECT_ACCOUNT = "select_account"


def refuse_registration(query: Query) -> None:
    """Refuse clients that bring their registration along (OpenID Connect Core section 7.2.1)."""
    if query.get("registration"):
        raise RegistrationNotSupportedError("registration is not supported")


def refuse_oversized_request(query: Query) -> None:
    """Refuse what is larger than any sensible request, although no parameter alone is."""
    if len(json.dumps(dict(query.values))) > MOST_STORED:
        raise InvalidRequestError(
            f"the parameters together are longer than {MOST_STORED} bytes; shorten state or claims"
        )


def scopes(requested: str | None, client: Client, *, gets_code: bool) -> tuple[str, ...]:
    """Return the requested scopes that the client has, each once, in their order.

    Others are ignored (OIDC Core section 3.1.2.1), or refused where the client's profile has it so. Without `openid` it
    is plain OAuth 2.0 and there is no ID token. `offline_access` is for clients that can use a refresh token, and that
    get a code for it (section 11).
    """
    if requested is None or not SCOPE.fullmatch(requested):
        raise InvalidScopeError("scope must be names with single spaces between them")
    if not profile_of(client).unknown_scopes_ignored and not set(requested.split(" ")) <= set(client.scopes):
        raise InvalidScopeError(UNKNOWN_SCOPE)
    refreshes = REFRESH_TOKEN in client.grant_types and gets_code
    allowed = set(client.scopes) - (set() if refreshes else {OFFLINE_ACCESS})
    granted = tuple(dict.fromkeys(scope for scope in requested.split(" ") if scope in allowed))
    if not granted:
        raise InvalidScopeError(NO_SCOPE)
    return granted


def code_challenge(query: Query, client: Client, response_type: str) -> str:
    """Return the S256 challenge (RFC 9700 section 2.1.1); empty for a client that may omit PKCE and did.

    One that was sent counts, whatever the client is registered for. Without the method it would mean plain. A response
    without a code has no use for one.
    """
    if CODE not in response_type.split():
        return ""
    challenge, method = query.get("code_challenge"), query.get("code_challenge_method")
    if challenge is None and method is None and not pkce_required(client):
        return ""
    if challenge is None:
        raise InvalidRequestError(PKCE_MISSING)
    if method != S256:
        raise InvalidRequestError("code_challenge_method must be S256")
    if not CHALLENGE.fullmatch(challenge):
        raise InvalidRequestError("code_challenge is not a SHA-256 hash in base64url: 43 characters")
    return challenge


def require_pushed_challenge(client: Client, challenge: str) -> None:
    """Require PKCE of a pushed request, where the profile has it so (FAPI 1.0 Part 2 section 5.2.2)."""
    if profile_of(client).pushed_pkce_required and not challenge:
        raise InvalidRequestError(PKCE_MISSING)


def dpop_jkt(query: Query) -> str | None:
    """Return the thumbprint of the key that must redeem the code (RFC 9449 section 10)."""
    thumbprint = query.get("dpop_jkt")
    if thumbprint is not None and not CHALLENGE.fullmatch(thumbprint):
        raise InvalidRequestError("dpop_jkt is not a SHA-256 thumbprint in base64url: 43 characters")
    return thumbprint


def prompts(query: Query) -> frozenset[Prompt]:
    """Return the words of `prompt`, all known; `none` only alone."""
    words = (query.get("prompt") or "").split()
    if not set(words) <= set(Prompt):
        raise InvalidRequestError("prompt holds a word that is not none, login, consent or select_account")
    found = frozenset(Prompt(word) for word in words)
    if Prompt.NONE in found and len(found) > 1:
        raise InvalidRequestError("prompt none goes with no other word")
    return found


def max_age(query: Query, client: Client) -> int | None:
    """Return `max_age` in seconds; without one, the client's default."""
    requested = query.get("max_age")
    if requested is None:
        return client.default_max_age
    if not SECONDS.fullmatch(requested):
        raise InvalidRequestError("max_age is a number of seconds")
    return int(requested)


def id_token_hint(query: Query, client: Client, *, now: int) -> Hint | None:
    """Read an ID token that this client got from us, expired or not."""
    token = query.get("id_token_hint")
    if token is None:
        return None
    try:
        hint = read_hint(token, now=now)
    except InvalidToken:
        raise InvalidRequestError("id_token_hint is not an ID token of this issuer") from None
    if hint.client_id != client.client_id:
        raise InvalidRequestError("id_token_hint was issued to another client")
    return hint


def one_subject(hint: Hint | None, claimed: str | None) -> str | None:
    """Return the only person a response may be about (OIDC Core section 3.1.2.2); hint and `claims` must agree."""
    if hint and claimed and hint.subject != claimed:
        raise InvalidRequestError("id_token_hint and claims name two different people")
    return hint.subject if hint else claimed
