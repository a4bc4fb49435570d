"""The token response of a person's grant: an access token, perhaps a refresh token, perhaps an ID token."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Never

from authlib.oauth2.rfc6749.errors import InvalidGrantError

from idp import audit
from idp.audit import Event, Outcome
from idp.audit.bounds import MOST_KNOWN, Bound
from idp.claims.mappings import Target
from idp.claims.standard import OPENID
from idp.kernel.grant_types import REFRESH_TOKEN
from idp.kernel.handles import digest
from idp.persistence.apis import Api
from idp.persistence.grants import Grant
from idp.protocol import authorization_details, client_access, id_tokens, mapped_claims, resource_indicators, tokens
from idp.protocol.client_requests.request import BackChannelRequest
from idp.protocol.mapped_claims import OF_TOKENS
from idp.web.context import services

REFUSED = "the code or refresh token is wrong, expired, used, revoked or another client's; start again at authorization"


def token_response(
    oauth_request: BackChannelRequest,
    grant: Grant,
    scopes: Sequence[str],
    *,
    by: str,
    api: Api | None = None,
    nonce: str | None = None,
    refresh_token: str | None = None,
    repeated: bool = False,
) -> dict[str, Any]:
    """Return the token response (RFC 6749 section 5.1, OpenID Connect Core section 3.1.3.3); `by` is the grant type.

    `scopes` may be fewer than the grant's; `refresh_token`, which is stored, always stands for the whole grant.
    `repeated`: the client got the same refresh token before. `api`: what the access token is for.
    """
    tx, client = oauth_request.tx, oauth_request.authenticated_client.row
    oauth_request.binding.claim(tx, client)
    added = mapped_claims.read_claims(tx, client.claim_mappings, grant.user_id, scopes=scopes, targets=OF_TOKENS)
    answer = _access_token_members(oauth_request, grant, scopes, api, added[Target.ACCESS_TOKEN])
    if refresh_token:
        answer["refresh_token"] = refresh_token
    if OPENID in scopes:
        hashed, more = {"at_hash": answer["access_token"]}, added[Target.ID_TOKEN]
        signed = id_tokens.signed_id_token(tx, client, grant, scopes, hashed=hashed, nonce=nonce, more=more)
        answer["id_token"] = id_tokens.for_client(client, signed)
    _record_issue(oauth_request, grant, answer["scope"], by=by, repeated=repeated, api=api)
    return answer


def issue_tokens(
    oauth_request: BackChannelRequest, grant: Grant, *, by: str, nonce: str | None = None
) -> dict[str, Any]:
    """Return the first token response of a grant, for the API that the request names; `by` is the grant type."""
    tx, scopes = oauth_request.tx, usable_scopes(oauth_request, grant)
    api = resource_indicators.find_api_of_grant(tx, oauth_request.resource, allowed=grant.resources, scopes=scopes)
    refresh_token = None
    if grant.offline and oauth_request.authenticated_client.check_grant_type(REFRESH_TOKEN):
        refresh_token = services().entropy.token()
        tx.refresh_tokens.add(grant.id, digest(refresh_token))
    return token_response(oauth_request, grant, scopes, by=by, api=api, nonce=nonce, refresh_token=refresh_token)


def usable_scopes(oauth_request: BackChannelRequest, grant: Grant) -> list[str]:
    """Return the scopes of a grant that its client may still have of this person.

    Raises:
        InvalidGrantError: the person may not use the client any more, or it is registered for none of the scopes.
    """
    client = oauth_request.authenticated_client.row
    if not client_access.may_use(oauth_request.tx, client, grant.user_id):
        raise_invalid_grant(oauth_request, "the person may not use this client any more", grant)
    scopes = [scope for scope in grant.scopes if scope in client.scopes]
    if grant.scopes and not scopes:
        raise_invalid_grant(oauth_request, "the client is no longer registered for any scope of it", grant)
    return scopes


def _access_token_members(
    oauth_request: BackChannelRequest, grant: Grant, scopes: Sequence[str], api: Api | None, more: Mapping[str, Any]
) -> dict[str, Any]:
    client, binding = oauth_request.authenticated_client.row, oauth_request.binding
    of_token, details = resource_indicators.scopes_of(api, scopes), _chosen_details(oauth_request, grant, api)
    access_token = tokens.access_token(
        client,
        of_token,
        now=oauth_request.tx.now,
        grant=grant,
        api=api,
        more={**more, **details},
        confirmation=binding.confirmation,
    )
    return {
        "access_token": access_token,
        "token_type": binding.token_type,
        "expires_in": tokens.access_token_lifetime(client, api),
        "scope": " ".join(of_token),
        **details,
    }


def raise_invalid_grant(oauth_request: BackChannelRequest, reason: str, grant: Grant | None = None) -> Never:
    """Answer `invalid_grant`, in the same words for every reason; the reason is audited."""
    _record(oauth_request, Event.TOKEN_REFUSED, grant, reason)
    raise InvalidGrantError(REFUSED)


def revoke_family_and_raise(oauth_request: BackChannelRequest, event: Event, grant: Grant) -> Never:
    """Revoke the grant after a second use: one of the two users is a thief, and we cannot know which.

    RFC 6749 section 4.1.2, RFC 9700 section 4.14.2.
    """
    ended = oauth_request.tx.grants.revoke(grant.id)
    # Counted by grant: nobody can hide the replay of one behind many of another.
    bound = Bound(f"{event}:grant:{grant.id}", MOST_KNOWN)
    _record(oauth_request, event, grant, "used a second time", bound, ended=ended)
    raise InvalidGrantError(REFUSED)


def _chosen_details(oauth_request: BackChannelRequest, grant: Grant, api: Api | None) -> dict[str, Any]:
    """Return `authorization_details` of a token and its response (RFC 9396 section 7); nothing when there are none."""
    requested = oauth_request.form.get(authorization_details.PARAMETER)
    types = oauth_request.authenticated_client.row.metadata.authorization_details_types
    granted = [each for each in grant.authorization_details if each["type"] in types]
    if requested is None and not granted:
        return {}
    chosen = authorization_details.narrow(requested, granted)
    details = authorization_details.of_token(chosen, api)
    return {authorization_details.PARAMETER: details} if details else {}


def _record_issue(
    oauth_request: BackChannelRequest, grant: Grant, scope: str, *, by: str, repeated: bool, api: Api | None
) -> None:
    audit.record(
        oauth_request.tx,
        Event.TOKEN_ISSUED,
        user_id=grant.user_id,
        client_id=grant.client_id,
        sid=grant.sid,
        grant_type=by,
        scope=scope,
        resource=api.identifier if api else None,
        repeated=repeated or None,
    )


def _record(
    oauth_request: BackChannelRequest,
    event: Event,
    grant: Grant | None,
    reason: str,
    bound: Bound | None = None,
    **detail: bool,
) -> None:
    audit.record(
        oauth_request.tx,
        event,
        Outcome.FAILURE,
        user_id=grant.user_id if grant else None,
        client_id=oauth_request.authenticated_client.client_id,
        sid=grant.sid if grant else None,
        bound=bound,
        reason=reason,
        **detail,
    )
