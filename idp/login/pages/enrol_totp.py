"""Forced set-up of the second step, and the saving of recovery codes, on the way in."""

from __future__ import annotations

from flask import Blueprint, Response, request

from idp.factors import recovery_codes
from idp.factors.totp import Setup
from idp.login.enrolment import totp
from idp.login.enrolment.totp import ConfirmedSetup
from idp.login.flow import page
from idp.login.forms import errors
from idp.login.forms.recovery_codes import download_href
from idp.login.methods import recovery_code
from idp.login.pages import alternatives
from idp.login.policy.proofs import Method, to_rows
from idp.login.policy.steps import Step
from idp.login.state.login_flow import LoginFlow
from idp.login.state.person import Person
from idp.persistence.transaction import Transaction
from idp.web.context import services
from idp.web.forms import once, ticked
from idp.web.transactions import origin, read_transaction, write_transaction

blueprint = Blueprint("login_enrol", __name__, url_prefix="/login/<flow_id>")


@blueprint.get("/enrol")
@read_transaction
def ask(tx: Transaction, flow_id: str) -> Response:
    """Show the picture and the key."""
    flow = page.load_open_flow(tx, flow_id)
    if flow.step is not Step.ENROL or flow.person is None:
        return page.onward(tx, flow_id)
    return _page(tx, flow, flow.person)


@blueprint.post("/enrol")
def confirm(flow_id: str) -> Response:
    """Judge the first code: read, mint recovery codes outside any transaction, then activate."""
    database = services().database
    with database.read(origin()) as tx:
        flow = page.load_open_flow(tx, flow_id)
        person = flow.person
        if flow.step is not Step.ENROL or person is None:
            return page.onward(tx, flow_id)
        if page.is_stale_form(flow):
            return _page(tx, flow, person, error=errors.STALE_FORM, field="form")
        cancelling = request.form.get("choice") == "cancel"
        now = tx.now
    confirmed = None if cancelling else _check(flow, person, now)
    with database.write(origin()) as tx:
        return _settle(tx, flow_id, person, confirmed)


@blueprint.get("/recovery-codes")
@read_transaction
def show_codes(tx: Transaction, flow_id: str) -> Response:
    """Show the recovery codes until the person says they are saved."""
    flow = page.load_open_flow(tx, flow_id)
    if flow.step is not Step.SAVE_CODES or flow.person is None:
        return page.onward(tx, flow_id)
    return _codes_page(tx, flow, flow.person)


@blueprint.post("/recovery-codes")
@write_transaction
def saved(tx: Transaction, flow_id: str) -> Response:
    """The person says the codes are saved."""
    flow = page.load_open_flow(tx, flow_id, lock=True)
    if flow.step is not Step.SAVE_CODES or flow.person is None:
        return page.onward(tx, flow_id)
    if page.is_stale_form(flow):
        return _codes_page(tx, flow, flow.person, error=errors.STALE_FORM, field="form")
    if not ticked(request.form, "saved"):
        return _codes_page(tx, flow, flow.person, error=errors.NOT_SAVED)
    first = recovery_code.acknowledge_saved(tx, flow.person.user.id, services().settings)
    return page.onward(tx, flow_id, proven=first)


def _settle(tx: Transaction, flow_id: str, judged: Person, confirmed: ConfirmedSetup | None) -> Response:
    """Keep the verdict about `judged`, unless the attempt has moved or passed to somebody else meanwhile."""
    flow = page.load_open_flow(tx, flow_id, lock=True)
    if out := page.cancel_if_requested(tx, flow):
        return out
    person = flow.person
    if flow.step is not Step.ENROL or person is None or person.user.id != judged.user.id:
        return page.onward(tx, flow_id)
    if confirmed is None:
        code = once(request.form, "code", longest=errors.LONGEST_CODE)
        return _page(tx, flow, person, error=errors.CLOCK_HINT if code else errors.NO_APP_CODE)
    return page.onward(tx, flow_id, proven=_activate(tx, flow, person, confirmed))


def _setup(flow: LoginFlow, person: Person) -> Setup:
    owner, brand = f"login:{flow.row.id}", services().settings.brand
    return totp.new_setup(services().sealer, person, owner=owner, password_at=flow.password_at, brand=brand)


def _check(flow: LoginFlow, person: Person, now: int) -> ConfirmedSetup | None:
    code = once(request.form, "code", longest=errors.LONGEST_CODE)
    setup = _setup(flow, person)
    return totp.check_first_code(
        setup, code, person=person, now=now, entropy=services().entropy, hasher=services().hasher
    )


def _activate(tx: Transaction, flow: LoginFlow, person: Person, confirmed: ConfirmedSetup) -> bool:
    proof = totp.activate_totp(tx, person, confirmed, sealer=services().sealer, entropy=services().entropy)
    if proof is None:
        return False
    user, remember = person.user, ticked(request.form, "remember")
    proofs = to_rows((*flow.proofs, proof))
    return tx.login_flows.advance(flow.row, user_id=user.id, epoch=user.epoch, proofs=proofs, remember=remember)


def _page(tx: Transaction, flow: LoginFlow, person: Person, *, error: str = "", field: str = "code") -> Response:
    setup = _setup(flow, person)
    return page.render(
        tx,
        flow,
        "login/enrol_totp.html",
        status=400 if error else 200,
        errors={field: error} if error else {},
        qr_svg=setup.picture(),
        secret=setup.grouped,
        app_href=setup.uri,
        account_name=setup.account,
        minutes=max(1, (flow.set_up_until - tx.now) // 60),
        required=flow.requirement.require_enrolment,
        stronger=person.has_second_step,
        remember_days=services().settings.remember_days,
        other_ways=alternatives.enrolment_alternatives(flow, services().settings),
        sends=False,
    )


def _codes_page(tx: Transaction, flow: LoginFlow, person: Person, *, error: str = "", field: str = "saved") -> Response:
    codes = recovery_codes.readable(person.recovery, services().sealer) if person.recovery else ()
    return page.render(
        tx,
        flow,
        "login/recovery_codes.html",
        status=400 if error else 200,
        errors={field: error} if error else {},
        codes=codes,
        viewable=services().settings.recovery_codes_viewable,
        download_href=download_href(codes),
        forced=any(proof.method is Method.RECOVERY_CODE for proof in flow.state.proofs),
    )
