"""The door of an app: it opens for whoever is signed in, or says what stands in the way."""

from __future__ import annotations

from authlib.oauth2 import OAuth2Error
from authlib.oidc.core.errors import ConsentRequiredError, InteractionRequiredError, LoginRequiredError
from flask import Response

from idp.consent import service as consent
from idp.login.flow import start
from idp.login.policy.assurance import Assurance, Level, best_of_all
from idp.login.policy.requirement import Demand
from idp.login.state.session import Visitor
from idp.persistence.login_flows import Login
from idp.persistence.transaction import Transaction
from idp.protocol.authorize import requirement as demands
from idp.protocol.authorize.checks import Prompt
from idp.protocol.authorize.issue import issue
from idp.protocol.authorize.request import AuthorizationRequest
from idp.web.context import core

RETURN_TO = "/authorize/resume/{login}"


def arrive(tx: Transaction, request: AuthorizationRequest) -> Response:
    """Answer a request at once when nobody needs to be asked anything; otherwise begin a sign-in.

    Raises:
        OAuth2Error: what to tell an app that allows no page, or that demands what nobody can reach.
    """
    demand = asked(request, at=tx.now)
    visitor = start.visitor(tx)
    try:
        known, reached = _ready(tx, request, visitor, demand)
    except OAuth2Error:
        if request.silent:
            raise
        return begin(tx, request, demand, as_other=visitor is not None and not is_wanted(request, visitor))
    return issue(tx, request, known, reached)


def asked(request: AuthorizationRequest, *, at: int) -> Demand:
    """What a request that came `at` (seconds, UTC) asks; raises `UnmetAuthenticationRequirements`."""
    return demands.of(request, asked_at=at, best=best_of_all(attested=core().settings.attesting))


def begin(
    tx: Transaction,
    request: AuthorizationRequest,
    demand: Demand,
    *,
    as_other: bool = False,
    must_choose: bool = False,
) -> Response:
    """Begin a sign-in for this request.

    `as_other`: the app wants somebody else than the person signed in here. `must_choose`: ask which account it is for,
    as the app itself may have asked.
    """
    return start.begin(
        tx,
        demand,
        door=start.AUTHORIZE,
        return_to=RETURN_TO,
        request=request.frozen,
        client_id=request.client.client_id,
        login_hint=request.login_hint,
        must_choose=must_choose or Prompt.SELECT_ACCOUNT in request.prompts,
        as_other=as_other,
    )


def is_wanted(request: AuthorizationRequest, visitor: Visitor) -> bool:
    """Whether an answer may be about this person (OIDC Core section 3.1.2.2)."""
    return request.subject in {None, visitor.person.user.id}


def to_ask(
    tx: Transaction, request: AuthorizationRequest, visitor: Visitor, login: Login | None = None
) -> tuple[str, ...]:
    """The scopes this person must still be asked about; `offline_access` is one of them (OIDC Core section 11)."""
    prompted = Prompt.CONSENT in request.prompts
    user_id = visitor.person.user.id
    return consent.to_ask(tx, request.client, user_id, request.consent_scopes, prompted=prompted, login=login)


def _ready(
    tx: Transaction, request: AuthorizationRequest, visitor: Visitor | None, demand: Demand
) -> tuple[Visitor, Assurance]:
    """Whom to answer about, and what they proved, when nothing is left to ask.

    Raises:
        OAuth2Error: what is left to ask, in the words for an app that allows no page.
    """
    settings = core().settings
    if visitor is None or not is_wanted(request, visitor) or request.login_again:
        raise LoginRequiredError("the person must sign in")
    reached = visitor.passes(demand, settings=settings, now=tx.now)
    if reached is None:
        if visitor.assurance(since=demand.since, settings=settings, now=tx.now).level is Level.NONE:
            raise LoginRequiredError("the person must sign in again")
        raise InteractionRequiredError("the person must prove more than they did")
    if Prompt.SELECT_ACCOUNT in request.prompts:
        raise InteractionRequiredError("the person must choose an account")
    if to_ask(tx, request, visitor):
        raise ConsentRequiredError("the person must agree first")
    if not tx.sessions.hold(visitor.session.handle_digest):
        raise LoginRequiredError("the person must sign in")
    return visitor, reached
