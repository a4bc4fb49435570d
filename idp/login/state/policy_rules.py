"""The rules in force, read once per version and kept by the process.

Statements that load a person name the present version (`policy_token`), so a change takes effect with the next request
of every process, and costs each of them one statement.
"""

from __future__ import annotations

from idp.login.policy.rules import NO_RULES, Rule, RuleKind, RuleSet, from_row
from idp.persistence.policy import RuleRow
from idp.persistence.transaction import Transaction

MOST_KEPT = 8
"""Versions that a process keeps: of several databases in tests, of one in production."""
_kept: dict[str, RuleSet] = {}
"""Rules by the token of their version. Each set is shared by all requests and never changed."""


def rules_of(tx: Transaction, token: str | None) -> RuleSet:
    """Return the rules of the version with this token; one that is new to this process is read."""
    if token is None:
        return NO_RULES
    kept = _kept.get(token)
    if kept is None:
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        number, rows = tx.policy.with_rules(token)
        _kept[token] = kept = RuleSet.from_rules(number, map(from_rule_row, rows))
    return kept


def present_rules(tx: Transaction) -> RuleSet:
    """Return the rules in force."""
    newest = tx.policy.newest()
    return rules_of(tx, newest.token if newest else None)


def from_rule_row(row: RuleRow) -> Rule:
    """Return the rule of a row."""
    return Rule(RuleKind(row.kind), from_row(row.terms), row.subject, row.version)
