"""Check of the sign-in policy: which rule overrides what of the settings."""

from __future__ import annotations

from collections.abc import Iterator

from idp.config import Settings
from idp.config.loading import variable
from idp.login.policy.rules import RuleKind, defaults_of
from idp.login.state.policy_rules import present_rules
from idp.persistence.transaction import Transaction
from idp.server.doctor.findings import Finding, Level

SETTINGS = {
    "second_step": "second_step",
    "remember_days": "remember_days",
    "grace_days": "second_step_grace_days",
    "codes_viewable": "recovery_codes_viewable",
    "may_close": "people_may_close_account",
    "self_registration": "people_may_register",
}
"""Field of a rule -> the setting that is its default."""


def check_policy(settings: Settings, tx: Transaction) -> Iterator[Finding]:
    """Name each setting that the organisation's rule replaces, and how many further rules there are."""
    rules = present_rules(tx)
    rule, defaults = rules.get(RuleKind.ORGANISATION), defaults_of(settings).stated
    stated = rule.terms.stated if rule else {}
    for field, setting in SETTINGS.items():
        if field in stated and stated[field] != defaults[field]:
            was, now = _words(defaults[field]), _words(stated[field])
            message = f"the organisation's rule replaces {variable(setting)} ({was}): {now}"
            yield Finding(Level.OK, "policy", message)
    further = len(rules.rules) - (1 if rule else 0)
    yield Finding(Level.OK, "policy", f"version {rules.version}, with {further} further rules; see `idp policy show`")


def _words(value: object) -> str:
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)
