"""Simulated sign-ins: which pages somebody would get, by the functions that real sign-ins use.

no proof ──evaluate_flow──▶ page ──the proof that this page takes──▶ evaluate_flow ──▶ page ... until done or refused
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from idp.kernel.clock import HOUR
from idp.login.policy.assurance import Level
from idp.login.policy.methods import SENT, Method
from idp.login.policy.proofs import PASSWORD_FACTOR, Key, Proof, to_rows
from idp.login.policy.requirement import AuthRequirement
from idp.login.policy.steps import Step
from idp.login.state.login_flow import LoginFlow, evaluate_flow, requirement_to_json
from idp.login.state.paths import code_page
from idp.login.state.person import Person
from idp.persistence.factors import Factor
from idp.persistence.login_flows import LoginFlowRow
from idp.persistence.recovery_codes import RecoverySet
from idp.persistence.transaction import Transaction

MOST_PAGES = 10
NEW_FACTOR = "simulated"
DEVICE = "simulated@device"
REMEMBERED_FOR = HOUR
"""Seconds since the second step was given on the remembered device."""


@dataclass(frozen=True)
class SimulatedPage:
    """One page: the last part of its path, and the second steps that it shows and that it links to."""

    path: str
    shown: tuple[Method, ...] = ()
    alternatives: tuple[Method, ...] = ()


@dataclass(frozen=True)
class SimulatedSignIn:
    """The pages in order, whether it completes, and at which level."""

    pages: tuple[SimulatedPage, ...]
    done: bool
    level: Level = Level.NONE

    @property
    def sets_up(self) -> bool:
        """Whether a second step must be set up before anything else."""
        return any(page.path.split("/")[0] == Step.ENROL for page in self.pages)

    @property
    def offered(self) -> bool:
        """Whether the set-up of a second step is offered, and can wait."""
        return SimulatedPage(Step.OFFER) in self.pages


def simulate_sign_in(
    tx: Transaction, person: Person, requested: AuthRequirement, *, remembered: bool = False
) -> SimulatedSignIn:
    """Return the pages of a sign-in that begins without a session; `remembered`: on a remembered device.

    The person proves the password first if they have one, and then always what the page asks for.
    """
    row = LoginFlowRow(
        id="",
        browser_digest="",
        initiator="",
        request={},
        requirement=requirement_to_json(requested),
        return_to="",
        proofs=[],
        expires_at=tx.now + HOUR,
        client_id=person.circumstances.client_id,
        user_id=person.user.id,
        created_at=tx.now,
    )
    if remembered:
        person = replace(person, trusted=person.trusted | {DEVICE})
    proofs: tuple[Proof, ...] = ()
    pages: list[SimulatedPage] = []
    while len(pages) < MOST_PAGES:
        flow = evaluate_flow(tx, replace(row, proofs=to_rows(proofs)), None, person, person.settings)
        if flow.step in {Step.DONE, Step.REFUSE}:
            return SimulatedSignIn(tuple(pages), flow.step is Step.DONE, flow.assurance.level)
        if flow.step is Step.IDENTIFY and proofs:
            break  # the one thing they have does not count
        pages.append(_page(flow))
        if flow.step is Step.OFFER:
            return SimulatedSignIn(tuple(pages), done=True, level=flow.assurance.level)
        answer = _take_step(flow, person, tx.now, remembered=remembered)
        if answer is None:
            break
        person, given = answer
        proofs = (*proofs, *given)
    return SimulatedSignIn(tuple(pages), done=False)


def _page(flow: LoginFlow) -> SimulatedPage:
    if flow.step is not Step.CODE:
        return SimulatedPage(flow.page)
    shown = tuple(method for method in flow.second_steps if code_page(method) == flow.page)
    return SimulatedPage(flow.page, shown, tuple(method for method in flow.second_steps if method not in shown))


def _take_step(flow: LoginFlow, person: Person, now: int, *, remembered: bool) -> tuple[Person, list[Proof]] | None:
    """Return the person after the present page, and what they prove there; None when they cannot."""
    match flow.step:
        case Step.IDENTIFY:
            given = _first_proof(person, now)
            if not given:
                return None
            device = [Proof(Method.DEVICE, DEVICE, now - REMEMBERED_FOR)] if remembered else []
            return person, [given, *(device if given.method is Method.PASSWORD else [])]
        case Step.CODE:
            method = flow.preferred_method or (Method.RECOVERY_CODE if person.codes_left else None)
            return None if method is None else (person, [_second_proof(person, method, now)])
        case Step.ENROL:
            return _enrolled(person, _method_of(flow), now)
        case Step.SAVE_CODES if person.recovery:
            return replace(person, recovery=replace(person.recovery, acknowledged_at=now)), []
    return None


def _first_proof(person: Person, now: int) -> Proof | None:
    if person.user.password_hash:
        return Proof(Method.PASSWORD, PASSWORD_FACTOR, now)
    return _second_proof(person, Method.PASSKEY, now) if person.factors_of(Method.PASSKEY) else None


def _second_proof(person: Person, method: Method, now: int) -> Proof:
    if method is Method.RECOVERY_CODE:
        return Proof(method, person.recovery_factor, now)
    factor = person.factors_of(method)[-1]
    key = Key.ATTESTED if factor.attested else None
    return Proof(method, factor.id, now, verified=method is Method.PASSKEY, key=key)


def _method_of(flow: LoginFlow) -> Method:
    """Return the second step that the present page sets up."""
    _, _, name = flow.page.partition("/")
    return Method(name) if name else Method.TOTP


def _enrolled(person: Person, method: Method, now: int) -> tuple[Person, list[Proof]]:
    """Return the person with a new second step, and with recovery codes to be saved if they had none."""
    address = "" if method in SENT else None
    factor = Factor(NEW_FACTOR, method, "", person.user.id, address=address, created_at=now)
    codes = person.recovery or RecoverySet(person.user.id, NEW_FACTOR, "", created_at=now)
    left = person.codes_left if person.recovery else 1
    changed = replace(person, factors=(*person.factors, factor), recovery=codes, codes_left=left)
    return changed, [Proof(method, NEW_FACTOR, now, verified=method is Method.PASSKEY)]
