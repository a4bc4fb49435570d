"""The pages on which a person approves what an app asked for itself: what waits, one request, and what became of it.

The danger is a request that somebody else began, in the hope that the person approves it out of habit, or is talked
into it by telephone. So the page says what to do then, the person types the number that only the app shows, proves
themselves if that was not recent, and is asked each time, by an organisation's own apps too.
"""

from __future__ import annotations

from dataclasses import dataclass

from authlib.oidc.core.errors import LoginRequiredError
from flask import Blueprint, Response, request

from idp.consent import detail_texts, scope_texts
from idp.kernel.dates import Moment
from idp.kernel.text import Text
from idp.login.flow import session_guard
from idp.login.policy.assurance import Assurance
from idp.login.policy.requirement_sources import Unreachable
from idp.login.state.session import AuthenticatedSession
from idp.persistence.ciba_requests import CibaRequest
from idp.persistence.clients import Client
from idp.persistence.transaction import Transaction
from idp.protocol import client_access, tokens
from idp.protocol.ciba import binding_message, decision
from idp.protocol.ciba.requirement import requirement_of
from idp.web import account_paths, csrf
from idp.web.client_colors import colors_href
from idp.web.client_logos import logo_href
from idp.web.cookies import SESSION
from idp.web.errors import MY_ACCOUNT, Refusal
from idp.web.forms import is_cancelling, single_value
from idp.web.pages import page, see_other
from idp.web.transactions import read_transaction, write_transaction

blueprint = Blueprint("ciba", __name__)
session_guard.install(blueprint)

LIST = account_paths.APPROVE
QUESTION = f"{LIST}/<request_id>"
DONE = f"{LIST}/done"
REFUSED = f"{DONE}?refused=1"
MOST_SHOWN = 20
LONGEST_TYPED = 40
WRONG = Text("That is not the number of this request. Look at the app again: it shows the number now.")


@dataclass(frozen=True)
class Question:
    """A request that waits for the decision of the person who is signed in here."""

    asked: CibaRequest
    client: Client
    auth_session: AuthenticatedSession
    reached: Assurance


class Decided(Exception):
    """The person has decided: the path of the page that says how."""


@blueprint.errorhandler(Decided)
def _redirect(decided: Decided) -> Response:
    return see_other(str(decided))


@blueprint.get(LIST)
@session_guard.requires()
def show_list(tx: Transaction, auth_session: AuthenticatedSession) -> Response:
    """Show what waits; one alone is shown at once."""
    found = tx.ciba_requests.open_of_user(auth_session.person.user.id, most=MOST_SHOWN)
    clients = tx.clients.by_ids({each.client_id for each in found}) if found else {}
    waiting = [(each, client) for each in found if (client := clients.get(each.client_id)) and not client.disabled]
    if len(waiting) == 1:
        return see_other(_path(waiting[0][0]))
    rows = [_row(each, client) for each, client in waiting]
    return page("protocol/ciba_list.html", requests=rows, account_href=account_paths.HOME)


@blueprint.get(DONE)
@session_guard.requires()
def show_result(_tx: Transaction, _auth_session: AuthenticatedSession) -> Response:
    """Say what became of the request."""
    return page("protocol/ciba_done.html", refused="refused" in request.args, account_href=account_paths.HOME)


@blueprint.get(QUESTION)
@read_transaction
def show_question(tx: Transaction, request_id: str) -> Response:
    """Ask whether the request is the person's own."""
    return _render_question(tx, _load_question(tx, request_id))


