"""The code page: a code from the app, or a recovery code."""

from __future__ import annotations

from flask import Blueprint, Response, request

from idp.kernel.text import Text
from idp.login import recovery, second_step
from idp.login.attempt import RECOVERY as RECOVERY_PAGE
from idp.login.attempt import Attempt
from idp.login.password import Verdict
from idp.login.person import Person
from idp.login.proofs import SENT, Method
from idp.login.routes import flow, other_ways
from idp.login.steps import Step
from idp.persistence.unit_of_work import Transaction
from idp.web.context import core
from idp.web.forms import once, ticked
from idp.web.transact import origin, reading, transactional

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
    attempt = flow.find(tx, login_id)
    template = RECOVERY if request.path.endswith("/recovery") else APP
    if attempt.step is not Step.CODE or (template == APP and not ON_CODE_PAGE & set(attempt.ways)):
        return flow.onward(tx, login_id)
    return page(tx, attempt, template)


@blueprint.post("/code")
@transactional
def answer(tx: Transaction, login_id: str) -> Response:
    """Judge a code from the app."""
    attempt = flow.find(tx, login_id, hold=True)
    if attempt.step is not Step.CODE or attempt.person is None:
        return flow.onward(tx, login_id)
    if flow.stale_form(attempt):
        return page(tx, attempt, APP, status=400, error=flow.STALE, field="form")
    if out := flow.cancelled(tx, attempt):
        return out
    code = once(request.form, "code", longest=flow.LONGEST_CODE)
    if not code:
        return page(tx, attempt, APP, status=400, error=NO_CODE)
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
    return _after(tx, attempt, APP, verdict, flow.CLOCK_HINT)


@blueprint.post("/recovery")
def recover(login_id: str) -> Response:
    """Judge a recovery code: read, hash outside any transaction, then settle."""
    database = core().database
    typed = once(request.form, "code", longest=flow.LONGEST_CODE)
    with database.read(origin()) as tx:
        attempt = flow.find(tx, login_id)
        if attempt.step is not Step.CODE or attempt.person is None:
            return flow.onward(tx, login_id)
        if flow.stale_form(attempt):
            return page(tx, attempt, RECOVERY, status=400, error=flow.STALE, field="form")
        cancelling = request.form.get("choice") == "cancel"
        if not typed and not cancelling:
            return page(tx, attempt, RECOVERY, status=400, error=NO_RECOVERY_CODE)
        in_vain = cancelling or not second_step.may_try(tx, attempt, attempt.person, core().settings)
    tried = None if in_vain else _prepare(attempt.person, typed)
    with database.write(origin()) as tx:
        return _settle_recovery(tx, login_id, tried)


def _prepare(person: Person, typed: str) -> recovery.Try | None:
    return recovery.prepare(person, typed, hasher=core().hasher, entropy=core().entropy)


def _settle_recovery(tx: Transaction, login_id: str, tried: recovery.Try | None) -> Response:
    attempt = flow.find(tx, login_id, hold=True)
    if attempt.step is not Step.CODE or attempt.person is None:
        return flow.onward(tx, login_id)
    if out := flow.cancelled(tx, attempt):
        return out
    verdict = recovery.prove(
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
        return flow.onward(tx, attempt.login.id, proven=verdict is Verdict.RIGHT)
    status, sentence = flow.refused(verdict, wrong)
    return page(tx, attempt, template, status=status, error=sentence)


def page(
    tx: Transaction, attempt: Attempt, template: str, *, status: int = 200, error: str = "", field: str = "code"
) -> Response:
    """One of the two pages, with what is wrong; also for a passkey that was tried on it."""
    shown = ON_CODE_PAGE if template == APP else set()
    return flow.show(
        tx,
        attempt,
        template,
        status=status,
        errors={field: error} if error else {},
        remember_days=core().settings.remember_days if template == APP else None,
        action=flow.address(attempt, Step.CODE if template == APP else RECOVERY_PAGE),
        passkey=flow.passkey_of(attempt, second=True) if Method.PASSKEY in attempt.ways else None,
        has_app=Method.TOTP in attempt.ways,
        other_ways=other_ways.besides(attempt, shown, recovery=template == APP),
        sends=bool(SENT & set(attempt.ways)),
    )
