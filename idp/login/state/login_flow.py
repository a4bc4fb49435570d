"""One sign-in under way, with everything the next decision depends on."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from idp.config import Settings
from idp.login.policy.assurance import Level, assess
from idp.login.policy.proofs import FIRST, SENT, Method, Proof, from_rows
from idp.login.policy.requirement import Demand
from idp.login.policy.selection import first_of, open_ways
from idp.login.policy.steps import State, Step, enough_to_save, next_step
from idp.login.state import person as people
from idp.login.state.person import Person
from idp.login.state.session import Visitor
from idp.persistence.login_flows import Login
from idp.persistence.transaction import Transaction


@dataclass(frozen=True)
class Attempt:
    """A login row, whom it is about (None: nobody yet), and what is asked of them."""

    login: Login
    visitor: Visitor | None
    person: Person | None
    proofs: tuple[Proof, ...]
    demand: Demand
    state: State

    @property
    def step(self) -> Step:
        """What is missing."""
        return next_step(self.state, self.demand)

    @property
    def ways(self) -> tuple[Method, ...]:
        """The second steps to be asked for, the most secure first; recovery codes are for when there is none.

        Those that are enough; where none is, those that come before setting one up that is.
        """
        if self.person is None:
            return ()
        best = self.person.best
        target = max(self.demand.target(best), enough_to_save(self.state) if self.state.codes_to_save else Level.NONE)
        return open_ways(self.person.methods, min(target, best))

    def enrollable(self, settings: Settings) -> tuple[Method, ...]:
        """The second steps that could be set up now and would be enough, apart from the app."""
        if self.person is None:
            return ()
        there = (Method.PASSKEY, *self.person.channels(settings))
        return open_ways((Method.PASSWORD, *there), self.demand.level)

    @property
    def sent_way(self) -> Method | None:
        """The second step to begin with, if its code has to be sent first."""
        first = first_of(self.ways, self.person.factors) if self.person else None
        return first if first in SENT else None

    @property
    def page(self) -> str:
        """Where the present step is done: the last part of the page's address."""
        if self.step is not Step.CODE:
            return self.step
        if not self.ways:
            return RECOVERY
        return f"{Step.CODE}/{self.sent_way}" if self.sent_way else Step.CODE

    @property
    def raises_session(self) -> bool:
        """Whether finishing raises the session at hand, rather than opening another."""
        return self.visitor is not None and self.person is not None and _same(self.visitor.person, self.person)

    @property
    def password_at(self) -> int:
        """When the password that counts was given (seconds, UTC)."""
        return max(proof.at for proof in self.state.proofs if proof.method in FIRST)

    @property
    def set_up_until(self) -> int:
        """Until when a factor may be set up on the strength of that password (seconds, UTC)."""
        return self.password_at + SET_UP_TIME


RECOVERY = "recovery"
"""The page of recovery codes."""
SET_UP_TIME = 600
"""Seconds to finish setting up a factor after the password was given."""


def look(tx: Transaction, login: Login, visitor: Visitor | None, settings: Settings) -> Attempt:
    """Judge a login row as it stands."""
    door = door_of(login)
    person, own = _whom(tx, login, settings)
    if person is None and visitor is not None and login.user_id in {None, visitor.person.user.id}:
        person = visitor.person  # never in the place of another, who began to prove themselves here
    if person is None:
        choosing = login.must_choose and visitor is not None
        return Attempt(login, visitor, None, (), door, State(must_choose=choosing, attesting=settings.attesting))
    demand = person.under_policy(door, settings, now=tx.now)
    shared = visitor.proofs if visitor is not None and _shares(visitor, person, login, demand) else ()
    counting = person.counting((*shared, *own), since=demand.since, settings=settings, now=tx.now)
    password_at = max((proof.at for proof in counting if proof.method in FIRST), default=0)
    state = State(
        proofs=counting,
        methods=person.methods,
        may_enrol=tx.now < password_at + SET_UP_TIME and not _goes_round(person, counting),
        codes_to_save=person.codes_to_save,
        must_choose=login.must_choose and visitor is not None and login.user_id is None,
        attested=person.attested,
        attesting=settings.attesting,
        may_wait=person.may_wait(settings, tx.now) and not (visitor is not None and _same(visitor.person, person)),
    )
    return Attempt(login, visitor, person, own, demand, state)


def freeze(demand: Demand) -> dict[str, int | bool]:
    """A demand as JSON to be stored."""
    return asdict(demand)


def door_of(login: Login) -> Demand:
    """The demand of the door behind this login."""
    stored = login.demand
    level, wished = Level(stored["level"]), Level(stored["wished"])
    return Demand(level=level, wished=wished, since=int(stored["since"]), enrol=bool(stored["enrol"]))


def _whom(tx: Transaction, login: Login, settings: Settings) -> tuple[Person | None, tuple[Proof, ...]]:
    """Who proved something here, and what; nothing once the account was disabled or its epoch moved on."""
    user = tx.users.by_id(login.user_id) if login.user_id else None
    if user is None or not user.active or user.epoch != login.epoch:
        return None, ()
    return people.load(tx, user, settings), from_rows(login.proofs)


def _goes_round(person: Person, counting: tuple[Proof, ...]) -> bool:
    """Whether a new second step would take the place of one that only cannot be given at the moment.

    Else a thief of the password would need no more than a channel that is out of service.
    """
    return person.withheld and assess(counting).level < Level.TWO_STEP


def _shares(visitor: Visitor, person: Person, login: Login, demand: Demand) -> bool:
    """Whether the session's proofs count: not those of another, nor, when all must be new, one of this very second."""
    return _same(visitor.person, person) and demand.since < login.created_at


def _same(one: Person, other: Person) -> bool:
    return one.user.id == other.user.id
