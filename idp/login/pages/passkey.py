"""Passkeys on the sign-in page and on the code page: options for the script, and the form it fills and sends."""

from __future__ import annotations

from flask import Blueprint, Response, request

from idp.kernel.text import Text
from idp.login.flow import page
from idp.login.forms import errors
from idp.login.forms.passkeys import read_passkey_response
from idp.login.methods import passkey
from idp.login.methods.result import Result
from idp.login.pages import identify, second_step
from idp.login.policy.steps import Step
from idp.persistence.transaction import Transaction
from idp.web.context import services
from idp.web.cookies import BROWSER
from idp.web.forms import ticked
from idp.web.pages import json_text
from idp.web.transactions import write_transaction

WRONG = Text("That passkey did not work here. Try again, or choose another way.")

blueprint = Blueprint("login_passkey", __name__, url_prefix="/login/<flow_id>")


@blueprint.post("/passkey/options")
@write_transaction
def ask_first(tx: Transaction, flow_id: str) -> Response:
    """What to sign, for whoever it is: the same for everybody."""
    return _options(tx, flow_id, second=False)


@blueprint.post(f"/{Step.CODE}/passkey/options")
@write_transaction
def ask_second(tx: Transaction, flow_id: str) -> Response:
    """What to sign, with one of this person's keys."""
    return _options(tx, flow_id, second=True)


@blueprint.post("/passkey")
@write_transaction
def answer_first(tx: Transaction, flow_id: str) -> Response:
    """Sign in with a passkey, without a name or a password."""
    answer = read_passkey_response()
    known = tx.factors.by_credential(answer.credential_id) if answer else None
    flow = page.load_open_flow(tx, flow_id, lock=True, whom=known.user_id if known else "")
    if page.is_stale_form(flow):
        return identify.render_form(tx, flow, status=400, errors={"form": errors.STALE_FORM})
    verdict = Result.WRONG
    if answer is not None:
        verdict = passkey.verify_first_factor(
            tx, flow, answer, browser_cookie=BROWSER.read(), settings=services().settings
        )
    if verdict is Result.WRONG:
        return identify.render_form(tx, flow, status=400, errors={"form": WRONG})
    return page.onward(tx, flow_id, proven=verdict is Result.RIGHT)


@blueprint.post(f"/{Step.CODE}/passkey")
@write_transaction
def answer_second(tx: Transaction, flow_id: str) -> Response:
    """Give a passkey as the second step."""
    answer = read_passkey_response()
    flow = page.load_open_flow(tx, flow_id, lock=True)
    if flow.step is not Step.CODE or flow.person is None:
        return page.onward(tx, flow_id)
    if page.is_stale_form(flow):
        return second_step.render_form(tx, flow, second_step.APP, status=400, error=errors.STALE_FORM, field="form")
    if out := page.cancel_if_requested(tx, flow):
        return out
    verdict = Result.WRONG
    if answer is not None:
        remember = ticked(request.form, "remember")
        verdict = passkey.verify_second_factor(
            tx, flow, flow.person, answer, remember=remember, settings=services().settings
        )
    if verdict is Result.WRONG:
        return second_step.render_form(tx, flow, second_step.APP, status=400, error=WRONG, field="form")
    return page.onward(tx, flow_id, proven=verdict is Result.RIGHT)


def _options(tx: Transaction, flow_id: str, *, second: bool) -> Response:
    flow = page.load_open_flow(tx, flow_id, lock=True)
    if page.is_stale_form(flow) or (second and flow.step is not Step.CODE):
        return json_text("{}", status=400)
    settings, entropy = services().settings, services().entropy
    return json_text(passkey.options(tx, flow, second=second, entropy=entropy, settings=settings))
