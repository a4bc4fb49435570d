"""The page below `/consent/<login>`: what an app wants to see, and the person's yes or no."""

from __future__ import annotations

from flask import Blueprint, Response, request

from idp.consent import decision, service, words
from idp.login.flow import page
from idp.login.forms import errors
from idp.login.policy.steps import Step
from idp.login.state.login_flow import Attempt
from idp.login.state.person import Person
from idp.persistence.transaction import Transaction
from idp.web import csrf
from idp.web.context import core
from idp.web.cookies import LOGIN
from idp.web.pages import see_other
from idp.web.transactions import reading, transactional

blueprint = Blueprint("consent", __name__, url_prefix="/consent/<login_id>")


@blueprint.get("")
@reading
def ask(tx: Transaction, login_id: str) -> Response:
    """Show what the app will see."""
    attempt = page.find(tx, login_id)
    person = _asked(attempt)
    return _page(tx, attempt, person) if person else see_other(attempt.login.return_to)


@blueprint.post("")
@transactional
def answer(tx: Transaction, login_id: str) -> Response:
    """Take the answer and go back to the request it was asked for."""
    attempt = page.find(tx, login_id)
    person, scopes = _asked(attempt), decision.asked_in(attempt.login.request)
    if person is None:
        return see_other(attempt.login.return_to)
    choice = request.form.get("choice")
    if not csrf.valid(LOGIN.read(), _purpose(attempt)) or choice not in {"approve", "cancel"}:
        return _page(tx, attempt, person, error=errors.STALE)
    settle = service.allow if choice == "approve" else service.refuse
    settle(tx, attempt.login, person.user.id, scopes)
    return see_other(attempt.login.return_to)


def _asked(attempt: Attempt) -> Person | None:
    """Whom to ask: the person signed in here, once their sign-in is as good as the request wants it."""
    visitor = attempt.visitor
    ready = attempt.step is Step.DONE and attempt.raises_session and decision.asked_in(attempt.login.request)
    return visitor.person if visitor and ready else None


def _page(tx: Transaction, attempt: Attempt, person: Person, *, error: str = "") -> Response:
    scopes = decision.asked_in(attempt.login.request)
    remembered = tx.consents.find(person.user.id, attempt.login.client_id or "")
    return page.show(
        tx,
        attempt,
        "consent/ask.html",
        status=400 if error else 200,
        errors={"form": error} if error else {},
        csrf_token=csrf.token(LOGIN.read() or "", _purpose(attempt)),
        user={"name": person.user.display_name, "username": person.user.username},
        scopes=words.points(scopes, person.user),
        again=remembered is not None and not set(scopes) & set(remembered.scopes),
        lifetime=words.lifetime(scopes, core().settings.refresh_token_lifetime),
    )


def _purpose(attempt: Attempt) -> str:
    """What the form's token is good for: this attempt, and exactly the scopes that the page named."""
    return f"consent:{attempt.login.id}:{' '.join(decision.asked_in(attempt.login.request))}"
