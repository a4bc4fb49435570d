"""Resource indicators (RFC 8707): which API an access token is meant for.

    /authorize   resource=A&resource=B   stored in the grant: the APIs that its tokens may be for
    /token       resource=A              the one API that this token is for; left out: the first of the grant
    neither                              our own endpoints: `aud` is the issuer, as before there were APIs

Repeated values come here joined by a space (`parameters`), so that two at `/token` are no API of ours. A
token is for one API and has only the scopes of that API (RFC 9068 section 3): whoever reads it cannot use it anywhere
else. `/userinfo` and `/api/security` are the resource whose identifier is the issuer; a client that named an API names
the issuer beside it, or at `/token`, to use them too.
"""

from __future__ import annotations

from collections.abc import Sequence

from authlib.oauth2 import OAuth2Error

from idp.persistence.apis import Api
from idp.persistence.transaction import Transaction
from idp.web.context import services

PARAMETER = "resource"
MOST = 5
"""APIs that one request may name."""


class InvalidTarget(OAuth2Error):
    """The resource is no API of ours, or not one that this client may have tokens for (RFC 8707 section 2)."""

    error = "invalid_target"
    description = "resource is not the identifier of an API that this client has a scope of"


def requested_resources(tx: Transaction, scopes: Sequence[str], parameter: str | None) -> tuple[str, ...]:
    """Return the identifiers of an authorization request, each once; no statement without the parameter.

    Raises:
        InvalidTarget: one of them is unknown, or none of `scopes`, which will be granted, is one of it.
    """
    named = tuple(dict.fromkeys((parameter or "").split()))
    if len(named) > MOST:
        raise InvalidTarget
    for identifier in named:
        find_api(tx, scopes, identifier)
    return named


def find_api(tx: Transaction, scopes: Sequence[str], identifier: str) -> Api | None:
    """Return the API of an identifier; None for the issuer itself.

    Raises:
        InvalidTarget: it is unknown, or none of `scopes` is a scope of it.
    """
    if identifier == services().settings.issuer:
        return None
    api = tx.apis.by_identifier(identifier)
    if api is None or not scopes_of(api, scopes):
        raise InvalidTarget
    return api


def find_api_of_grant(
    tx: Transaction, named: str | None, *, allowed: Sequence[str], scopes: Sequence[str]
) -> Api | None:
    """Return the API that a token of a grant is for: the one `named` by the request, or the first of those `allowed`.

    `allowed`: the resources of the authorization request; empty: it named none, so every API of its scopes may be.

    Raises:
        InvalidTarget: it is none of these.
    """
    if named is None and not allowed:
        return None
    if named is not None and allowed and named not in allowed:
        raise InvalidTarget
    return find_api(tx, scopes, named or allowed[0])


def scopes_of(api: Api | None, scopes: Sequence[str]) -> tuple[str, ...]:
    """Return those of these scopes that a token for the API has, each once: its own; without an API all."""
    return tuple(dict.fromkeys(scope for scope in scopes if api is None or scope in api.scopes))
