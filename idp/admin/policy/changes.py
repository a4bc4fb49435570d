"""Changes of the policy: each is a new version, with its author and reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from idp import audit
from idp.admin import Refused
from idp.admin.permissions import Actor, Permission
from idp.admin.policy.fields import parse_network
from idp.audit import Event
from idp.config import Settings
from idp.kernel.entropy import Entropy
from idp.kernel.text import Text
from idp.login.policy.rules import OPEN, Rule, RuleKind, RuleSet, Terms, to_row
from idp.login.state.owners import can_administer
from idp.login.state.policy_rules import from_rule_row, present_rules
from idp.persistence.policy import PolicyChanged, PolicyVersion, RuleRow
from idp.persistence.transaction import Transaction
from idp.persistence.users import CLOSED

LONGEST_REASON = 300
MOST_RULES = 5000
NOT_FOUND = {
    RuleKind.GROUP: Text("There is no group with this name."),
    RuleKind.PERSON: Text("There is nobody with this user name or address."),
    RuleKind.APP: Text("There is no app with this client id."),
}


class PolicyOutdated(Refused):
    """Somebody else changed the policy in between."""


@dataclass(frozen=True)
class Proposal:
    """Rules in place of those of the same subjects, and what all rules would be with them."""

    changed: tuple[Rule, ...]
    present: RuleSet
    proposed: RuleSet

    def before(self, rule: Rule) -> Terms:
        """Return what the rule about this subject states now."""
        found = self.present.get(rule.kind, rule.subject)
        return found.terms if found else OPEN


def propose(present: RuleSet, changed: Sequence[Rule]) -> Proposal:
    """Return the proposal of these rules; one without terms removes the rule of its subject."""
    return Proposal(tuple(changed), present, present.with_rules(changed))


def propose_version(tx: Transaction, number: int) -> Proposal:
    """Return the proposal to return to the rules of a version; raises `Refused` when there is none."""
    if tx.policy.version(number) is None:
        raise Refused(Text("There is no version {number} of the policy.", number=number))
    present = present_rules(tx)
    then = {(rule.kind, rule.subject): rule for rule in map(from_rule_row, tx.policy.rules_at(number))}
    gone = [replace(rule, terms=OPEN) for key, rule in present.rules.items() if key not in then]
    proposal = propose(present, [*then.values(), *gone])
    different = tuple(rule for rule in proposal.changed if proposal.before(rule) != rule.terms)
    return replace(proposal, changed=different)


def find_subject(tx: Transaction, kind: RuleKind, typed: str) -> str:
    """Return the id that a rule about this group, person, app or network has.

    Raises:
        Refused: there is none, and how it is named.
    """
    if kind is RuleKind.ORGANISATION:
        return ""
    if kind is RuleKind.NETWORK:
        return parse_network(typed)
    found = _find_id(tx, kind, typed.strip())
    if found is None:
        raise Refused(NOT_FOUND[kind], field="subject")
    return found


def save(
    tx: Transaction,
    actor: Actor,
    proposal: Proposal,
    *,
    base: int,
    reason: str,
    settings: Settings,
    entropy: Entropy,
) -> int:
    """Store a new version, and return its number; `base` is the version that the author looked at.

    Raises:
        Forbidden: the actor is no owner.
        PolicyOutdated: somebody else changed the policy since.
        Refused: without a reason, without a difference, or because no owner could sign in any more.
    """
    actor.require(Permission.CHANGE_POLICY)
    reason = _checked_reason(reason)
    owners = sorted(tx.roles.lock_owners())  # of two changes at once, the second one sees the first from here on
    newest = tx.policy.newest()
    if not base == proposal.present.version == (newest.number if newest else 0):
        raise _outdated()
    changed = [rule for rule in proposal.changed if proposal.before(rule) != rule.terms]
    if not changed:
        raise Refused(Text("Nothing would change. Change a field first."))
    if len(proposal.proposed.rules) > MOST_RULES:
        raise Refused(Text("There are {count} rules already. Remove some first.", count=MOST_RULES))
    _require_an_owner(tx, owners, proposal, settings)
    number = base + 1
    rows = [RuleRow(rule.kind, rule.subject, number, None, to_row(rule.terms)) for rule in changed]
    try:
        tx.policy.add(PolicyVersion(number, entropy.token(16), actor.user_id, reason), rows)
    except PolicyChanged:
        raise _outdated() from None
    audit.record(tx, Event.POLICY_CHANGED, version=number, rules=[rule.id for rule in changed][:20], reason=reason)
    return number


def _require_an_owner(tx: Transaction, owners: list[str], proposal: Proposal, settings: Settings) -> None:
    """Require that an owner could still sign in to the console, from here and from anywhere.

    Raises:
        Refused: some owner can now, and none could with the proposed rules.
    """
    for address in {"", tx.origin.address}:
        if can_administer(tx, owners, settings, address=address, rules=proposal.proposed):
            continue
        if can_administer(tx, owners, settings, address=address, rules=proposal.present):
            raise Refused(
                Text(
                    "No owner could sign in to this console any more: none has, or could set up, what these rules "
                    "ask for. Set up what they ask for on your own account first, or ask for less."
                )
            )


def _find_id(tx: Transaction, kind: RuleKind, typed: str) -> str | None:
    if kind is RuleKind.GROUP:
        group = tx.groups.by_name(typed) or tx.groups.by_id(typed)
        return group.id if group else None
    if kind is RuleKind.PERSON:
        user = tx.users.by_identifier(typed) or tx.users.by_id(typed)
        return user.id if user and user.status != CLOSED else None
    return typed if typed and tx.clients.by_id(typed) else None


def _checked_reason(reason: str) -> str:
    reason = " ".join(reason.split())
    if not reason or len(reason) > LONGEST_REASON or not reason.isprintable():
        raise Refused(Text("Say why, in 1 to {most} characters.", most=LONGEST_REASON), field="reason")
    return reason


def _outdated() -> PolicyOutdated:
    return PolicyOutdated(
        Text("Somebody else changed the policy in the meantime. What you typed is still here: look at it, save again.")
    )
