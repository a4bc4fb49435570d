"""Forced set-up of the second step, and the saving of recovery codes, on the way in."""

from __future__ import annotations

from flask import Blueprint, Response, request

from idp.factors import recovery_codes
from idp.factors.totp import Setup
from idp.login.enrolment import totp
from idp.login.enrolment.totp import Confirmed
from idp.login.flow import page
from idp.login.forms import errors
from idp.login.forms.recovery_codes import download
from idp.login.methods import recovery_code
from idp.login.pages import alternatives
from idp.login.policy.proofs import Method, to_rows
from idp.login.policy.steps import Step
from idp.login.state.login_flow import Attempt
from idp.login.state.person import Person
from idp.persistence.transaction import Transaction
from idp.web.context import core
from idp.web.forms import once, ticked
from idp.web.transactions import origin, reading, transactional

blueprint = Blueprint("login_enrol", __name__, url_prefix="/login/<login_id>")


@blueprint.get("/enrol")
@reading
def ask(tx: Transaction, login_id: str) -> Response:
    """Show the picture and the key."""
    attempt = page.find(tx, login_id)
    if attempt.step is not Step.ENROL or attempt.person is None:
        return page.onward(tx, login_id)
    return _page(tx, attempt, attempt.person)


@blueprint.post("/enrol")
def confirm(login_id: str) -> Response:
    """Judge the first code: read, mint recovery codes outside any transaction, then activate."""
    database = core().database
    with database.read(origin()) as tx:
        attempt = page.find(tx, login_id)
        person = attempt.person
        if attempt.step is not Step.ENROL or person is None:
            return page.onward(tx, login_id)
        if page.stale_form(attempt):
            return _page(tx, attempt, person, error=errors.STALE, field="form")
        cancelling = request.form.get("choice") == "cancel"
        now = tx.now
    confirmed = None if cancelling else _check(attempt, person, now)
    with database.write(origin()) as tx:
        return _settle(tx, login_id, person, confirmed)


@blueprint.get("/recovery-codes")
@reading
def show_codes(tx: Transaction, login_id: str) -> Response:
    """Show the recovery codes until the person says they are saved."""
    attempt = page.find(tx, login_id)
    if attempt.step is not Step.SAVE_CODES or attempt.person is None:
        return page.onward(tx, login_id)
    return _codes_page(tx, attempt, attempt.person)


@blueprint.post("/recovery-codes")
@transactional
def saved(tx: Transaction, login_id: str) -> Response:
    """The person says the codes are saved."""
    attempt = page.find(tx, login_id, hold=True)
    if attempt.step is not Step.SAVE_CODES or attempt.person is None:
        return page.onward(tx, login_id)
    if page.stale_form(attempt):
        return _codes_page(tx, attempt, attempt.person, error=errors.STALE, field="form")
    if not ticked(request.form, "saved"):
        return _codes_page(tx, attempt, attempt.person, error=errors.NOT_SAVED)
    first = recovery_code.saved(tx, attempt.person.user.id, core().settings)
    return page.onward(tx, login_id, proven=first)


def _settle(tx: Transaction, login_id: str, judged: Person, confirmed: Confirmed | None) -> Response:
    """Keep the verdict about `judged`, unless the attempt has moved or passed to somebody else meanwhile."""
    attempt = page.find(tx, login_id, hold=True)
    if out := page.cancelled(tx, attempt):
        return out
    person = attempt.person
    if attempt.step is not Step.ENROL or person is None or person.user.id != judged.user.id:
        return page.onward(tx, login_id)
    if confirmed is None:
        code = once(request.form, "code", longest=errors.LONGEST_CODE)
        return _page(tx, attempt, person, error=errors.CLOCK_HINT if code else errors.NO_APP_CODE)
    return page.onward(tx, login_id, proven=_activate(tx, attempt, person, confirmed))


def _setup(attempt: Attempt, person: Person) -> Setup:
    owner, brand = f"login:{attempt.login.id}", core().settings.brand
    return totp.offer(core().sealer, person, owner=owner, password_at=attempt.password_at, brand=brand)


def _check(attempt: Attempt, person: Person, now: int) -> Confirmed | None:
    code = once(request.form, "code", longest=errors.LONGEST_CODE)
    setup = _setup(attempt, person)
    return totp.check(setup, code, person=person, now=now, entropy=core().entropy, hasher=core().hasher)


def _activate(tx: Transaction, attempt: Attempt, person: Person, confirmed: Confirmed) -> bool:
    proof = totp.activate(tx, person, confirmed, sealer=core().sealer, entropy=core().entropy)
    if proof is None:
        return False
    user, remember = person.user, ticked(request.form, "remember")
    proofs = to_rows((*attempt.proofs, proof))
    return tx.logins.advance(attempt.login, user_id=user.id, epoch=user.epoch, proofs=proofs, remember=remember)


def _page(tx: Transaction, attempt: Attempt, person: Person, *, error: str = "", field: str = "code") -> Response:
    setup = _setup(attempt, person)
    return page.show(
        tx,
        attempt,
        "login/enrol_totp.html",
        status=400 if error else 200,
        errors={field: error} if error else {},
        qr_svg=setup.picture(),
        secret=setup.grouped,
        app_href=setup.uri,
        account_name=setup.account,
        minutes=max(1, (attempt.set_up_until - tx.now) // 60),
        required=attempt.demand.enrol,
        stronger=person.has_second_step,
        remember_days=core().settings.remember_days,
        other_ways=alternatives.to_set_up(attempt, core().settings),
        sends=False,
    )


def _codes_page(
    tx: Transaction, attempt: Attempt, person: Person, *, error: str = "", field: str = "saved"
) -> Response:
    codes = recovery_codes.readable(person.recovery, core().sealer) if person.recovery else ()
    return page.show(
        tx,
        attempt,
        "login/recovery_codes.html",
        status=400 if error else 200,
        errors={field: error} if error else {},
        codes=codes,
        viewable=core().settings.recovery_codes_viewable,
        download_href=download(codes),
        forced=any(proof.method is Method.RECOVERY_CODE for proof in attempt.state.proofs),
    )
