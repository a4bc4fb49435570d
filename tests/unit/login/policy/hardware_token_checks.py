"""What `test_factor_registry` checks where `hardware_token` is registered: a program, run on a copy of the source."""

from typing import Any

from werkzeug.routing import Map, Rule

from idp.activity import own_sentences
from idp.audit import Event, Outcome
from idp.config import Settings
from idp.login.enrolment import factor_changes
from idp.login.forms.sent_code_pages import CHANNEL
from idp.login.pages import alternatives, second_step
from idp.login.policy.assurance import Level, assess, best_of_all, reachable
from idp.login.policy.available_methods import available_methods, preferred_method
from idp.login.policy.methods import FIRST, LASTING, SECOND, SENT, Method
from idp.login.policy.proofs import Freshness, Proof, counted, from_rows, to_rows
from idp.login.policy.requirement import AuthRequirement
from idp.login.policy.steps import State, Step, next_step
from idp.login.state.login_flow import LoginFlow
from idp.login.state.person import Person
from idp.messaging.notices import Notice
from idp.persistence.audit_events import AuditEvent
from idp.persistence.factors import Factor
from idp.persistence.login_flows import LoginFlowRow
from idp.persistence.users import User

TOKEN = Method("hardware_token")
PASSWORD = Proof(Method.PASSWORD, "password", 100)
PROOF = Proof(TOKEN, "mine", 110)
MFA = AuthRequirement(min_level=Level.MFA)
TWO_STEP = AuthRequirement(min_level=Level.TWO_STEP)


def _settings(second_step_is: str) -> Settings:
    given: dict[str, Any] = {"second_step": second_step_is, "remember_days": 0, "attestation_roots": ()}
    return Settings.model_construct(mode="production", email_codes=True, **given)


def _person(*kinds: str, second_step_is: str = "required") -> Person:
    user = User(id="jane", username="jane", password_hash="a hash", email="jane@example.test", epoch=1)
    factors = tuple(Factor(id=kind, kind=kind, label=kind, address="j@example.test") for kind in kinds)
    return Person(user, _settings(second_step_is), factors, has_unavailable_factor=False, recovery=None, codes_left=3)


def _flow(person: Person, requirement: AuthRequirement, *, enrolment_open: bool = False) -> LoginFlow:
    state = State(proofs=(PASSWORD,), methods=person.methods, enrolment_open=enrolment_open)
    row = LoginFlowRow("flow", "", "authorize", {}, {}, "/", [], expires_at=0)
    return LoginFlow(row, None, person, (PASSWORD,), requirement, state)


def check_policy() -> None:
    assert TOKEN in LASTING & SECOND
    assert TOKEN not in FIRST | SENT
    assurance = assess([PASSWORD, PROOF])
    assert (assurance.level, assurance.amr) == (Level.MFA, ("pwd", "otp", "hwk", "mfa", "x-token"))
    assert assurance.second_factor_at == PROOF.at
    assert assess([PROOF]).level is Level.NONE
    assert reachable({Method.PASSWORD, TOKEN}) is Level.MFA
    assert best_of_all(attested=False) is Level.PHR
    assert from_rows(to_rows([PROOF])) == (PROOF,)
    assert counted([PROOF], live=frozenset({"mine"}), freshness=Freshness(second_factor_not_before=111)) == ()


def check_selection() -> None:
    methods = {Method.PASSWORD, Method.TOTP, Method.EMAIL, TOKEN}
    ordered = available_methods(methods, Level.MFA)
    assert ordered == (Method.TOTP, TOKEN)  # where its line stands in the registry, and without the emailed code
    assert preferred_method(ordered, [Factor("mine", TOKEN, "Token", last_used_at=5)]) is TOKEN
    state = State(proofs=(PASSWORD,), methods=frozenset({Method.PASSWORD, TOKEN}))
    assert next_step(state, MFA) is Step.CODE


def check_sign_in() -> None:
    flow = _flow(_person(TOKEN, "email"), TWO_STEP)
    assert flow.page == "code/token"
    token, email, recovery = alternatives.alternative_methods(flow, ())
    assert (token.title, token.symbol, token.href) == ("Use your token", "key", "/login/flow/code/token")
    assert email.action == "/login/flow/code/email/send"
    assert recovery.title == "Use a recovery code"
    assert TOKEN not in second_step.CODE_PAGE_METHODS
    rules = Map([Rule(f"/{CHANNEL}", endpoint="sent")]).bind("")
    assert rules.test("/sms")
    assert not rules.test(f"/{TOKEN}")


def check_enrolment() -> None:
    flow = _flow(_person(), MFA, enrolment_open=True)
    assert flow.step is Step.ENROL
    passkey, token = alternatives.enrolment_alternatives(flow, shown=Method.TOTP)
    assert passkey.href == "/login/flow/enrol/passkey"
    assert (token.title, token.detail, token.href) == ("Token", "A device that shows codes.", "/login/flow/enrol/token")
    assert TOKEN not in _flow(_person(second_step_is="optional"), MFA).enrollable_methods, (
        "the installation has no use for it"
    )


def check_changes() -> None:
    notices = factor_changes.NOTICES[TOKEN]
    assert (notices.added, notices.removed) == (Notice.AUTHENTICATOR_ADDED, Notice.AUTHENTICATOR_REMOVED)
    added = [
        own_sentences.sentence(
            AuditEvent(event=event, outcome=Outcome.SUCCESS, detail={"method": TOKEN, "replaced": replaced}), None
        )
        for event in (Event.FACTOR_ADDED, Event.FACTOR_REMOVED, Event.SECOND_STEP)
        for replaced in (False, True)
    ]
    assert list(dict.fromkeys(added)) == [
        "A token was added.", "Your token was replaced.", "A token was removed.", "Your token was used.",
    ]  # fmt: skip


if __name__ == "__main__":
    check_policy()
    check_selection()
    check_sign_in()
    check_enrolment()
    check_changes()
