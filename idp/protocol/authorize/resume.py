"""Resuming an authorization request after a login: the same request, validated again from the start."""

from __future__ import annotations

from authlib.oauth2.rfc6749.errors import AccessDeniedError
from authlib.oidc.core.errors import LoginRequiredError
from flask import Response

from idp.consent import service as consent
from idp.consent.decision import asked_scopes
from idp.login.flow import binding
from idp.login.flow.browser_session import current_session_in_locale
from idp.login.policy.steps import Step
from idp.login.state.login_flow import LoginFlow, load_flow
from idp.login.state.paths import flow_path
from idp.persistence.login_flows import LoginFlowRow
from idp.persistence.transaction import Transaction
from idp.protocol import client_access
from idp.protocol.authorize import handler
from idp.protocol.authorize.issue_code import issue_code
from idp.protocol.authorize.pushed_request import claim_request
from idp.protocol.authorize.request import AuthorizationRequest
from idp.protocol.errors import UnmetAuthenticationRequirements
from idp.web.context import services
from idp.web.pages import see_other

REFUSED_CONSENT = "the person did not agree"
CANCELLED = "the person cancelled the sign-in"


def resume(tx: Transaction, request: AuthorizationRequest, row: LoginFlowRow) -> Response:
    """Redirect to the next step, or close the login flow and answer the client.

    Freshness counts from the time of the first request, so that what was proven in this flow satisfies it.

    Raises:
        LoginFlowClosed: when another request closed the flow first; there is never a second response.
        OAuth2Error: the error for the client; the caller then closes the flow.
    """
    if row.cancelled_at is not None:
        raise AccessDeniedError(REFUSED_CONSENT if asked_scopes(row.request) else CANCELLED)
    auth_session = current_session_in_locale(tx, client_id=request.client.client_id)
    flow = load_flow(tx, row, auth_session, services().settings)
    if flow.step is Step.REFUSE:
        raise UnmetAuthenticationRequirements
    if flow.step is not Step.DONE:
        return see_other(flow_path(row.id, flow.step))
    return _answer_client(tx, request, flow)


def close(tx: Transaction, row: LoginFlowRow) -> None:
    """Close the flow, so that it is answered once.

    Raises:
        LoginFlowClosed: when another request closed it.
    """
    if not tx.login_flows.finish(row.id):
        raise binding.closed_error(tx, row)


def _answer_client(tx: Transaction, request: AuthorizationRequest, flow: LoginFlow) -> Response:
    row, auth_session = flow.row, flow.auth_session
    requirement = handler.requirement_for(request, at=row.created_at)
    reached = auth_session.satisfies_with_saved_codes(requirement, now=tx.now) if auth_session else None
    swapped = auth_session is not None and not flow.is_step_up
    if auth_session is None or reached is None or swapped:
        # Signed out since, or more is asked by now, or another tab signed in another person: never answer about them.
        close(tx, row)
        return handler.start_login_for(tx, request, handler.requirement_for(request, at=tx.now), must_choose=swapped)
    if not handler.matches_requested_subject(request, auth_session):
        raise LoginRequiredError("another person signed in than the one asked for")
    client_access.require_access(tx, request.client, auth_session.person.user.id)
    if scopes := handler.missing_consent_scopes(tx, request, auth_session, row):
        consent.store_question(tx, row, scopes)
        return see_other(f"/consent/{row.id}")
    claimed = claim_request(tx, request.pushed)
    close(tx, row)
    try:
        return issue_code(tx, request, auth_session, reached, claimed)
    except LoginRequiredError:  # the session ended at this very moment
        return handler.start_login_for(tx, request, handler.requirement_for(request, at=tx.now))