@blueprint.post(QUESTION)
@write_transaction
def decide(tx: Transaction, request_id: str) -> Response:
    """Store the decision; the app learns it when it asks again, or by a ping."""
    question = _load_question(tx, request_id)
    session_guard.check_form_token(request.path, _purpose(question.asked))
    asked, user_id = question.asked, question.auth_session.person.user.id
    typed = single_value(request.form, "number", longest=LONGEST_TYPED)
    if is_cancelling(request.form):
        decided, result = decision.deny(tx, asked, user_id), REFUSED
    elif binding_message.is_number(asked.binding_message, typed):
        decided, result = _approve(tx, question), DONE
    else:
        wrong = decision.count_wrong_number(tx, asked, user_id)
        if 0 < wrong < binding_message.MOST_WRONG:
            return _render_question(tx, question, error=WRONG)
        decided, result = wrong > 0, REFUSED
    return see_other(result if decided else _path(asked))  # which leads to what was decided in another window


def _approve(tx: Transaction, question: Question) -> bool:
    try:
        return decision.approve(tx, question.asked, question.client, question.auth_session, question.reached)
    except LoginRequiredError:  # the session ended at this very moment
        raise _over() from None


def _load_question(tx: Transaction, request_id: str) -> Question:
    """Return what is to be decided, once the person's sign-in is as good and as recent as it must be.

    Raises:
        SignInNeeded: nobody is signed in, or too little was proven.
        CodesToSave: recovery codes wait to be saved.
        Decided: the person has decided, perhaps in another window.
        Refusal: the request has expired, or is another person's.
    """
    auth_session = session_guard.require(tx)
    asked = tx.ciba_requests.by_code(request_id)
    user_id = auth_session.person.user.id
    client = tx.clients.by_id(asked.client_id) if asked and asked.user_id == user_id else None
    if asked is None or client is None or client.disabled or not client_access.may_use(tx, client, user_id):
        raise _over()
    if asked.decided_at is not None:
        raise Decided(REFUSED if asked.denied else DONE)
    if asked.expires_at <= tx.now:
        raise _over()
    try:
        requirement = requirement_of(client, asked.acr_values, at=asked.created_at)
    except Unreachable:  # the app or the settings were changed since it was asked
        raise _over() from None
    seen = auth_session.for_client(client.client_id)
    reached = seen.satisfies_with_saved_codes(requirement, now=tx.now)
    if reached is None:
        raise session_guard.SignInNeeded(requirement, _path(asked), client_id=client.client_id)
    return Question(asked, client, seen, reached)


def _render_question(tx: Transaction, question: Question, *, error: str = "") -> Response:
    asked, client, user = question.asked, question.client, question.auth_session.person.user
    return page(
        "protocol/ciba_confirm.html",
        error=("number", error) if error else None,
        action=_path(asked),
        csrf_token=csrf.token(SESSION.read() or "", _purpose(asked)),
        user={"name": user.display_name, "username": user.username},
        client=_describe(client),
        words=binding_message.shown_words(asked.binding_message),
        since=Moment(asked.created_at),
        scopes=scope_texts.scope_descriptions(tx, asked.scopes, user),
        details=detail_texts.describe(asked.authorization_details),
        lifetime=scope_texts.refresh_lifetime(asked.scopes, tokens.refresh_token_lifetime(client)),
    )


def _describe(client: Client) -> dict[str, str | None]:
    return {
        "name": client.client_name,
        "policy_uri": client.policy_uri,
        "tos_uri": client.tos_uri,
        "logo_href": logo_href(client.client_id, client.logo_digest),
        "colors_href": colors_href(client.accent_color),
    }


def _row(asked: CibaRequest, client: Client) -> dict[str, object]:
    return {
        "name": client.client_name,
        "words": binding_message.shown_words(asked.binding_message),
        "since": Moment(asked.created_at),
        "href": _path(asked),
    }


def _path(asked: CibaRequest) -> str:
    return f"{LIST}/{asked.auth_req_id_digest}"


def _purpose(asked: CibaRequest) -> str:
    return f"ciba:{asked.auth_req_id_digest}"


def _over() -> Refusal:
    message = Text("It was answered, it has expired, or it is not for you. If you still want to go on, start again.")
    return Refusal(410, Text("This request waits no longer"), message, links=(MY_ACCOUNT,), detail="ciba request over")
