"""A login flow, with everything that its next step depends on."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cached_property

from idp.config import Settings
from idp.login.policy.assurance import Assurance, Level, assess
from idp.login.policy.available_methods import available_methods, preferred_method
from idp.login.policy.methods import Method
from idp.login.policy.proofs import Proof, from_rows, time_of_first_factor
from idp.login.policy.requirement import NO_REQUIREMENT, AuthRequirement
from idp.login.policy.steps import State, Step, enough_to_save, next_step
from idp.login.state import paths
from idp.login.state import person as people
from idp.login.state.initiators import Initiator
from idp.login.state.person import Person
from idp.login.state.session import AuthenticatedSession
from idp.persistence.login_flows import LoginFlowRow
from idp.persistence.sign_in_facts import SignInFacts
from idp.persistence.transaction import Transaction
from idp.persistence.users import User


@dataclass(frozen=True)
class LoginFlow:
    """A row, its person (None: not known yet), and the requirement that applies to them.

    `policy_token` is that of the policy in force, in a flow that was read for its page.
    """

    row: LoginFlowRow
    auth_session: AuthenticatedSession | None
    person: Person | None
    proofs: tuple[Proof, ...]
    requirement: AuthRequirement
    state: State
    policy_token: str | None = None

    @property
    def owner(self) -> str:
        """Return the name that challenges, sent codes and TOTP set-ups are bound to."""
        return f"login:{self.row.id}"

    @cached_property
    def step(self) -> Step:
        """Return the next step."""
        return next_step(self.state, self.requirement)

    @property
    def available_methods(self) -> tuple[Method, ...]:
        """Return the second steps that can be used now, the most secure first; recovery codes if there is none.

        Those that are enough; if none is, those that must be proven before one that is can be enrolled.
        """
        if self.person is None:
            return ()
        counting = self.state.limited_to(self.requirement.kinds)
        missing = counting.assurance.level < self.requirement.target(counting.best) <= counting.best
        able = counting if missing else self.state
        to_save = enough_to_save(self.state) if self.state.codes_to_save else Level.NONE
        target = max(self.requirement.target(able.best), to_save)
        return available_methods(able.methods, min(target, able.best))

    @property
    def second_steps(self) -> tuple[Method, ...]:
        """Return the available methods, then recovery codes if the person has some left."""
        able = self.person.methods if self.person else frozenset()
        return (*self.available_methods, *({Method.RECOVERY_CODE} & able))

    @property
    def enrollable_methods(self) -> tuple[Method, ...]:
        """Return the second steps that would be enough and could be enrolled, the most secure first."""
        if self.person is None:
            return ()
        methods = (Method.PASSWORD, *self.person.enrollable)
        return available_methods(methods, self.requirement.min_level)

    @property
    def remember_days(self) -> int:
        """Return how many days a device would be remembered; 0: it cannot be."""
        return (self.person.policy.remember_days or 0) if self.person else 0

    @property
    def assurance(self) -> Assurance:
        """Return the claims of the proofs that count for this requirement."""
        return self.state.limited_to(self.requirement.kinds).assurance

    @property
    def preferred_sent_method(self) -> Method | None:
        """Return the second step to start with, if its code has to be sent first."""
        method = self.preferred_method
        return method if method and method.spec.destination else None

    @property
    def preferred_method(self) -> Method | None:
        """Return the second step to start with; None when recovery codes alone are left."""
        return preferred_method(self.available_methods, self.person.factors) if self.person else None

    @property
    def page(self) -> str:
        """Return the page of the present step: the last part of its path."""
        if self.step is Step.ENROL and Method.TOTP not in self.enrollable_methods:
            return paths.enrolment_page(self.enrollable_methods[0]) if self.enrollable_methods else Step.ENROL
        if self.step is not Step.CODE:
            return self.step
        return paths.code_page(self.preferred_method or Method.RECOVERY_CODE)

    @property
    def is_step_up(self) -> bool:
        """Whether the flow ends by stepping up the present session, rather than by opening another."""
        return (
            self.auth_session is not None
            and self.person is not None
            and _is_same_person(self.auth_session.person, self.person)
        )

    @property
    def asked_by_client(self) -> bool:
        """Whether the client, by its request or registration, requires more than a session."""
        return self.row.initiator != Initiator.ACCOUNT and stored_requirement(self.row) != NO_REQUIREMENT

    @property
    def confirms_change(self) -> bool:
        """Whether somebody signed in here proves it again for one page: it gets the id of this flow."""
        return self.is_step_up and self.row.initiator == Initiator.ACCOUNT and self.row.id in self.row.return_to

    @property
    def set_up_until(self) -> int:
        """Return until when the first factor allows enrolment (seconds, UTC)."""
        return time_of_first_factor(self.state.proofs) + SET_UP_TIME


SET_UP_TIME = 600
"""Seconds to finish enrolling a factor after the first factor was given."""


def load_flow(
    tx: Transaction,
    row: LoginFlowRow,
    auth_session: AuthenticatedSession | None,
    settings: Settings,
    *,
    user: User | None = None,
    facts: SignInFacts | None = None,
) -> LoginFlow:
    """Load the login flow of a row, with the proofs that count now; `user` and `facts`: if read with the row."""
    person = _load_person(tx, row, auth_session, settings, user=user, facts=facts)
    return evaluate_flow(tx, row, auth_session, person, settings)


def evaluate_flow(
    tx: Transaction,
    row: LoginFlowRow,
    auth_session: AuthenticatedSession | None,
    person: Person | None,
    settings: Settings,
) -> LoginFlow:
    """Return the login flow of a row and its person, as both are now (None: nothing in it counts any longer)."""
    requested = stored_requirement(row)
    own_proofs = from_rows(row.proofs) if person else ()
    if person is None and auth_session is not None and row.user_id in {None, auth_session.person.user.id}:
        person = auth_session.person  # never for the flow of another person, who proved something in it
    person = person.for_client(row.client_id) if person else None
    if person is None:
        return _nobodys_flow(row, auth_session, requested, settings)
    requirement = person.with_policy(requested, now=tx.now)
    session_proofs = (
        auth_session.proofs
        if auth_session is not None and _session_proofs_count(auth_session, person, row, requirement)
        else ()
    )
    all_proofs = (*session_proofs, *own_proofs)
    person = people.with_trusted(tx, person, all_proofs)
    proofs = person.counting_proofs(all_proofs, not_before=requirement.not_before, now=tx.now)
    state = State(
        proofs=proofs,
        methods=person.methods,
        enrolment_open=tx.now < time_of_first_factor(proofs) + SET_UP_TIME
        and not _bypasses_unavailable_factor(person, proofs),
        codes_to_save=person.codes_to_save,
        must_choose=row.must_choose and auth_session is not None and row.user_id is None,
        attested=person.attested,
        enrollable=frozenset(person.enrollable),
        attesting=settings.attesting,
        may_wait=person.may_wait(tx.now)
        and not (auth_session is not None and _is_same_person(auth_session.person, person)),
    )
    return LoginFlow(row, auth_session, person, own_proofs, requirement, state)


def _nobodys_flow(
    row: LoginFlowRow, auth_session: AuthenticatedSession | None, requested: AuthRequirement, settings: Settings
) -> LoginFlow:
    must_choose = row.must_choose and auth_session is not None
    state = State(must_choose=must_choose, attesting=settings.attesting)
    return LoginFlow(row, auth_session, None, (), requested, state)


def requirement_to_json(requirement: AuthRequirement) -> dict[str, int | bool]:
    """Return the requirement of an initiator as JSON; none of them limits the kinds of second step."""
    return {name: value for name, value in asdict(requirement).items() if name != "kinds"}


def stored_requirement(row: LoginFlowRow) -> AuthRequirement:
    """Return the requirement of the initiator of this flow."""
    stored = row.requirement
    return AuthRequirement(
        min_level=Level(stored["min_level"]),
        voluntary_level=Level(stored["voluntary_level"]),
        not_before=int(stored["not_before"]),
        require_enrolment=bool(stored["require_enrolment"]),
        without_devices=bool(stored.get("without_devices")),  # missing in flows of the release before
    )


def _load_person(
    tx: Transaction,
    row: LoginFlowRow,
    auth_session: AuthenticatedSession | None,
    settings: Settings,
    *,
    user: User | None,
    facts: SignInFacts | None,
) -> Person | None:
    """Return the person who proved something in a flow; none once they are disabled or their epoch changed."""
    if row.user_id is None:
        return None
    signed_in = auth_session.person if auth_session and auth_session.person.user.id == row.user_id else None
    user = signed_in.user if signed_in else user or tx.users.by_id(row.user_id)
    if user is None or not user.active or user.epoch != row.epoch:
        return None
    return signed_in or people.load(tx, user, settings, facts)


def _bypasses_unavailable_factor(person: Person, proofs: tuple[Proof, ...]) -> bool:
    """Whether a new second step would replace one that is only unavailable at the moment.

    Otherwise a thief of the password would need no more than a channel that is out of service.
    """
    return person.has_unavailable_factor and assess(proofs).level < Level.TWO_STEP


def _session_proofs_count(
    auth_session: AuthenticatedSession, person: Person, row: LoginFlowRow, requirement: AuthRequirement
) -> bool:
    """Whether the session's proofs count: only those of its person, and none where all must be newer than the flow."""
    return _is_same_person(auth_session.person, person) and requirement.not_before < row.created_at


def _is_same_person(one: Person, other: Person) -> bool:
    return one.user.id == other.user.id
