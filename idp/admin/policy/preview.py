"""Whom a change would concern, counted before it is saved.

    batch of people ──one statement──▶ kinds of people and their numbers ──simulation, once for each kind──▶ sums

`simulate_sign_in` uses the functions of real sign-ins, so the numbers are what would happen, not an estimate.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from idp.admin.policy.changes import Proposal
from idp.config import Settings
from idp.kernel.clock import DAY
from idp.login.policy import requirement_sources
from idp.login.policy.methods import MOST_SECURE_FIRST, Method
from idp.login.policy.methods.spec import MethodContext
from idp.login.policy.requirement import NO_REQUIREMENT, AuthRequirement
from idp.login.policy.rules import Circumstances, RuleKind, RuleSet
from idp.login.state.person import Person
from idp.login.state.simulation import simulate_sign_in
from idp.persistence.factors import Factor
from idp.persistence.policy_preview import NOT_BEGUN, OVER, Alike, Classes, Somebody
from idp.persistence.transaction import Transaction
from idp.persistence.users import User

STEP = 500_000
"""People that one request counts. Each reads the table once, since ids are random: more steps are more work."""
SCANNED = 20_000
"""People that one request looks through for the names of a page."""
KINDS = tuple(method.value for method in MOST_SECURE_FIRST)


class Effect(StrEnum):
    """What would newly happen to somebody."""

    SET_UP = "set-up"
    LATE = "late"
    LOCKED_OUT = "locked-out"


@dataclass(frozen=True)
class Count:
    """How many people are counted before the id `start`, and how many of them each effect concerns.

    `SET_UP` are asked to set up a second step at their next sign-in; `LATE` are those of them who cannot put it off.
    `total` is how many accounts there were at the first step, unless that was the only one.
    """

    people: int = 0
    total: int = 0
    start: str = ""
    done: bool = False
    effects: dict[Effect, int] = field(default_factory=dict)


def count(tx: Transaction, proposal: Proposal, settings: Settings, so_far: Count) -> Count:
    """Count the next people."""
    finder, batch = _EffectFinder(tx, proposal, settings), tx.preview.batch(so_far.start, STEP)
    people, effects = so_far.people, {effect: so_far.effects.get(effect, 0) for effect in Effect}
    for alike, number in tx.preview.count_alike(finder.classes, batch):
        people += number
        for effect in finder.effects(alike):
            effects[effect] += number
    total = so_far.total or (tx.users.count() if batch.end else 0)
    return Count(people, total, batch.end or "", done=batch.end is None, effects=effects)


def names(
    tx: Transaction, proposal: Proposal, settings: Settings, effect: Effect, *, start: str, most: int
) -> tuple[list[Somebody], str | None]:
    """List people whom an effect concerns, and the id from which the search goes on (None: it is finished)."""
    finder, batch = _EffectFinder(tx, proposal, settings), tx.preview.batch(start, SCANNED)
    found = [one for alike, one in tx.preview.list_alike(finder.classes, batch) if effect in finder.effects(alike)]
    if len(found) > most:
        return found[:most], found[most].id
    return found, batch.end


def circumstances_of(proposal: Proposal) -> Circumstances:
    """Return the circumstances that a change is about: with its app, or from its network."""
    client_id = next((rule.subject for rule in proposal.changed if rule.kind is RuleKind.APP), None)
    network = next((rule.subject for rule in proposal.changed if rule.kind is RuleKind.NETWORK), "")
    return Circumstances(client_id=client_id, address=network.partition("/")[0])


class _EffectFinder:
    """Finds what a proposal does to people, once for all who are alike."""

    def __init__(self, tx: Transaction, proposal: Proposal, settings: Settings) -> None:
        self._tx, self._proposal, self._settings = tx, proposal, settings
        self._at = circumstances_of(proposal)
        self._requested = _requested(tx, self._at)
        self._known: dict[Alike, frozenset[Effect]] = {}
        self.classes = Classes(KINDS, self._subjects(RuleKind.GROUP), self._subjects(RuleKind.PERSON))

    def effects(self, alike: Alike) -> frozenset[Effect]:
        """Return what would newly happen to these people."""
        known = self._known.get(alike)
        if known is None:
            before, after = (self._happens(alike, rules) for rules in (self._proposal.present, self._proposal.proposed))
            self._known[alike] = known = after - before
        return known

    def _happens(self, alike: Alike, rules: RuleSet) -> frozenset[Effect]:
        simulated = simulate_sign_in(self._tx, self._person(alike, rules), self._requested)
        if not simulated.done:
            return frozenset({Effect.LOCKED_OUT})
        happens = {Effect.SET_UP} if simulated.sets_up or simulated.offered else set()
        return frozenset(happens | ({Effect.LATE} if simulated.sets_up else set()))

    def _subjects(self, kind: RuleKind) -> list[list[str]]:
        """Return the subjects of rules in classes: those of one class have the same rules, before and after."""
        classes: dict[object, list[str]] = {}
        sets = (self._proposal.present, self._proposal.proposed)
        subjects = {subject: None for rules in sets for each, subject in rules.rules if each is kind}
        for subject in subjects:
            found = [rules.get(kind, subject) for rules in sets]
            classes.setdefault(tuple(rule and rule.terms for rule in found), []).append(subject)
        return list(classes.values())

    def _person(self, alike: Alike, rules: RuleSet) -> Person:
        """Return somebody who is alike."""
        now = self._tx.now
        due = None if alike.grace == NOT_BEGUN else now if alike.grace == OVER else now + DAY
        user = User(
            id="" if alike.person is None else self.classes.people[alike.person][0],
            username="somebody",
            email="somebody@example.com" if alike.has_email else None,
            password_hash="a hash" if alike.has_password else None,
            second_step_required=alike.required,
            second_step_due_at=due,
        )
        context = MethodContext(self._settings, user)
        usable = [kind for kind in KINDS if kind in alike.kinds and Method(kind).spec.usable(context)]
        factors = tuple(Factor(kind, kind, "", attested=alike.attested and kind == Method.PASSKEY) for kind in usable)
        return Person(
            user,
            self._settings,
            factors,
            has_unavailable_factor=len(usable) < len(alike.kinds),
            recovery=None,
            codes_left=8 if factors else 0,
            rules=rules,
            circumstances=Circumstances(
                user.id,
                frozenset(self.classes.groups[number][0] for number in alike.groups),
                self._at.client_id,
                self._at.address,
            ),
        )


def _requested(tx: Transaction, at: Circumstances) -> AuthRequirement:
    client = tx.clients.by_id(at.client_id) if at.client_id else None
    if client is None:
        return NO_REQUIREMENT
    accepted = client.remembered_device_accepted
    return requirement_sources.client_requirement(client.min_acr, remembered_device_accepted=accepted)
