"""The page `/consent/<flow>`: the scopes that a client requests, and the person's decision."""

from __future__ import annotations

from flask import Blueprint, Response, request

from idp.consent import decision, detail_texts, scope_texts, service
from idp.login.flow import rendering
from idp.login.forms import errors
from idp.login.policy.steps import Step
from idp.login.state.login_flow import LoginFlow
from idp.login.state.person import Person
from idp.persistence.transaction import Transaction
from idp.web import csrf
from idp.web.context import services
from idp.web.cookies import LOGIN
from idp.web.pages import see_other
from idp.web.transactions import read_transaction, write_transaction

blueprint = Blueprint("consent", __name__, url_prefix="/consent/<flow_id>")


@blueprint.get("")
@read_transaction
def show_form(tx: Transaction, flow_id: str) -> Response:
    """Show what the app will see."""
    flow = rendering.load_open_flow(tx, flow_id)
    person = _person_to_ask(flow)
    return _render(tx, flow, person) if person else see_other(flow.row.return_to)


@blueprint.post("")
@write_transaction
def decide(tx: Transaction, flow_id: str) -> Response:
    """Take the answer and go back to the request it was asked for."""
    flow = rendering.load_open_flow(tx, flow_id)
    person, scopes = _person_to_ask(flow), decision.asked_scopes(flow.row.request)
    if person is None:
        return see_other(flow.row.return_to)
    choice = request.form.get("choice")
    if not csrf.is_valid(LOGIN.read(), _purpose(flow)) or choice not in {"approve", "cancel"}:
        return _render(tx, flow, person, error=errors.STALE_FORM)
    settle = service.store_consent if choice == "approve" else service.refuse_consent
    settle(tx, flow.row, person.user.id, scopes)
    return see_other(flow.row.return_to)


def _person_to_ask(flow: LoginFlow) -> Person | None:
    """Return whom to ask: the person signed in here, once their sign-in is as good as the request wants it."""
    auth_session = flow.auth_session
    ready = flow.step is Step.DONE and flow.is_step_up and decision.asked_scopes(flow.row.request)
    return auth_session.person if auth_session and ready else None


def _render(tx: Transaction, flow: LoginFlow, person: Person, *, error: str = "") -> Response:
    scopes = decision.asked_scopes(flow.row.request)
    remembered = tx.consents.find(person.user.id, flow.row.client_id or "")
    return rendering.render(
        tx,
        flow,
        "consent/ask.html",
        error=("form", error) if error else None,
        csrf_token=csrf.token(LOGIN.read() or "", _purpose(flow)),
        user={"name": person.user.display_name, "username": person.user.username},
        scopes=scope_texts.scope_descriptions(tx, scopes, person.user),
        details=detail_texts.describe(detail_texts.stored_details(flow.row.request)),
        again=remembered is not None and not set(scopes) & set(remembered.scopes),
        lifetime=scope_texts.refresh_lifetime(scopes, _refresh_token_lifetime(tx, flow)),
    )


def _refresh_token_lifetime(tx: Transaction, flow: LoginFlow) -> int:
    client = tx.clients.by_id(flow.row.client_id or "")
    return (client and client.refresh_token_lifetime) or services().settings.refresh_token_lifetime


def _purpose(flow: LoginFlow) -> str:
    """Return the purpose of the form's token: this flow, and exactly the scopes on the page."""
    return f"consent:{flow.row.id}:{' '.join(decision.asked_scopes(flow.row.request))}"
