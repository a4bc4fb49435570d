"""The sign-in page: who you are, and your password."""

from __future__ import annotations

from flask import Blueprint, Response, request

from idp.kernel.text import Text
from idp.login import password
from idp.login.attempt import Attempt
from idp.login.password import Verdict
from idp.login.proofs import Method
from idp.login.routes import flow
from idp.login.steps import Step
from idp.persistence.unit_of_work import Transaction
from idp.web.context import core
from idp.web.cookies import BROWSER
from idp.web.forms import once
from idp.web.transact import origin, reading

WRONG = Text("That user name and password do not belong together. Check both and try again.")
UNCHECKED = Text("Your passkey did not check that it is you. Enter your password as well.")
LONGEST_IDENTIFIER = 256


blueprint = Blueprint("login_identify", __name__, url_prefix="/login/<login_id>")


@blueprint.get("/identify")
@reading
def ask(tx: Transaction, login_id: str) -> Response:
    """Show the form; for somebody signed in it only asks the password again."""
    attempt = flow.find(tx, login_id)
    if attempt.step is not Step.IDENTIFY and "other" not in request.args:
        return flow.onward(tx, login_id)
    return page(tx, attempt)


@blueprint.post("/identify")
def answer(login_id: str) -> Response:
    """Judge a name and a password: read, hash outside any transaction, then settle."""
    database, settings = core().database, core().settings
    identifier = once(request.form, "username", longest=LONGEST_IDENTIFIER)
    secret = once(request.form, "password")
    with database.read(origin()) as tx:
        attempt = flow.find(tx, login_id)
        if flow.stale_form(attempt):
            return page(tx, attempt, status=400, errors={"form": flow.STALE}, username=identifier)
        if request.form.get("choice") != "cancel" and not (identifier and secret):
            return page(tx, attempt, status=400, errors=_missing(identifier, secret), username=identifier)
        candidate = password.weigh(tx, identifier, BROWSER.read(), settings)
    cancelling = request.form.get("choice") == "cancel"
    checked = password.Checked(right=False) if cancelling else password.check(candidate, secret, core().hasher)
    with database.write(origin()) as tx:
        attempt = flow.find(tx, login_id, hold=True, whom=candidate.user_id)
        if out := flow.cancelled(tx, attempt):
            return out
        verdict = password.settle(tx, attempt.login, candidate, checked, settings)
        if verdict in {Verdict.RIGHT, Verdict.MOVED}:
            return flow.onward(tx, login_id, proven=verdict is Verdict.RIGHT)
        status, sentence = flow.refused(verdict, WRONG)
        return page(tx, attempt, status=status, errors={"form": sentence}, username=identifier)


def _missing(identifier: str, secret: str) -> dict[str, str]:
    errors: dict[str, str] = {} if identifier else {"username": Text("Enter your user name or email address.")}
    return errors if secret else errors | {"password": Text("Enter your password.")}


def page(
    tx: Transaction, attempt: Attempt, *, status: int = 200, errors: dict[str, str] | None = None, username: str = ""
) -> Response:
    """The page, with what is wrong; also for a passkey that was tried on it."""
    known = attempt.person.user if attempt.person and "other" not in request.args else None
    if username and known and username != known.username:
        known = None
    return flow.show(
        tx,
        attempt,
        "login/identify.html",
        status=status,
        errors=errors or {},
        notice=UNCHECKED if any(proof.method is Method.PASSKEY for proof in attempt.state.proofs) else None,
        action=flow.address(attempt, Step.IDENTIFY),
        passkey=flow.passkey_of(attempt, second=False),
        username=username or attempt.login.login_hint or "",
        known_user=known and {"name": known.display_name, "username": known.username},
        switch_href=flow.address(attempt, f"{Step.IDENTIFY}?other=1"),
        forgot_href=flow.address(attempt, "forgot"),
    )
