"""A validated authorization request: every check in the order it is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from idp.persistence.clients import Client
from idp.persistence.transaction import Transaction
from idp.protocol import authorization_details, claims, resource_indicators
from idp.protocol.authorize import checks, claims_parameter, response_checks
from idp.protocol.authorize.checks import Prompt
from idp.protocol.authorize.claims_parameter import AcrRequest
from idp.protocol.frontchannel_parameters import Query
from idp.protocol.response_modes import AuthorizationResponder
from idp.protocol.response_types import CODE
from idp.web.context import services

LONGEST = {
    "client_id": 256,
    "redirect_uri": 2048,
    "response_type": 64,
    "response_mode": 64,
    "scope": 2048,
    "state": 4096,
    "nonce": 2048,
    "code_challenge": 128,
    "code_challenge_method": 16,
    "dpop_jkt": 128,
    "prompt": 128,
    "max_age": 32,
    "id_token_hint": 4096,
    "login_hint": 256,
    "acr_values": 1024,
    "claims": 4096,
    "ui_locales": 256,
    "claims_locales": 256,
    "display": 64,
    "resource": 4096,
    "authorization_details": authorization_details.LONGEST,
    "request": 16_384,
    "request_uri": 2048,
    "registration": 8192,
}
"""Every parameter that we know, and its longest value in characters."""


@dataclass(frozen=True)
class AuthorizationRequest:
    """What a client may request and did request.

    `resources` are the APIs that its tokens may be for, `details` what it may do in detail (RFC 9396), `subject` is the
    only person a response may be about, `hinted_subject` the one of an ID token that we gave it, `max_age` is in
    seconds, `claims` is the parameter without what this client may not have, `stored_params` the parameters as they are
    stored with a login flow, `pushed` the id of the pushed request that they come from. `code_challenge` is empty when
    the client may leave PKCE out and did, or asked for no code. `dpop_jkt` is the thumbprint of the key that must
    redeem the code (RFC 9449 section 10).
    """

    client: Client
    responder: AuthorizationResponder
    response_type: str
    scopes: tuple[str, ...]
    resources: tuple[str, ...]
    details: authorization_details.Details
    code_challenge: str
    dpop_jkt: str | None
    nonce: str | None
    prompts: frozenset[Prompt]
    max_age: int | None
    acr_values: tuple[str, ...]
    acr: AcrRequest
    claims: Mapping[str, Any]
    subject: str | None
    hinted_subject: str | None
    login_hint: str | None
    stored_params: dict[str, str]
    pushed: str | None

    @property
    def silent(self) -> bool:
        """Whether no page may be shown."""
        return Prompt.NONE in self.prompts

    @property
    def requires_new_login(self) -> bool:
        """Whether nothing proven before this request counts."""
        return Prompt.LOGIN in self.prompts or self.max_age == 0

    @property
    def consent_scopes(self) -> tuple[str, ...]:
        """Return what consent must cover: the scopes, and those behind claims asked for one by one."""
        behind = claims.scopes_for_claims(self.claims)
        return (*self.scopes, *sorted(behind - set(self.scopes)))


def validate_request(
    tx: Transaction, query: Query, client: Client, back: AuthorizationResponder
) -> AuthorizationRequest:
    """Make every check, each after those before it passed.

    Raises:
        OAuth2Error: the error for the client.
    """
    query.raise_for_faults()
    checks.refuse_registration(query)
    checks.refuse_oversized_request(query)
    response_type = response_checks.response_type(query, client, offered=services().settings.response_type_names)
    response_checks.require_response_mode(query, client, back)
    response_checks.require_encryption_keys(client, response_type, back)
    scopes = checks.scopes(query.get("scope"), client, gets_code=CODE in response_type.split())
    wanted = claims_parameter.parse_claims_parameter(query.get("claims"))
    hint = checks.id_token_hint(query, client, now=tx.now)
    return AuthorizationRequest(
        client=client,
        responder=back,
        response_type=response_type,
        scopes=scopes,
        resources=resource_indicators.requested_resources(tx, scopes, query.get(resource_indicators.PARAMETER)),
        details=authorization_details.parse(query.get(authorization_details.PARAMETER), client),
        nonce=response_checks.nonce(query, client, response_type, scopes),
        code_challenge=checks.code_challenge(query, client, response_type),
        dpop_jkt=checks.dpop_jkt(query),
        prompts=checks.prompts(query),
        max_age=checks.max_age(query, client),
        acr_values=tuple((query.get("acr_values") or "").split()) or tuple(client.metadata.default_acr_values),
        acr=wanted.acr,
        claims=claims.permitted_claims(wanted.targets, client.scopes),
        subject=checks.one_subject(hint, wanted.subject),
        hinted_subject=hint.subject if hint else None,
        login_hint=query.get("login_hint"),
        stored_params=query.stored,
        pushed=query.pushed,
    )
