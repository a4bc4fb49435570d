"""The versions of the policy: authors, and differences in words."""

from __future__ import annotations

from collections.abc import Iterable

from idp.admin.policy import words
from idp.admin.policy.changes import Proposal
from idp.admin.policy.words import Difference
from idp.login.policy.rules import OPEN, Rule
from idp.login.state.policy_rules import from_rule_row
from idp.persistence.policy import PolicyVersion
from idp.persistence.transaction import Transaction
from idp.persistence.users import CLOSED


def authors(tx: Transaction, versions: Iterable[PolicyVersion]) -> dict[str, str]:
    """Return the names of the authors that still have an account, by their id."""
    ids = {version.actor_id for version in versions if version.actor_id}
    return {user.id: user.display_name for user in tx.users.by_ids(ids).values() if user.status != CLOSED}


def changes_of(tx: Transaction, number: int) -> list[tuple[Rule, list[Difference]]]:
    """List the rules that a version changed, with the differences from the version before it."""
    before, after = (
        {(rule.kind, rule.subject): rule for rule in map(from_rule_row, tx.policy.rules_at(each))}
        for each in (number - 1, number)
    )
    found = []
    for key in sorted(before.keys() | after.keys()):
        old, new = (rules[key].terms if key in rules else OPEN for rules in (before, after))
        if old != new:
            found.append((Rule(key[0], new, key[1], number), words.compare(old, new)))
    return found


def compare_rule(proposal: Proposal, rule: Rule) -> list[Difference]:
    """List what a proposal changes in one rule."""
    return words.compare(proposal.before(rule), rule.terms)
