"""Forced set-up of a passkey, on the way in.

GET  /login/<attempt>/enrol/passkey            the page whose button asks the browser for a key
POST /login/<attempt>/enrol/passkey/options    what the browser needs to make one
POST /login/<attempt>/enrol/passkey            the key
"""

from __future__ import annotations

from flask import Blueprint, Response, request

from idp.factors import recovery_codes
from idp.factors.passkey import Rejected
from idp.factors.recovery_codes import FreshSet
from idp.kernel import user_agents
from idp.login.enrolment import passkey
from idp.login.flow import page
from idp.login.forms import errors
from idp.login.forms.passkeys import read_passkey_response
from idp.login.policy.proofs import Method, to_rows
from idp.login.policy.steps import Step
from idp.login.state.login_flow import LoginFlow
from idp.login.state.person import Person
from idp.persistence.factors import AlreadyKnown
from idp.persistence.transaction import Transaction
from idp.web.context import services
from idp.web.forms import ticked
from idp.web.pages import json_text
from idp.web.transactions import origin, read_transaction, write_transaction

blueprint = Blueprint("login_set_up_passkey", __name__, url_prefix=f"/login/<flow_id>/{Step.ENROL}/passkey")


@blueprint.get("")
@read_transaction
def ask(tx: Transaction, flow_id: str) -> Response:
    """Show the page."""
    flow, person = _find(tx, flow_id)
    return _page(tx, flow) if person else page.onward(tx, flow_id)


@blueprint.post("/options")
@write_transaction
def options(tx: Transaction, flow_id: str) -> Response:
    """What the browser needs to make a key."""
    flow, person = _find(tx, flow_id, lock=True)
    if person is None or page.is_stale_form(flow):
        return json_text("{}", status=400)
    owner, entropy, settings, attestation_anchors = (
        _owner(flow),
        services().entropy,
        services().settings,
        services().attestation_anchors,
    )
    return json_text(
        passkey.options(
            tx, person, owner=owner, entropy=entropy, attestation_anchors=attestation_anchors, settings=settings
        )
    )


@blueprint.post("")
def add(flow_id: str) -> Response:
    """Take the new key: read, mint recovery codes outside any transaction, then add."""
    database = services().database
    with database.read(origin()) as tx:
        flow, first = _find(tx, flow_id)
        if first is None:
            return page.onward(tx, flow_id)
        if page.is_stale_form(flow):
            return _page(tx, flow, error=errors.STALE_FORM)
    needed = first.recovery is None and request.form.get("choice") != "cancel"
    codes = recovery_codes.mint(services().entropy, services().hasher) if needed else None
    try:
        with database.write(origin()) as tx:
            return _add(tx, flow_id, first, codes)
    except AlreadyKnown:
        with database.read(origin()) as tx:
            return _page(tx, page.load_open_flow(tx, flow_id), error=errors.PASSKEY_KNOWN)


def _add(tx: Transaction, flow_id: str, first: Person, codes: FreshSet | None) -> Response:
    flow, person = _find(tx, flow_id, lock=True)
    if out := page.cancel_if_requested(tx, flow):
        return out
    if person is None or person.user.id != first.user.id:
        return page.onward(tx, flow_id)
    try:
        made = passkey.check(
            tx,
            read_passkey_response(),
            owner=_owner(flow),
            attestation_anchors=services().attestation_anchors,
            settings=services().settings,
        )
    except Rejected as reason:
        passkey.audit_refusal(tx, person, str(reason))
        return _page(tx, flow, error=errors.PASSKEY_FAILED)
    name = user_agents.name(request.headers.get("User-Agent", ""))
    proof = passkey.add(tx, person, made, name, codes=codes, sealer=services().sealer, entropy=services().entropy)
    if proof is None:
        return page.onward(tx, flow_id)
    user, proofs, remember = person.user, to_rows((*flow.proofs, proof)), ticked(request.form, "remember")
    kept = tx.login_flows.advance(flow.row, user_id=user.id, epoch=user.epoch, proofs=proofs, remember=remember)
    return page.onward(tx, flow_id, proven=kept)


def _find(tx: Transaction, flow_id: str, *, lock: bool = False) -> tuple[LoginFlow, Person | None]:
    """The attempt, and whose it is if setting up a passkey is what they could do now."""
    flow = page.load_open_flow(tx, flow_id, lock=lock)
    fits = flow.step is Step.ENROL and Method.PASSKEY in flow.enrollable_methods(services().settings)
    return flow, flow.person if fits else None


def _owner(flow: LoginFlow) -> str:
    return f"login:{flow.row.id}"


def _page(tx: Transaction, flow: LoginFlow, *, error: str = "") -> Response:
    action = page.flow_url(flow, f"{Step.ENROL}/passkey")
    return page.render(
        tx,
        flow,
        "login/set_up_passkey.html",
        status=400 if error else 200,
        errors={"form": error} if error else {},
        action=action,
        options_href=f"{action}/options",
        remember_days=services().settings.remember_days,
        back_href=page.flow_url(flow, Step.ENROL),
    )
