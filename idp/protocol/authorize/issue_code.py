"""The end of an authorization: a grant, its code, and the redirect to the client."""

from __future__ import annotations

from dataclasses import replace

from authlib.oidc.core.errors import LoginRequiredError
from flask import Response

from idp import audit
from idp.audit import Event
from idp.claims.standard import OFFLINE_ACCESS
from idp.kernel.handles import digest
from idp.login.flow import grace
from idp.login.policy.assurance import Assurance
from idp.login.state import session as auth_sessions
from idp.login.state.session import AuthenticatedSession
from idp.persistence.grants import Grant
from idp.persistence.pushed_requests import PushedRequest
from idp.persistence.transaction import Transaction
from idp.protocol import session_management, tokens
from idp.protocol.authorize.pushed_request import release_request
from idp.protocol.authorize.request import AuthorizationRequest
from idp.protocol.authorize.requirement import reported_acr
from idp.protocol.authorize.response_tokens import response_parameters
from idp.protocol.response_types import CODE
from idp.protocol.sender_constraint.token_requests import JKT
from idp.security_profiles import code_lifetime
from idp.web.context import services


def issue_code(
    tx: Transaction,
    request: AuthorizationRequest,
    auth_session: AuthenticatedSession,
    reached: Assurance,
    claimed: PushedRequest | None,
) -> Response:
    """Issue a code, or what another response type has; what was proven is copied to the grant, never computed again.

    `claimed` is the pushed request that this answers, whose key the code is bound to.

    Raises:
        LoginRequiredError: when the session has ended, or its handle has changed; nothing is stored.
    """
    code = services().entropy.token()
    grant = new_grant(tx, request, auth_session, reached, code)
    if claimed is not None:
        grant = replace(grant, confirmation=claimed.confirmation or grant.confirmation)
    kind = None if request.response_type == CODE else request.response_type
    try:
        store_grant(tx, grant, auth_session, response_type=kind)
    except LoginRequiredError:
        release_request(tx, claimed)
        raise
    state = session_management.session_state(grant.client_id, grant.redirect_uri)
    return request.responder.send(**response_parameters(tx, request, grant, auth_session.person.user, code), **state)


def store_grant(
    tx: Transaction, grant: Grant, auth_session: AuthenticatedSession, *, response_type: str | None = None
) -> None:
    """Store a grant of this session, and what comes with every authorization; raises as `issue_code`."""
    if not tx.grants.add(grant, auth_session.session.handle_digest):
        raise LoginRequiredError("the person must sign in")
    auth_sessions.touch(tx, auth_session)
    grace.start_grace(tx, auth_session.person)
    audit.record(
        tx,
        Event.AUTHORIZED,
        user_id=grant.user_id,
        client_id=grant.client_id,
        sid=grant.sid,
        grant_id=grant.id,
        acr=grant.acr,
        scopes=grant.scopes,
        response_type=response_type,
    )


def new_grant(
    tx: Transaction, request: AuthorizationRequest, auth_session: AuthenticatedSession, reached: Assurance, code: str
) -> Grant:
    """Return a grant that is not stored yet."""
    settings = services().settings
    return Grant(
        id=services().entropy.token(16),
        user_id=auth_session.person.user.id,
        client_id=request.client.client_id,
        sid=auth_session.session.sid,
        offline=OFFLINE_ACCESS in request.scopes,
        scopes=list(request.scopes),
        claims=dict(request.claims),
        acr=reported_acr(request, reached),
        amr=list(reached.amr),
        auth_time=reached.auth_time,
        second_factor_at=reached.second_factor_at,
        nonce=request.nonce,
        redirect_uri=request.responder.redirect_uri,
        code_digest=digest(code),
        code_challenge=request.code_challenge,
        confirmation={JKT: request.dpop_jkt} if request.dpop_jkt else None,
        code_expires_at=tx.now + code_lifetime(request.client, settings.code_lifetime),
        code_used_at=None if CODE in request.response_type.split() else tx.now,  # never sent, never redeemed
        expires_at=tx.now + tokens.refresh_token_lifetime(request.client),
        resources=list(request.resources),
        authorization_details=request.details,
    )
