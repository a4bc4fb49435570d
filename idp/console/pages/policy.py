"""The sign-in policy: what it comes to, the rules, and the form of one rule."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from idp.admin import Refused
from idp.admin.permissions import Permission
from idp.admin.policy import explain, fields, words
from idp.console import responses
from idp.console.guard import Admin, views
from idp.kernel.text import Text
from idp.login.policy.assurance import LEVELS
from idp.login.policy.methods import MOST_SECURE_FIRST
from idp.login.policy.rules import OPEN, Rule, RuleKind, RuleSet, Terms, defaults_of
from idp.login.state.policy_rules import present_rules
from idp.persistence.transaction import Transaction
from idp.web import console_paths
from idp.web.context import services
from idp.web.forms import parse_number, single_value

NOTICES = {
    "saved": Text("The rule is saved. It applies from now on."),
    "returned": Text("The earlier rules apply again."),
}
SHOWN = 200
"""Rules on the page; the rest is found by what they are about."""
KINDS = {
    RuleKind.GROUP: (Text("Group"), Text("Name of the group")),
    RuleKind.PERSON: (Text("Person"), Text("User name or email address")),
    RuleKind.APP: (Text("App"), Text("Client id of the app")),
    RuleKind.NETWORK: (Text("Network"), Text("Such as 10.0.0.0/8 or 2001:db8::/32")),
}
"""What a rule can be about besides the organisation: its name, and how it is named."""

blueprint = Blueprint("policy", __name__)


@blueprint.get(console_paths.POLICY)
@views(Permission.VIEW_POLICY)
def show_page(tx: Transaction, admin: Admin) -> Response:
    """Show the outcome in words, and the rules."""
    rules, settings = present_rules(tx), services().settings
    organisation = rules.organisation(settings)
    others = [rule for rule in rules.rules.values() if rule.kind is not RuleKind.ORGANISATION]
    names = explain.rule_names(tx, others[:SHOWN])
    return responses.render(
        admin,
        "console/policy.html",
        notices=NOTICES,
        required=organisation.required,
        switch_href=_switch_href(rules, on=not organisation.required) if may_change(admin) else None,
        outcome=[
            {"field": words.FIELDS[name], "sentence": sentence}
            for name, sentence in words.sentences(organisation).items()
        ],
        edit_href=rule_href(RuleKind.ORGANISATION) if may_change(admin) else None,
        rules=[_row(rule, names[rule.kind, rule.subject], editable=may_change(admin)) for rule in others[:SHOWN]],
        more=max(0, len(others) - SHOWN),
        kinds=[{"value": kind.value, "title": title} for kind, (title, _) in KINDS.items()],
        add_action=console_paths.POLICY_RULE if may_change(admin) else None,
        explain_href=console_paths.POLICY_EXPLAIN,
        history_href=console_paths.POLICY_HISTORY,
        version=rules.version,
    )


@blueprint.get(console_paths.POLICY_RULE)
@views(Permission.CHANGE_POLICY)
def show_rule(tx: Transaction, admin: Admin) -> Response:
    """Show the form of one rule."""
    kind, subject = read_kind(), single_value(request.args, "subject", longest=300)
    rules = present_rules(tx)
    found = rules.get(kind, subject)
    return render_rule(
        tx,
        admin,
        kind,
        subject if found else "",
        typed=fields.typed_values(found.terms if found else OPEN) | ({} if found else {"subject": subject}),
        base=rules.version,
    )


def render_rule(
    tx: Transaction,
    admin: Admin,
    kind: RuleKind,
    subject: str,
    *,
    typed: dict[str, str],
    base: int,
    error: Refused | None = None,
) -> Response:
    """Render the form of a rule; with an empty `subject` it asks what the rule is about."""
    settings = services().settings
    known = bool(subject) or kind is RuleKind.ORGANISATION
    defaults = words.sentences(defaults_of(settings)) if kind is RuleKind.ORGANISATION else {}
    return responses.render(
        admin,
        "console/policy_rule.html",
        errors=error.fields if error else None,
        kind=kind.value,
        name=explain.rule_name(tx, Rule(kind, OPEN, subject)) if known else KINDS[kind][0],
        subject=subject,
        subject_label=None if known else KINDS[kind][1],
        typed=typed,
        base=base,
        shown=fields.names_for(kind),
        methods=[
            {"value": method.value, "title": method.spec.name, "checked": method in typed.get("kinds", "").split()}
            for method in MOST_SECURE_FIRST
        ],
        levels=[{"value": acr, "title": words.LEVELS[level]} for acr, level in LEVELS.items()],
        defaults=defaults,
        review_action=console_paths.POLICY_REVIEW,
        removable=known and kind is not RuleKind.ORGANISATION,
        remove_href=review_href(kind, subject, OPEN, base=base),
        back_href=console_paths.POLICY,
    )


def may_change(admin: Admin) -> bool:
    """Whether this administrator may change the policy."""
    return admin.may(Permission.CHANGE_POLICY)


def read_kind() -> RuleKind:
    """Return what the rule is about; the organisation for nonsense."""
    wanted = single_value(request.values, "kind", longest=20)
    return next((kind for kind in RuleKind if kind == wanted), RuleKind.ORGANISATION)


def read_base() -> int:
    """Return the version of the policy that the form is about; -1, which no version has, for nonsense."""
    base = parse_number(single_value(request.values, "base"))
    return -1 if base is None else base


def rule_href(kind: RuleKind, subject: str = "") -> str:
    """Return the address of the form of a rule."""
    return f"{console_paths.POLICY_RULE}?{urlencode({'kind': kind.value, 'subject': subject})}"


def review_href(kind: RuleKind, subject: str, terms: Terms, *, base: int) -> str:
    """Return the address that shows what a rule would change."""
    typed = fields.typed_values(terms) | {"kind": kind.value, "subject": subject, "base": str(base)}
    return f"{console_paths.POLICY_REVIEW}?{urlencode(typed)}"


def _switch_href(rules: RuleSet, *, on: bool) -> str:
    found = rules.get(RuleKind.ORGANISATION)
    stated = (found.terms if found else OPEN).stated
    changed = Terms(**(stated | {"second_step": on}))
    return review_href(RuleKind.ORGANISATION, "", changed, base=rules.version)


def _row(rule: Rule, name: Text, *, editable: bool) -> dict[str, Any]:
    return {
        "name": name,
        "sentences": words.describe(rule.terms),
        "version": rule.version,
        "href": rule_href(rule.kind, rule.subject) if editable else None,
    }
