"""Back at the door after a sign-in: the same request, judged again from the start."""

from __future__ import annotations

from authlib.oauth2.rfc6749.errors import AccessDeniedError
from authlib.oidc.core.errors import LoginRequiredError
from flask import Response

from idp.consent import service as consent
from idp.login.flow import binding, page, start
from idp.login.policy.steps import Step
from idp.login.state.login_flow import Attempt, look
from idp.persistence.login_flows import Login
from idp.persistence.transaction import Transaction
from idp.protocol.authorize import authorization
from idp.protocol.authorize.issue import issue
from idp.protocol.authorize.request import AuthorizationRequest
from idp.protocol.errors import UnmetAuthenticationRequirements
from idp.web.context import core
from idp.web.pages import see_other


def resume(tx: Transaction, request: AuthorizationRequest, login: Login) -> Response:
    """Go on to what is missing, or close the attempt and answer the app.

    Freshness counts from when the request first came, so that what was proven in this attempt satisfies it.

    Raises:
        Ended: another request closed the attempt first; there is never a second answer.
        OAuth2Error: what to tell the app; the attempt is then over, and the caller's to close.
    """
    if login.cancelled_at is not None:
        raise AccessDeniedError("the person did not agree")
    attempt = look(tx, login, start.visitor(tx), core().settings)
    if attempt.step is Step.REFUSE:
        raise UnmetAuthenticationRequirements
    if attempt.step is not Step.DONE:
        return see_other(page.address(attempt, attempt.step))
    return _signed_in(tx, request, attempt)


def close(tx: Transaction, login: Login) -> None:
    """Close the attempt, so that it is answered once.

    Raises:
        Ended: another request closed it.
    """
    if not tx.logins.finish(login.id):
        raise binding.over(login)


def _signed_in(tx: Transaction, request: AuthorizationRequest, attempt: Attempt) -> Response:
    login, visitor = attempt.login, attempt.visitor
    demand = authorization.asked(request, at=login.created_at)
    reached = visitor.passes(demand, settings=core().settings, now=tx.now) if visitor else None
    swapped = visitor is not None and not attempt.raises_session
    if visitor is None or reached is None or swapped:
        # Signed out since, or more is asked by now, or another tab signed in another person: never answer about them.
        close(tx, login)
        return authorization.begin(tx, request, authorization.asked(request, at=tx.now), must_choose=swapped)
    if not authorization.is_wanted(request, visitor):
        raise LoginRequiredError("another person signed in than the one asked for")
    if scopes := authorization.to_ask(tx, request, visitor, login):
        consent.ask(tx, login, scopes)
        return see_other(f"/consent/{login.id}")
    close(tx, login)
    if not tx.sessions.hold(visitor.session.handle_digest):  # ended at this very moment
        return authorization.begin(tx, request, authorization.asked(request, at=tx.now))
    return issue(tx, request, visitor, reached)
