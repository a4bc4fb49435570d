"""The preview counts exactly those people whose sign-ins would change."""

import random
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from idp.admin import Refused
from idp.admin.permissions import COMMAND_LINE
from idp.admin.policy import changes, preview
from idp.admin.policy.preview import Count, Effect
from idp.kernel.entropy import SystemEntropy
from idp.login.policy.assurance import Level
from idp.login.policy.methods import Method
from idp.login.policy.requirement import NO_REQUIREMENT
from idp.login.policy.rules import Rule, RuleKind, RuleSet, Terms
from idp.login.state import person as people
from idp.login.state.person import Person
from idp.login.state.policy_rules import present_rules
from idp.login.state.simulation import simulate_sign_in
from idp.persistence.factors import Factor
from idp.persistence.transaction import Transaction
from tests.support.concurrency import rush
from tests.support.harness import Harness
from tests.support.policy import group_of, rule, store_rules
from tests.support.statements import metered

PEOPLE = 60
GROUPS = [f"group{number}" for number in range(70)]
"""More than one number holds as bits."""
KINDS = (Method.PASSKEY, Method.TOTP, Method.EMAIL)


def terms(draw: random.Random) -> Terms:
    values: dict[str, Any] = {
        "second_step": draw.choice([True, False]),
        "kinds": frozenset(draw.sample(KINDS, draw.randint(1, 3))),
        "min_level": draw.choice([Level.PWD, Level.REMEMBERED, Level.TWO_STEP, Level.MFA, Level.PHR]),
        "grace_days": draw.choice([0, 7]),
    }
    return Terms(**{name: value for name, value in values.items() if draw.random() < 0.4})


def populate(harness: Harness, draw: random.Random) -> list[str]:
    """Adds people of all sorts, in groups; returns their ids."""
    ids, now = [], harness.clock.now()
    for number in range(PEOPLE):
        due = draw.choice([None, now - 60, now + 60])
        traits: dict[str, Any] = {"second_step_required": draw.random() < 0.2, "second_step_due_at": due}
        traits |= {"email": None} if draw.random() < 0.5 else {}
        hashed = draw.choice(["x", "x", "x", None])
        ids.append(harness.person(f"p{number}", password_hash=hashed, **traits).id)
        with harness.services.database.write() as tx:
            for kind in draw.sample(KINDS, draw.choice([0, 0, 1, 2])):
                tx.factors.add(Factor(f"{kind}-{number}", kind, "", ids[-1]))
    for name in GROUPS:
        group_of(harness, name, *draw.sample(ids, draw.randint(0, 5)))
    return ids


def happens(tx: Transaction, harness: Harness, user_id: str, rules: RuleSet) -> set[Effect]:
    """What one person would meet, loaded as for a sign-in."""
    user = tx.users.by_id(user_id)
    assert user
    person: Person = people.load(tx, user, harness.settings)
    simulated = simulate_sign_in(tx, replace(person, rules=rules), NO_REQUIREMENT)
    if not simulated.done:
        return {Effect.LOCKED_OUT}
    asked = {Effect.SET_UP} if simulated.sets_up or simulated.offered else set()
    return asked | ({Effect.LATE} if simulated.sets_up else set())


@pytest.mark.parametrize("seed", range(3))
def test_the_numbers_are_those_of_people_one_by_one(
    harness: Harness, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw = random.Random(seed)  # noqa: S311 - it draws examples
    ids = populate(harness, draw)
    monkeypatch.setattr("idp.admin.policy.preview.STEP", 25)
    store_rules(
        harness,
        Rule(RuleKind.ORGANISATION, terms(draw)),
        *(Rule(RuleKind.GROUP, terms(draw), name) for name in GROUPS),
        *(Rule(RuleKind.PERSON, terms(draw), user_id) for user_id in ids[:5]),
    )
    with harness.services.database.read() as tx:
        changed = Rule(RuleKind.ORGANISATION, replace(terms(draw), second_step=True))
        proposal, counted = changes.propose(present_rules(tx), [changed]), Count()
        while not counted.done:
            counted = preview.count(tx, proposal, harness.settings, counted)
        one_by_one: Counter[Effect] = Counter()
        named: set[str] = set()
        for user_id in ids:
            effects = happens(tx, harness, user_id, proposal.proposed)
            effects -= happens(tx, harness, user_id, proposal.present)
            one_by_one.update(effects)
            named |= {user_id} if Effect.SET_UP in effects else set()
        listed, _ = preview.names(tx, proposal, harness.settings, Effect.SET_UP, start="", most=PEOPLE)
    assert counted.people == PEOPLE
    assert counted.effects == {effect: one_by_one[effect] for effect in Effect}
    assert {one.id for one in listed} == named


def test_each_step_reads_people_once_and_only_the_first_counts_them_all(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("idp.admin.policy.preview.STEP", 2)
    for number in range(6):
        harness.person(f"p{number}", password_hash="x")
    statements, counted = list[int](), Count()
    while not counted.done:
        with metered(harness) as meter, harness.services.database.read() as tx:
            proposal = changes.propose(RuleSet(), [rule(RuleKind.ORGANISATION, second_step=True)])
            counted = preview.count(tx, proposal, harness.settings, counted)
        statements.append(sum("FROM users" in statement for statement in meter.statements))
    assert (counted.people, counted.total) == (6, 6)
    assert statements == [3, 2, 2], "where the step ends, its people, and at first all of them"


def test_of_two_changes_at_once_one_is_refused(harness: Harness) -> None:
    with harness.services.database.read() as tx:
        proposal = changes.propose(present_rules(tx), [rule(RuleKind.ORGANISATION, second_step=True)])

    def save() -> bool:
        try:
            with harness.services.database.write() as tx:
                changes.save(
                    tx,
                    COMMAND_LINE,
                    proposal,
                    base=0,
                    reason="x",
                    settings=harness.settings,
                    entropy=SystemEntropy(),
                )
        except Refused:
            return False
        return True

    assert sorted(rush([save] * 4)) == [False, False, False, True]
