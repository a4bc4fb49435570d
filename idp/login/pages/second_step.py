"""The code page: a code from the app, or a recovery code."""

from __future__ import annotations

from flask import Blueprint, Response, request

from idp.kernel.text import Text
from idp.login.flow import page
from idp.login.forms import errors
from idp.login.methods import recovery_code, second_step
from idp.login.methods.password import Verdict
from idp.login.pages import alternatives
from idp.login.policy.proofs import SENT, Method
from idp.login.policy.steps import Step
from idp.login.state.login_flow import RECOVERY as RECOVERY_PAGE
from idp.login.state.login_flow import Attempt
from idp.login.state.person import Person
from idp.persistence.transaction import Transaction
from idp.web.context import core
from idp.web.forms import once, ticked
from idp.web.transactions import origin, reading, transactional

APP, RECOVERY = "login/code.html", "login/recovery_code.html"
NO_CODE = Text("Enter the 6-digit code your app shows.")
NO_RECOVERY_CODE = Text("Enter one of your recovery codes.")
WRONG_RECOVERY_CODE = Text("That recovery code did not work. Each one works once; try another of your codes.")
ON_CODE_PAGE = {Method.PASSKEY, Method.TOTP}
"""Ways that need nothing sent first, and share a page."""


blueprint = Blueprint("login_second_step", __name__, url_prefix="/login/<login_id>")


@blueprint.get("/code")
@blueprint.get("/recovery")
@reading
def ask(tx: Transaction, login_id: str) -> Response:
    """Show the form."""
    attempt = page.find(tx, login_id)
    template = RECOVERY if request.path.endswith("/recovery") else APP
    if attempt.step is not Step.CODE or (template == APP and not ON_CODE_PAGE & set(attempt.ways)):
        return page.onward(tx, login_id)
    return render_form(tx, attempt, template)


@blueprint.post("/code")
@transactional
def answer(tx: Transaction, login_id: str) -> Response:
    """Judge a code from the app."""
    attempt = page.find(tx, login_id, hold=True)
    if attempt.step is not Step.CODE or attempt.person is None:
        return page.onward(tx, login_id)
    if page.stale_form(attempt):
        return render_form(tx, attempt, APP, status=400, error=errors.STALE, field="form")
    if out := page.cancelled(tx, attempt):
        return out
    code = once(request.form, "code", longest=errors.LONGEST_CODE)
    if not code:
        return render_form(tx, attempt, APP, status=400, error=NO_CODE)
    verdict = second_step.prove_code(
        tx,
        attempt,
        attempt.person,
        Method.TOTP,
        code,
        remember=ticked(request.form, "remember"),
        sealer=core().sealer,
        settings=core().settings,
    )
    return _after(tx, attempt, APP, verdict, errors.CLOCK_HINT)


@blueprint.post("/recovery")
def recover(login_id: str) -> Response:
    """Judge a recovery code: read, hash outside any transaction, then settle."""
    database = core().database
    typed = once(request.form, "code", longest=errors.LONGEST_CODE)
    with database.read(origin()) as tx:
        attempt = page.find(tx, login_id)
        if attempt.step is not Step.CODE or attempt.person is None:
            return page.onward(tx, login_id)
        if page.stale_form(attempt):
            return render_form(tx, attempt, RECOVERY, status=400, error=errors.STALE, field="form")
        cancelling = request.form.get("choice") == "cancel"
        if not typed and not cancelling:
            return render_form(tx, attempt, RECOVERY, status=400, error=NO_RECOVERY_CODE)
        in_vain = cancelling or not second_step.may_try(tx, attempt, attempt.person, core().settings)
    tried = None if in_vain else _prepare(attempt.person, typed)
    with database.write(origin()) as tx:
        return _settle_recovery(tx, login_id, tried)


def _prepare(person: Person, typed: str) -> recovery_code.Try | None:
    return recovery_code.prepare(person, typed, hasher=core().hasher, entropy=core().entropy)


def _settle_recovery(tx: Transaction, login_id: str, tried: recovery_code.Try | None) -> Response:
    attempt = page.find(tx, login_id, hold=True)
    if attempt.step is not Step.CODE or attempt.person is None:
        return page.onward(tx, login_id)
    if out := page.cancelled(tx, attempt):
        return out
    verdict = recovery_code.prove(
        tx,
        attempt,
        attempt.person,
        tried,
        sealer=core().sealer,
        entropy=core().entropy,
        settings=core().settings,
    )
    return _after(tx, attempt, RECOVERY, verdict, WRONG_RECOVERY_CODE)


def _after(tx: Transaction, attempt: Attempt, template: str, verdict: Verdict, wrong: str) -> Response:
    if verdict in {Verdict.RIGHT, Verdict.MOVED}:
        return page.onward(tx, attempt.login.id, proven=verdict is Verdict.RIGHT)
    status, sentence = errors.refused(verdict, wrong)
    return render_form(tx, attempt, template, status=status, error=sentence)


def render_form(
    tx: Transaction, attempt: Attempt, template: str, *, status: int = 200, error: str = "", field: str = "code"
) -> Response:
    """One of the two pages, with what is wrong; also for a passkey that was tried on it."""
    shown = ON_CODE_PAGE if template == APP else set()
    return page.show(
        tx,
        attempt,
        template,
        status=status,
        errors={field: error} if error else {},
        remember_days=core().settings.remember_days if template == APP else None,
        action=page.address(attempt, Step.CODE if template == APP else RECOVERY_PAGE),
        passkey=page.passkey_of(attempt, second=True) if Method.PASSKEY in attempt.ways else None,
        has_app=Method.TOTP in attempt.ways,
        other_ways=alternatives.besides(attempt, shown, recovery=template == APP),
        sends=bool(SENT & set(attempt.ways)),
    )
