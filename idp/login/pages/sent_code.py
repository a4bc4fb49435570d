"""The second step by a code that is sent: asking for it, and giving it.

GET  /login/<attempt>/code/<channel>         the form, or the button that has the first code sent
POST /login/<attempt>/code/<channel>/send    a code, or another one
POST /login/<attempt>/code/<channel>         the code
"""

from __future__ import annotations

from flask import Blueprint, Response, request

from idp.factors.message_code import masked
from idp.kernel.text import Text
from idp.login.flow import page
from idp.login.forms import errors, message_codes
from idp.login.methods import second_step, sent_codes
from idp.login.methods.password import Verdict
from idp.login.methods.sent_codes import Sent
from idp.login.pages import alternatives
from idp.login.policy.proofs import SENT, Method
from idp.login.policy.steps import Step
from idp.login.state.login_flow import Attempt
from idp.login.state.person import Person
from idp.persistence.transaction import Transaction
from idp.web.context import core
from idp.web.forms import once, ticked
from idp.web.pages import see_other
from idp.web.transactions import reading, transactional

NOT_SENT = Text("No code was sent, because too many were asked for. Wait a quarter of an hour, or choose another way.")

blueprint = Blueprint("login_sent_code", __name__, url_prefix="/login/<login_id>/code")
CHANNEL = f"/<any({', '.join(sorted(SENT))}):channel>"


@blueprint.get(CHANNEL)
@reading
def ask(tx: Transaction, login_id: str, channel: str) -> Response:
    """Show the form."""
    attempt, person = _find(tx, login_id, channel)
    return page.onward(tx, login_id) if person is None else _page(tx, attempt, person, Method(channel))


@blueprint.post(f"{CHANNEL}/send")
@transactional
def send(tx: Transaction, login_id: str, channel: str) -> Response:
    """Send a code to the address or number this person has proven."""
    attempt, person = _find(tx, login_id, channel, hold=True)
    method = Method(channel)
    if person is None:
        return page.onward(tx, login_id)
    if page.stale_form(attempt):
        return _page(tx, attempt, person, method, status=400, error=errors.STALE, field="form")
    if out := page.cancelled(tx, attempt):
        return out
    sent = second_step.send_code(tx, attempt, person, method, sealer=core().sealer, entropy=core().entropy)
    if sent is Sent.TOO_MANY:
        return _page(tx, attempt, person, method, status=429, error=NOT_SENT, field="form")
    return see_other(page.address(attempt, f"{Step.CODE}/{method}"))


@blueprint.post(CHANNEL)
@transactional
def answer(tx: Transaction, login_id: str, channel: str) -> Response:
    """Judge a code."""
    attempt, person = _find(tx, login_id, channel, hold=True)
    method = Method(channel)
    if person is None:
        return page.onward(tx, login_id)
    if page.stale_form(attempt):
        return _page(tx, attempt, person, method, status=400, error=errors.STALE, field="form")
    if out := page.cancelled(tx, attempt):
        return out
    code = once(request.form, "code", longest=errors.LONGEST_CODE)
    if not code:
        return _page(tx, attempt, person, method, status=400, error=message_codes.NO_CODE)
    verdict = second_step.prove_code(
        tx,
        attempt,
        person,
        method,
        code,
        remember=ticked(request.form, "remember"),
        sealer=core().sealer,
        settings=core().settings,
    )
    if verdict in {Verdict.RIGHT, Verdict.MOVED}:
        return page.onward(tx, login_id, proven=verdict is Verdict.RIGHT)
    (factor,) = person.factors_of(method)
    status, sentence = message_codes.refused(tx, second_step.place_of(attempt, factor), verdict)
    return _page(tx, attempt, person, method, status=status, error=sentence)


def _find(tx: Transaction, login_id: str, channel: str, *, hold: bool = False) -> tuple[Attempt, Person | None]:
    """The attempt, and whose it is if a code by this channel is what it could be given now."""
    attempt = page.find(tx, login_id, hold=hold)
    fits = attempt.step is Step.CODE and channel in attempt.ways
    return attempt, attempt.person if fits else None


def _page(
    tx: Transaction,
    attempt: Attempt,
    person: Person,
    method: Method,
    *,
    status: int = 200,
    error: str = "",
    field: str = "code",
) -> Response:
    (factor,) = person.factors_of(method)
    waiting = sent_codes.state(tx, second_step.place_of(attempt, factor))
    action = page.address(attempt, f"{Step.CODE}/{method}")
    shown = message_codes.of_sent(method, waiting, send_action=f"{action}/send")
    return page.show(
        tx,
        attempt,
        "login/sent_code.html",
        status=status,
        errors={field: error} if error else {},
        action=action,
        remember_days=core().settings.remember_days,
        other_ways=alternatives.besides(attempt, {method}),
        sends=True,
        **shown | {"masked": masked(factor.address or "")},
    )
