"""Who is late for setting up a second step, by the rules that apply to people wherever they sign in."""

from __future__ import annotations

from collections.abc import Callable

from idp.config import Settings
from idp.login.policy.rules import RuleKind, RuleSet, Terms
from idp.login.state.policy_rules import present_rules
from idp.persistence.late_people import Late, Subjects
from idp.persistence.transaction import Transaction


def late_now(tx: Transaction, settings: Settings) -> Late:
    """Return who is late by the rules in force, now."""
    return late_by(present_rules(tx), settings, tx.now)


def late_by(rules: RuleSet, settings: Settings, now: int) -> Late:
    """Return who is late, as `users.second_step_status` does for one person.

    The strictest rule counts: each can require a second step or allow no time, whichever rule does the other. Rules of
    apps and networks make nobody late: they are met there alone.
    """
    return Late(
        required=_subjects(rules, settings, lambda terms: terms.required),
        at_once=_subjects(rules, settings, lambda terms: terms.grace_days == 0),
        now=now,
    )


def _subjects(rules: RuleSet, settings: Settings, test: Callable[[Terms], bool]) -> Subjects:
    found = [rule for rule in rules.rules.values() if test(rule.terms)]
    return Subjects(
        everybody=test(rules.organisation(settings)),
        group_ids=frozenset(rule.subject for rule in found if rule.kind is RuleKind.GROUP),
        user_ids=frozenset(rule.subject for rule in found if rule.kind is RuleKind.PERSON),
    )
