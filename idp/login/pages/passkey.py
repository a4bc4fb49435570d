"""Passkeys on the sign-in page and on the code page: options for the script, and the form it fills and sends."""

from __future__ import annotations

from flask import Blueprint, Response, request

from idp.kernel.text import Text
from idp.login.flow import page
from idp.login.forms import errors
from idp.login.forms.passkeys import sent
from idp.login.methods import passkey
from idp.login.methods.password import Verdict
from idp.login.pages import identify, second_step
from idp.login.policy.steps import Step
from idp.persistence.transaction import Transaction
from idp.web.context import core
from idp.web.cookies import BROWSER
from idp.web.forms import ticked
from idp.web.pages import json_text
from idp.web.transactions import transactional

WRONG = Text("That passkey did not work here. Try again, or choose another way.")

blueprint = Blueprint("login_passkey", __name__, url_prefix="/login/<login_id>")


@blueprint.post("/passkey/options")
@transactional
def ask_first(tx: Transaction, login_id: str) -> Response:
    """What to sign, for whoever it is: the same for everybody."""
    return _options(tx, login_id, second=False)


@blueprint.post(f"/{Step.CODE}/passkey/options")
@transactional
def ask_second(tx: Transaction, login_id: str) -> Response:
    """What to sign, with one of this person's keys."""
    return _options(tx, login_id, second=True)


@blueprint.post("/passkey")
@transactional
def answer_first(tx: Transaction, login_id: str) -> Response:
    """Sign in with a passkey, without a name or a password."""
    answer = sent()
    known = tx.factors.by_credential(answer.credential_id) if answer else None
    attempt = page.find(tx, login_id, hold=True, whom=known.user_id if known else "")
    if page.stale_form(attempt):
        return identify.render_form(tx, attempt, status=400, errors={"form": errors.STALE})
    verdict = Verdict.WRONG
    if answer is not None:
        verdict = passkey.prove_first(tx, attempt, answer, browser_cookie=BROWSER.read(), settings=core().settings)
    if verdict is Verdict.WRONG:
        return identify.render_form(tx, attempt, status=400, errors={"form": WRONG})
    return page.onward(tx, login_id, proven=verdict is Verdict.RIGHT)


@blueprint.post(f"/{Step.CODE}/passkey")
@transactional
def answer_second(tx: Transaction, login_id: str) -> Response:
    """Give a passkey as the second step."""
    answer = sent()
    attempt = page.find(tx, login_id, hold=True)
    if attempt.step is not Step.CODE or attempt.person is None:
        return page.onward(tx, login_id)
    if page.stale_form(attempt):
        return second_step.render_form(tx, attempt, second_step.APP, status=400, error=errors.STALE, field="form")
    if out := page.cancelled(tx, attempt):
        return out
    verdict = Verdict.WRONG
    if answer is not None:
        remember = ticked(request.form, "remember")
        verdict = passkey.prove_second(tx, attempt, attempt.person, answer, remember=remember, settings=core().settings)
    if verdict is Verdict.WRONG:
        return second_step.render_form(tx, attempt, second_step.APP, status=400, error=WRONG, field="form")
    return page.onward(tx, login_id, proven=verdict is Verdict.RIGHT)


def _options(tx: Transaction, login_id: str, *, second: bool) -> Response:
    attempt = page.find(tx, login_id, hold=True)
    if page.stale_form(attempt) or (second and attempt.step is not Step.CODE):
        return json_text("{}", status=400)
    settings, entropy = core().settings, core().entropy
    return json_text(passkey.options(tx, attempt, second=second, entropy=entropy, settings=settings))
