"""The sign-in page: who you are, and your password."""

from __future__ import annotations

from flask import Blueprint, Response, request

from idp.kernel.text import Text
from idp.login.flow import page
from idp.login.forms import errors
from idp.login.methods import password
from idp.login.methods.password import Verdict
from idp.login.policy.proofs import Method
from idp.login.policy.steps import Step
from idp.login.state.login_flow import Attempt
from idp.persistence.transaction import Transaction
from idp.web.context import core
from idp.web.cookies import BROWSER
from idp.web.forms import once
from idp.web.transactions import origin, reading

WRONG = Text("That user name and password do not belong together. Check both and try again.")
UNCHECKED = Text("Your passkey did not check that it is you. Enter your password as well.")


blueprint = Blueprint("login_identify", __name__, url_prefix="/login/<login_id>")


@blueprint.get("/identify")
@reading
def ask(tx: Transaction, login_id: str) -> Response:
    """Show the form; for somebody signed in it only asks the password again."""
    attempt = page.find(tx, login_id)
    if attempt.step is not Step.IDENTIFY and "other" not in request.args:
        return page.onward(tx, login_id)
    return render_form(tx, attempt)


@blueprint.post("/identify")
def answer(login_id: str) -> Response:
    """Judge a name and a password: read, hash outside any transaction, then settle."""
    database, settings = core().database, core().settings
    identifier = once(request.form, "username", longest=password.LONGEST_IDENTIFIER)
    secret = once(request.form, "password")
    with database.read(origin()) as tx:
        attempt = page.find(tx, login_id)
        if page.stale_form(attempt):
            return render_form(tx, attempt, status=400, errors={"form": errors.STALE}, username=identifier)
        if request.form.get("choice") != "cancel" and not (identifier and secret):
            return render_form(tx, attempt, status=400, errors=_missing(identifier, secret), username=identifier)
        candidate = password.weigh(tx, identifier, BROWSER.read(), settings)
    cancelling = request.form.get("choice") == "cancel"
    checked = password.Checked(right=False) if cancelling else password.check(candidate, secret, core().hasher)
    with database.write(origin()) as tx:
        attempt = page.find(tx, login_id, hold=True, whom=candidate.user_id)
        if out := page.cancelled(tx, attempt):
            return out
        verdict = password.settle(tx, attempt.login, candidate, checked, settings)
        if verdict in {Verdict.RIGHT, Verdict.MOVED}:
            return page.onward(tx, login_id, proven=verdict is Verdict.RIGHT)
        status, sentence = errors.refused(verdict, WRONG)
        return render_form(tx, attempt, status=status, errors={"form": sentence}, username=identifier)


def _missing(identifier: str, secret: str) -> dict[str, str]:
    errors: dict[str, str] = {} if identifier else {"username": Text("Enter your user name or email address.")}
    return errors if secret else errors | {"password": Text("Enter your password.")}


def render_form(
    tx: Transaction, attempt: Attempt, *, status: int = 200, errors: dict[str, str] | None = None, username: str = ""
) -> Response:
    """The page, with what is wrong; also for a passkey that was tried on it."""
    known = attempt.person.user if attempt.person and "other" not in request.args else None
    if username and known and username != known.username:
        known = None
    return page.show(
        tx,
        attempt,
        "login/identify.html",
        status=status,
        errors=errors or {},
        notice=UNCHECKED if any(proof.method is Method.PASSKEY for proof in attempt.state.proofs) else None,
        action=page.address(attempt, Step.IDENTIFY),
        passkey=page.passkey_of(attempt, second=False),
        username=username or attempt.login.login_hint or "",
        known_user=known and {"name": known.display_name, "username": known.username},
        switch_href=page.address(attempt, f"{Step.IDENTIFY}?other=1"),
        forgot_href=page.address(attempt, "forgot"),
    )
