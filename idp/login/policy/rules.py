"""Rules of administrators: what each states, which of them apply, and how they are joined. Pure.

    settings ──defaults──▶ organisation ┐
    groups, person, `Required`          ├──▶ those that apply (`RuleSet.applying`) ──▶ join: the strictest of each field
    app, network                        ┘

A rule leaves a field open (None) or states a term. Joining is a lattice: a further rule can only make each term
stricter. The organisation's rule replaces the settings, which are its defaults; nothing replaces the organisation's.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from functools import reduce
from typing import Any

from idp.config import Settings
from idp.login.policy.assurance import LEVELS, Level
from idp.login.policy.methods import LASTING, MOST_SECURE_FIRST, Method


class RuleKind(StrEnum):
    """What a rule is about; the order is that of the policy page."""

    ORGANISATION = "organisation"
    GROUP = "group"
    PERSON = "person"
    APP = "app"
    NETWORK = "network"


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What a rule states; None leaves a field open.

    `kinds`: the second steps that count. `min_level`: the least level. `remember_days`: 0 switches remembered devices
    off. `sign_in_hours`: after these the person signs in again. `grace_days`: a required second step that is missing
    can wait so long. `codes_viewable`: recovery codes can be looked at again. `may_close`: people may close their
    account. `self_registration`: strangers may create an account.
    """

    second_step: bool | None = None
    kinds: frozenset[Method] | None = None
    min_level: Level | None = None
    remember_days: int | None = None
    sign_in_hours: int | None = None
    grace_days: int | None = None
    codes_viewable: bool | None = None
    may_close: bool | None = None
    self_registration: bool | None = None

    @property
    def required(self) -> bool:
        """Whether a second step must be enrolled."""
        return bool(self.second_step) or (self.min_level or Level.NONE) > Level.PWD

    @property
    def stated(self) -> dict[str, Any]:
        """Return the fields that are not open."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: value for name, value in values.items() if value is not None}

    def join(self, other: Terms) -> Terms:
        """Return the strictest of both, field by field."""
        mine, theirs = self.stated, other.stated
        both = {name: STRICTEST[name](mine[name], theirs[name]) for name in mine.keys() & theirs.keys()}
        return Terms(**(mine | theirs | both))

    def over(self, defaults: Terms) -> Terms:
        """Return these terms, with the defaults where they are open."""
        return replace(defaults, **self.stated)


STRICTEST: Mapping[str, Callable[[Any, Any], Any]] = {
    "second_step": lambda one, other: one or other,
    "kinds": lambda one, other: one & other,
    "min_level": max,
    "remember_days": min,
    "sign_in_hours": min,
    "grace_days": min,
    "codes_viewable": lambda one, other: one and other,
    "may_close": lambda one, other: one and other,
    "self_registration": lambda one, other: one and other,
}
"""Field -> the stricter of two terms."""

OPEN = Terms()


def join_terms(terms: Iterable[Terms]) -> Terms:
    """Return the strictest of all."""
    return reduce(Terms.join, terms, OPEN)


def defaults_of(settings: Settings) -> Terms:
    """Return the terms of the settings."""
    return Terms(
        second_step=settings.second_step == "required",
        remember_days=settings.remember_days,
        grace_days=settings.second_step_grace_days,
        codes_viewable=settings.recovery_codes_viewable,
        may_close=settings.people_may_close_account,
        self_registration=settings.people_may_register,
    )


def to_row(terms: Terms) -> dict[str, Any]:
    """Return the terms as JSON."""
    values = terms.stated
    if terms.kinds is not None:
        values["kinds"] = [method.value for method in MOST_SECURE_FIRST if method in terms.kinds]
    if terms.min_level is not None:
        values["min_level"] = terms.min_level.acr
    return values


def from_row(row: Mapping[str, Any]) -> Terms:
    """Return the terms of stored JSON."""
    values = dict(row)
    if "kinds" in values:
        values["kinds"] = frozenset(method for method in LASTING if method in values["kinds"])
    if "min_level" in values:
        values["min_level"] = LEVELS[values["min_level"]]
    return Terms(**values)


@dataclass(frozen=True)
class Rule:
    """One rule. `subject` is the id of its group, person or app, or its network; `version` stored it."""

    kind: RuleKind
    terms: Terms
    subject: str = ""
    version: int = 0

    @property
    def id(self) -> str:
        """Return a name of the rule that stays the same when it changes."""
        return f"{self.kind}:{self.subject}" if self.subject else str(self.kind)


@dataclass(frozen=True)
class Circumstances:
    """Who signs in, where and to what. `client_id` None: to our own pages; an empty `address` is in no network."""

    user_id: str = ""
    group_ids: frozenset[str] = frozenset()
    client_id: str | None = None
    address: str = ""


ANYWHERE = Circumstances()
"""From no network that a rule is about, to our own pages."""

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, eq=False)
class RuleSet:
    """All rules of one version, found by what they are about."""

    version: int = 0
    rules: Mapping[tuple[RuleKind, str], Rule] = field(default_factory=dict)
    networks: tuple[tuple[Network, Rule], ...] = ()

    @classmethod
    def from_rules(cls, version: int, rules: Iterable[Rule]) -> RuleSet:
        """Create the set of these rules."""
        found = {(rule.kind, rule.subject): rule for rule in rules}
        networks = [
            (ipaddress.ip_network(rule.subject), rule) for rule in found.values() if rule.kind is RuleKind.NETWORK
        ]
        return cls(version, found, tuple(networks))

    def get(self, kind: RuleKind, subject: str = "") -> Rule | None:
        """Return the rule about this subject."""
        return self.rules.get((kind, subject))

    def with_rules(self, changed: Iterable[Rule]) -> RuleSet:
        """Return the set with these rules in place of those of their subjects; one without terms is removed."""
        merged = dict(self.rules) | {(rule.kind, rule.subject): rule for rule in changed}
        return RuleSet.from_rules(self.version, [rule for rule in merged.values() if rule.terms != OPEN])

    def organisation(self, settings: Settings) -> Terms:
        """Return the terms of the organisation's rule over those of the settings."""
        rule, defaults = self.get(RuleKind.ORGANISATION), defaults_of(settings)
        return rule.terms.over(defaults) if rule else defaults

    def applying(self, at: Circumstances) -> list[Rule]:
        """List the rules that apply besides the organisation's."""
        if not self.rules:
            return []
        keys = [(RuleKind.GROUP, group_id) for group_id in sorted(at.group_ids)]
        keys += [(RuleKind.PERSON, at.user_id)]
        keys += [(RuleKind.APP, at.client_id)] if at.client_id else []
        found = [self.rules[key] for key in keys if key in self.rules]
        return found + [rule for network, rule in self.networks if _contains(network, at.address)]


NO_RULES = RuleSet()


def may_register(rules: RuleSet, at: Circumstances, settings: Settings) -> bool:
    """Whether strangers may create an account on their way to this app, from there."""
    terms = join_terms([rules.organisation(settings), *(rule.terms for rule in rules.applying(at))])
    return bool(terms.self_registration)


def _contains(network: Network, address: str) -> bool:
    try:
        return ipaddress.ip_address(address) in network
    except ValueError:
        return False
