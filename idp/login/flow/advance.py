"""What follows a step of a login flow: the page of the next step, or the end."""

from __future__ import annotations

from flask import Response

from idp.kernel.handles import digest
from idp.login import devices
from idp.login.flow import answers, grace
from idp.login.flow.browser_session import current_session
from idp.login.flow.completion import complete
from idp.login.methods.result import Result
from idp.login.methods.sent_code import send_code
from idp.login.policy.steps import Step
from idp.login.state.initiators import Initiator
from idp.login.state.login_flow import LoginFlow, load_flow
from idp.login.state.paths import flow_path
from idp.persistence.devices import Browser
from idp.persistence.login_flows import LoginFlowRow
from idp.persistence.transaction import Transaction
from idp.web.context import services
from idp.web.cookies import BROWSER, LOGIN, write_new_session, write_session
from idp.web.pages import see_other


def redirect_to_next_step(tx: Transaction, flow_id: str) -> Response:
    """Redirect to the present step, or to the flow's return address when nothing is missing."""
    flow = _load_open(tx, flow_id)
    return see_other(_next_url(flow, done=flow.step is Step.DONE)) if flow else see_other(flow_path(flow_id))


def continue_flow(tx: Transaction, flow_id: str, result: LoginFlow | Result) -> Response:
    """Redirect after an attempt that was right; `CONFLICT` leaves the flow to the request that came first."""
    return advance_flow(tx, result) if isinstance(result, LoginFlow) else redirect_to_next_step(tx, flow_id)


def advance_flow(tx: Transaction, flow: LoginFlow, *, skip_offer: bool = False) -> Response:
    """Redirect after this request, and no other, stored a proof: the session is opened when nothing is missing.

    `flow` is locked, and has the proof. The binding cookie is rotated, and every form token with it; the same request
    gets the same answer again (`answers`). `skip_offer`: the person postponed the enrolment that is offered, so it is
    not offered again.
    """
    # Not only at the end: a thief of cookie and password stops at the code page.
    browser = devices.recognise_or_distrust(tx, BROWSER.read())
    if flow.step is Step.REFUSE:
        return see_other(_next_url(flow, done=False))
    done = flow.step is Step.DONE or (skip_offer and flow.step is Step.OFFER)
    response = see_other(_next_url(flow, done=done))
    if flow.person is not None:
        grace.start_grace(tx, flow.person)
    if done:
        _open_session(tx, flow, browser, response)
    else:
        _start_next_step(tx, flow)
    _rotate_binding(tx, flow.row, response)
    return response


def _load_open(tx: Transaction, flow_id: str) -> LoginFlow | None:
    row, user, facts = tx.login_flows.with_person(flow_id)
    if row is None or not row.open_at(tx.now):
        return None
    return load_flow(tx, row, current_session(tx), services().settings, user=user, facts=facts)


def _next_url(flow: LoginFlow, *, done: bool) -> str:
    answered = flow.step is Step.REFUSE and flow.row.initiator != Initiator.ACCOUNT  # the client gets an error
    return flow.row.return_to if done or answered else flow_path(flow.row.id, flow.page)


def _start_next_step(tx: Transaction, flow: LoginFlow) -> None:
    """Send the code of the method that the person uses; the page shows whether it was sent."""
    if flow.step is Step.CODE and flow.person is not None and flow.preferred_sent_method:
        send_code(tx, flow, flow.person, flow.preferred_sent_method, services())


def _open_session(tx: Transaction, flow: LoginFlow, browser: Browser | None, response: Response) -> None:
    if flow.person is None:
        return
    completed = complete(tx, flow, flow.person, browser, services())
    if flow.is_step_up:
        write_session(response, completed.session_handle)
    else:
        write_new_session(response, completed.session_handle, keep=flow.row.keep_signed_in)
    BROWSER.write(response, completed.browser_cookie)
    if flow.row.initiator == Initiator.ACCOUNT:
        tx.login_flows.finish(flow.row.id)


def _rotate_binding(tx: Transaction, row: LoginFlowRow, response: Response) -> None:
    old, new = LOGIN.read() or "", services().entropy.token()
    LOGIN.write(response, new)
    answer = answers.seal_answer(response, row=row, secret=old, now=tx.now)
    tx.login_flows.rebind(row.id, digest(old), digest(new), sealed_answer=answer)
