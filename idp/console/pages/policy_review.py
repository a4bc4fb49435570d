"""What a change of the policy would do, and its saving.

    GET   the typed rule in the address  ->  difference, and people counted batch by batch  ->  reason, Save
    POST  the same fields and a reason   ->  a new version  ->  303 to the policy

The count goes on by itself: each answer names the next one in a refresh, without a script. What is counted so far is
sealed in the address, so that nobody can send an administrator to false numbers.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from idp.admin import Refused
from idp.admin.permissions import Permission
from idp.admin.policy import changes, explain, fields, preview, words
from idp.admin.policy.changes import PolicyOutdated, Proposal
from idp.admin.policy.preview import Count, Effect
from idp.console import responses
from idp.console.guard import Admin, views
from idp.console.guard import changes as changing
from idp.console.pages import policy
from idp.kernel.handles import digest
from idp.kernel.text import Text
from idp.login.policy.rules import OPEN, Rule, RuleKind, RuleSet
from idp.login.state.policy_rules import present_rules
from idp.persistence.transaction import Transaction
from idp.signing.sealing import SealBroken
from idp.web import console_paths
from idp.web.context import services
from idp.web.forms import single_value

PART = "part"
LONGEST_PART = 2000
NAMES = 50
"""People on a page of names."""
EFFECTS = {
    Effect.SET_UP: Text("Asked to set up a second step at their next sign-in"),
    Effect.LATE: Text("Of these, cannot put it off"),
    Effect.LOCKED_OUT: Text("Could not sign in any more"),
}

blueprint = Blueprint("policy_review", __name__)


@blueprint.get(console_paths.POLICY_REVIEW)
@views(Permission.CHANGE_POLICY, recent=True)
def show_review(tx: Transaction, admin: Admin) -> Response:
    """Show what the typed rule would change."""
    typed = _typed()
    try:
        proposal = _proposal(tx, typed)
    except Refused as error:
        return _render_refused(tx, admin, typed, error)
    return _render(tx, admin, typed, proposal)


@blueprint.post(console_paths.POLICY_REVIEW)
@changing(Permission.CHANGE_POLICY, recent=True, back=console_paths.POLICY)
def save(tx: Transaction, admin: Admin) -> Response:
    """Save the rule as a new version, unless somebody else did in between."""
    typed = _typed()
    try:
        proposal = _proposal(tx, typed)
    except Refused as error:
        return _render_refused(tx, admin, typed, error)
    try:
        changes.save(
            tx,
            admin.actor,
            proposal,
            base=policy.read_base(),
            reason=typed["reason"],
            settings=services().settings,
            entropy=services().entropy,
        )
    except Refused as error:
        return _render(tx, admin, typed, proposal, error=error)
    return responses.redirect_done(console_paths.POLICY, "saved")


@blueprint.get(console_paths.POLICY_NAMES)
@views(Permission.CHANGE_POLICY)
def show_names(tx: Transaction, admin: Admin) -> Response:
    """List the people whom one effect of the typed rule concerns."""
    typed = _typed()
    wanted = single_value(request.args, "effect", longest=20)
    effect = next((each for each in Effect if each == wanted), Effect.SET_UP)
    try:
        proposal = _proposal(tx, typed)
    except Refused as error:
        return _render_refused(tx, admin, typed, error)
    start = single_value(request.args, "start", longest=100)
    found, further = preview.names(tx, proposal, services().settings, effect, start=start, most=NAMES)
    address = console_paths.POLICY_NAMES
    more = _address(typed, effect=effect, start=further, path=address) if further else None
    return responses.render(
        admin,
        "console/policy_people.html",
        title=EFFECTS[effect],
        people=[
            {"name": one.name, "username": one.username, "href": console_paths.person_path(one.id)} for one in found
        ],
        more_href=more,
        back_href=_address(typed),
    )


def _render_refused(tx: Transaction, admin: Admin, typed: dict[str, str], error: Refused) -> Response:
    """Show the form of the rule again, with what is wrong in it."""
    rules, kind = present_rules(tx), policy.read_kind()
    subject = _known(rules, kind, typed)
    return policy.render_rule(tx, admin, kind, subject, typed=typed, base=rules.version, error=error)


def _render(
    tx: Transaction, admin: Admin, typed: dict[str, str], proposal: Proposal, *, error: Refused | None = None
) -> Response:
    (rule,) = proposal.changed
    if isinstance(error, PolicyOutdated) or policy.read_base() < 0:
        typed = typed | {"base": str(proposal.present.version)}
    counted = _count(tx, admin, typed, proposal) if error is None else Count(done=True)
    return responses.render(
        admin,
        "console/policy_review.html",
        errors=error.fields if error else None,
        name=explain.rule_name(tx, rule),
        differences=words.compare(proposal.before(rule), rule.terms),
        removed=rule.terms == OPEN and rule.kind is not RuleKind.ORGANISATION,
        counted=None if error else counted.people,
        total=None if counted.done else counted.total,
        effects=[_effect(typed, effect, counted) for effect in Effect],
        next_href=None if counted.done else _address(typed, **{PART: _sealed(admin, typed, counted)}),
        fields=[(name, value) for name, value in typed.items() if name not in {"reason", "csrf"}],
        reason=typed["reason"],
        save_action=console_paths.POLICY_REVIEW,
        edit_href=_address(typed, path=console_paths.POLICY_RULE),
        back_href=console_paths.POLICY,
    )


def _effect(typed: dict[str, str], effect: Effect, counted: Count) -> dict[str, Any]:
    number = counted.effects.get(effect, 0)
    href = _address(typed, effect=effect, path=console_paths.POLICY_NAMES)
    return {"title": EFFECTS[effect], "number": number, "href": href if number else None}


def _typed() -> dict[str, str]:
    """Return the fields that were sent, each once; of the kinds those that are ticked."""
    names = (*fields.NAMES, "subject", "kind", "base", "reason")
    typed = {name: single_value(request.values, name, longest=400) for name in names}
    kinds = [value for value in request.values.getlist("kinds") if len(value) < LONGEST_PART]
    return typed | {"kinds": " ".join(kinds)}


def _proposal(tx: Transaction, typed: dict[str, str]) -> Proposal:
    """Return what would change; raises `Refused`."""
    rules, kind = present_rules(tx), policy.read_kind()
    subject = _known(rules, kind, typed) or changes.find_subject(tx, kind, typed["subject"])
    return changes.propose(rules, [Rule(kind, fields.parse(kind, typed), subject)])


def _known(rules: RuleSet, kind: RuleKind, typed: dict[str, str]) -> str:
    """Return the subject if there is a rule about it, also when it was removed since."""
    return typed["subject"] if rules.get(kind, typed["subject"]) else ""


def _address(typed: dict[str, str], *, path: str = console_paths.POLICY_REVIEW, **more: str) -> str:
    kept = {name: value for name, value in typed.items() if value and name != "reason"} | {"base": typed["base"]}
    return f"{path}?{urlencode(kept | more)}"


def _count(tx: Transaction, admin: Admin, typed: dict[str, str], proposal: Proposal) -> Count:
    """Count the next batch, after what the address says is counted."""
    so_far = Count()
    try:
        sealed = single_value(request.args, PART, longest=LONGEST_PART)
        if sealed:
            content = json.loads(services().sealer.unseal(sealed, row=_seal_name(admin, typed)))
            effects = {effect: int(content["effects"][effect]) for effect in Effect}
            so_far = Count(content["people"], content["total"], content["start"], effects=effects)
    except (SealBroken, ValueError, KeyError):
        pass  # the address is of another rule, or another session: count from the start
    return preview.count(tx, proposal, services().settings, so_far)


def _sealed(admin: Admin, typed: dict[str, str], counted: Count) -> str:
    content = {
        "people": counted.people,
        "total": counted.total,
        "start": counted.start,
        "effects": counted.effects,
    }
    return services().sealer.seal(json.dumps(content).encode(), row=_seal_name(admin, typed))


def _seal_name(admin: Admin, typed: dict[str, str]) -> str:
    rule = json.dumps({name: value for name, value in typed.items() if name != "reason"}, sort_keys=True)
    return f"policy-preview:{admin.auth_session.session.sid}:{digest(rule)}"
