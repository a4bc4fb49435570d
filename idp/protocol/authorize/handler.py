"""Answering an authorization request: at once when the session is enough, otherwise by a login flow."""

from __future__ import annotations

from authlib.oauth2 import OAuth2Error
from authlib.oidc.core.errors import ConsentRequiredError, InteractionRequiredError, LoginRequiredError
from flask import Response

from idp.claims.subjects import is_pairwise
from idp.consent import service as consent
from idp.login import devices
from idp.login.flow import start
from idp.login.flow.browser_session import current_session_in_locale
from idp.login.policy.assurance import Assurance, Level, best_of_all
from idp.login.policy.requirement import AuthRequirement
from idp.login.state.initiators import Initiator
from idp.login.state.session import AuthenticatedSession
from idp.persistence.clients import Client
from idp.persistence.login_flows import LoginFlowRow
from idp.persistence.transaction import Transaction
from idp.protocol import client_access, session_management
from idp.protocol.authorize import requirement as requirements
from idp.protocol.authorize.checks import Prompt
from idp.protocol.authorize.issue_code import issue_code
from idp.protocol.authorize.pushed_request import UnusableRequest, claim_request
from idp.protocol.authorize.request import AuthorizationRequest
from idp.protocol.client_access import NotPermitted
from idp.protocol.subjects import subject_of
from idp.web.context import services
from idp.web.cookies import BROWSER

RETURN_TO = "/authorize/resume/{login}"


def handle_authorization_request(tx: Transaction, request: AuthorizationRequest) -> Response:
    """Answer a request at once when no page is needed; otherwise start a login flow.

    Raises:
        OAuth2Error: for a client that allows no page, or that requires what nobody can reach.
    """
    requirement = requirement_for(request, at=tx.now)
    auth_session = current_session_in_locale(tx, client_id=request.client.client_id)
    if auth_session is None:
        session_management.forget_state()
    try:
        known, reached = _require_no_page(tx, request, auth_session, requirement)
        return issue_code(tx, request, known, reached, claim_request(tx, request.pushed))
    except (NotPermitted, UnusableRequest):
        raise
    except OAuth2Error:
        if request.silent:
            raise
        return start_login_for(
            tx,
            request,
            requirement,
            as_other=auth_session is not None and not matches_requested_subject(request, auth_session),
        )


def requirement_for(request: AuthorizationRequest, *, at: int) -> AuthRequirement:
    """Return the requirement of a request that came `at` (seconds, UTC); raises `UnmetAuthenticationRequirements`."""
    return requirements.from_request(request, requested_at=at, best=best_of_all(attested=services().settings.attesting))


def start_login_for(
    tx: Transaction,
    request: AuthorizationRequest,
    requirement: AuthRequirement,
    *,
    as_other: bool = False,
    must_choose: bool = False,
) -> Response:
    """Start a login flow for this request.

    `as_other`: the client wants somebody else than the person signed in here. `must_choose`: ask which account it is
    for, as the client itself may have asked.
    """
    requested = start.LoginRequest(
        Initiator.AUTHORIZE,
        RETURN_TO,
        params=request.stored_params,
        client_id=request.client.client_id,
        login_hint=request.login_hint or _known_username(tx, request),
        must_choose=must_choose or Prompt.SELECT_ACCOUNT in request.prompts,
    )
    return start.start_login(tx, requirement, requested, as_other=as_other)


def _known_username(tx: Transaction, request: AuthorizationRequest) -> str | None:
    """Return the hinted person's user name, if they ever signed in at this browser.

    Otherwise anybody who has a `sub` would learn whose it is.
    """
    subject = request.hinted_subject
    user_id = _find_known_person(tx, request.client, subject) if subject else None
    user = tx.users.by_id(user_id) if user_id else None
    return user.username if user else None


def _find_known_person(tx: Transaction, client: Client, subject: str) -> str | None:
    """Return the id of the account; of a pairwise `sub` it is found by computing those of the browser's people."""
    if is_pairwise(client):
        people = devices.recognise_people(tx, BROWSER.read())
        return next((user_id for user_id in people if subject_of(client, user_id) == subject), None)
    device = devices.recognise_device(tx, BROWSER.read(), subject)
    return device.user_id if device else None


def matches_requested_subject(request: AuthorizationRequest, auth_session: AuthenticatedSession) -> bool:
    """Whether an answer may be about this person (OIDC Core section 3.1.2.2)."""
    return request.subject in {None, subject_of(request.client, auth_session.person.user.id)}


def missing_consent_scopes(
    tx: Transaction, request: AuthorizationRequest, auth_session: AuthenticatedSession, row: LoginFlowRow | None = None
) -> tuple[str, ...]:
    """Return the scopes without consent; `offline_access` is one of them (OIDC Core section 11).

    Authorization details need consent each time: consent to one payment does not cover the next.
    """
    prompted = Prompt.CONSENT in request.prompts or bool(request.details)
    user_id = auth_session.person.user.id
    return consent.missing_scopes(
        tx,
        request.client,
        user_id,
        request.consent_scopes,
        redirect_uri=request.responder.redirect_uri,
        prompted=prompted,
        row=row,
    )


def _require_no_page(
    tx: Transaction,
    request: AuthorizationRequest,
    auth_session: AuthenticatedSession | None,
    requirement: AuthRequirement,
) -> tuple[AuthenticatedSession, Assurance]:
    """Return the session and its assurance, when nothing is left to ask.

    Raises:
        OAuth2Error: what is left to ask, as the error for a client that allows no page.
    """
    if auth_session is None or not matches_requested_subject(request, auth_session) or request.requires_new_login:
        raise LoginRequiredError("the person must sign in")
    reached = auth_session.satisfies_with_saved_codes(requirement, now=tx.now)
    if reached is None:
        if auth_session.assurance(not_before=requirement.not_before, now=tx.now).level is Level.NONE:
            raise LoginRequiredError("the person must sign in again")
        raise InteractionRequiredError("the person must prove more than they did")
    if Prompt.SELECT_ACCOUNT in request.prompts:
        raise InteractionRequiredError("the person must choose an account")
    client_access.require_access(tx, request.client, auth_session.person.user.id)
    if missing_consent_scopes(tx, request, auth_session):
        raise ConsentRequiredError("the person must agree first")
    return auth_session, reached
