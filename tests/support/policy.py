"""Rules of the sign-in policy for tests."""

from typing import Any

from idp.kernel.entropy import SystemEntropy
from idp.login.policy.rules import Rule, RuleKind, Terms, to_row
from idp.persistence.groups import Group
from idp.persistence.policy import PolicyVersion, RuleRow
from tests.support.harness import Harness


def store_rules(harness: Harness, *rules: Rule) -> int:
    """Stores a version with these rules in place of those of the same subjects; returns its number."""
    with harness.services.database.write() as tx:
        newest = tx.policy.newest()
        number = newest.number + 1 if newest else 1
        rows = [RuleRow(rule.kind, rule.subject, number, None, to_row(rule.terms)) for rule in rules]
        tx.policy.add(PolicyVersion(number, SystemEntropy().token(16), None, "for a test"), rows)
    return number


def rule(kind: RuleKind, subject: str = "", **terms: Any) -> Rule:
    """A rule."""
    return Rule(kind, Terms(**terms), subject)


def group_of(harness: Harness, name: str, *members: str) -> str:
    """Adds a group with these members; returns its id."""
    with harness.services.database.write() as tx:
        tx.groups.add(Group(name, name.title(), name))
        for member in members:
            tx.groups.add_member(name, member)
    return name
