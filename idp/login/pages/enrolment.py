"""The end of each page that enrols a factor."""

from __future__ import annotations

from flask import Response, request

from idp.login.flow.advance import continue_flow
from idp.login.methods.attempts import record_enrolment
from idp.login.policy.proofs import Proof
from idp.login.state.login_flow import LoginFlow
from idp.login.state.person import Person
from idp.persistence.transaction import Transaction
from idp.web.forms import is_checked


def finish_enrolment(tx: Transaction, flow: LoginFlow, person: Person, proof: Proof) -> Response:
    """Record the proof of the factor that was just added, and redirect to the next step."""
    remember = is_checked(request.form, "remember")
    enrolled = record_enrolment(tx, flow, person, proof, remember=remember)
    return continue_flow(tx, flow.row.id, enrolled)
