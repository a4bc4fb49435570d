"""Who is late for setting up a second step: lists, figures and each person's row agree, by the rules of all kinds."""

import random
from collections.abc import Iterable
from typing import Any

import pytest

from idp.admin import groups, overview, users
from idp.admin.late_people import late_by
from idp.config import Settings
from idp.console.pages.people.rows import list_rows
from idp.login.policy.assurance import Level
from idp.login.policy.methods import Method
from idp.login.policy.rules import Rule, RuleKind, RuleSet, Terms
from idp.login.state.policy_rules import present_rules
from idp.persistence.factors import Factor
from idp.persistence.people_lists import PeopleFilter
from idp.persistence.transaction import Transaction
from tests.support.account import words
from tests.support.console import console, listed_people
from tests.support.harness import Harness
from tests.support.policy import group_of, rule, store_rules
from tests.support.statements import metered

PEOPLE = 40
GROUPS = [f"group{number}" for number in range(4)]
TRIES = 25


def populate(harness: Harness, draw: random.Random) -> list[str]:
    """Adds people of all sorts, in groups; returns their ids."""
    ids, now = [], harness.clock.now()
    for number in range(PEOPLE):
        traits: dict[str, Any] = {
            "second_step_required": draw.random() < 0.3,
            "second_step_due_at": draw.choice([None, now - 1, now, now + 1]),
            "status": draw.choice(["active", "active", "active", "disabled"]),
        }
        ids.append(harness.person(f"p{number}", password_hash="x", **traits).id)
        if draw.random() < 0.2:
            with harness.services.database.write() as tx:
                tx.factors.add(Factor(f"f{number}", Method.TOTP, "", ids[-1]))
    for name in GROUPS:
        group_of(harness, name, *draw.sample(ids, 8))
    return ids


def rules_of(draw: random.Random, ids: list[str]) -> RuleSet:
    """Some rules of each kind."""
    subjects = [
        (RuleKind.ORGANISATION, ""),
        *((RuleKind.GROUP, name) for name in [*GROUPS, "removed"]),
        *((RuleKind.PERSON, each) for each in draw.sample(ids, 6)),
        (RuleKind.APP, "shop"),
        (RuleKind.NETWORK, "0.0.0.0/0"),
    ]
    return RuleSet.from_rules(
        1, [Rule(kind, demands(draw), subject) for kind, subject in subjects if draw.random() < 0.6]
    )


def demands(draw: random.Random) -> Terms:
    values: dict[str, Any] = {
        "second_step": draw.choice([True, False]),
        "min_level": draw.choice([Level.PWD, Level.REMEMBERED, Level.MFA]),
        "grace_days": draw.choice([0, 7, 14]),
        "kinds": frozenset({Method.PASSKEY}),
    }
    return Terms(**{name: value for name, value in values.items() if draw.random() < 0.3})


def late_one_by_one(tx: Transaction, settings: Settings, ids: Iterable[str], rules: RuleSet) -> set[str]:
    found, groups_of = set(), tx.groups.ids_of_users(ids)
    for user_id in ids:
        user = tx.users.by_id(user_id)
        assert user
        on = bool(tx.factors.for_user(user_id))
        status = users.second_step_status(
            user, on=on, settings=settings, now=tx.now, rules=rules, group_ids=groups_of[user_id]
        )
        if status.late:
            found.add(user_id)
    return found


@pytest.mark.promise("ES28")
def test_lists_and_figures_find_those_who_are_late_one_by_one(harness: Harness) -> None:
    draw = random.Random(1)  # noqa: S311 - it draws examples
    ids, numbers = populate(harness, draw), set()
    with harness.services.database.read() as tx:
        for _ in range(TRIES):
            rules = rules_of(draw, ids)
            chosen = {"second_step": draw.choice(["optional", "optional", "required"])}
            settings = harness.settings.model_copy(update=chosen | {"second_step_grace_days": draw.choice([0, 7])})
            late = late_by(rules, settings, tx.now)
            expected = late_one_by_one(tx, settings, ids, rules)
            assert {user.id for user in tx.people.batch(PeopleFilter(late=late), after="", limit=PEOPLE)} == expected
            assert tx.figures.count_late(late, most=PEOPLE) == len(expected)
            numbers.add(len(expected))
    assert len(numbers) > 5, "examples of many sorts"


def test_the_console_shows_who_is_late_by_the_rule_of_a_group(harness: Harness) -> None:
    member, other = harness.person("jane"), harness.person("kim")
    group_of(harness, "nurses", member.id)
    store_rules(harness, rule(RuleKind.GROUP, "nurses", second_step=True))
    admin = console(harness)
    assert listed_people(admin, "?state=late") == ["jane"]
    assert "Late" in words(admin.browser.page)
    assert "Late" not in words(admin.browser.get(f"/admin/people/{other.id}"))
    overview.count_figures(harness.services.database)
    with harness.services.database.read() as tx:
        assert overview.read_overview(tx, harness.services.keyring, harness.settings).late == 1


def test_the_rows_of_many_cost_as_many_statements_as_of_one(harness: Harness) -> None:
    ids = [harness.person(f"p{number}").id for number in range(12)]
    group_of(harness, "nurses", *ids)
    store_rules(harness, rule(RuleKind.GROUP, "nurses", second_step=True))
    costs = []
    for some in (ids[:1], ids):
        with harness.app.app_context(), harness.services.database.read() as tx:
            present_rules(tx)
            people = [user for user in map(tx.users.by_id, some) if user]
            with metered(harness) as meter:
                shown = list_rows(tx, people)
        costs.append(len(meter.statements))
        assert [row["late"] for row in shown] == [True] * len(some)
    assert costs == [2, 2]


def test_a_group_says_that_its_rule_goes_with_it(harness: Harness) -> None:
    for name in ("nurses", "doctors"):
        group_of(harness, name)
    store_rules(harness, rule(RuleKind.GROUP, "nurses", grace_days=7))
    with harness.services.database.read() as tx:
        of_nurses, of_doctors = (
            str(groups.describe_removal(tx, groups.find(tx, name))) for name in ("nurses", "doctors")
        )
    assert "sign-in policy" in of_nurses
    assert "sign-in policy" not in of_doctors
