"""Why a sign-in was asked for more than a password: what is recorded with it, and its words.

A reason is the id of a rule (`group:staff`), or one of the words below. They are recorded when it happens, with the
version of the policy, so that later changes do not rewrite what was.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from idp.kernel.text import Text
from idp.login.policy import requirement_sources
from idp.login.policy.assurance import Level
from idp.login.policy.requirement import NO_REQUIREMENT, AuthRequirement
from idp.login.policy.rules import Rule, RuleKind
from idp.login.state.person import Person

RECORDED = "asked_by"
"""The detail of a sign-in's event that holds the reasons."""
OWN = "own"
"""The person has a second step."""
REQUIRED = "required"
"""An administrator set `Required` for the person."""
REQUEST = "request"
"""The app, by its registration or its request, or a page of ours."""

SENTENCES: Mapping[str, Text] = {
    RuleKind.ORGANISATION: Text("The organisation's rule asks for it."),
    RuleKind.GROUP: Text("The rule of a group asks for it."),
    RuleKind.PERSON: Text("A rule about this person asks for it."),
    RuleKind.APP: Text("The rule of the app asks for it."),
    RuleKind.NETWORK: Text("The rule of a network asks for it."),
    OWN: Text("A second step is set up, so it is asked."),
    REQUIRED: Text("An administrator requires a second step of this person."),
    REQUEST: Text("The app or the page asks for it."),
}
"""For administrators."""
OWN_SENTENCES: Mapping[str, Text] = {
    **SENTENCES,
    RuleKind.PERSON: Text("A rule about you asks for it."),
    OWN: Text("You have set up a second step, so you were asked for it."),
    REQUIRED: Text("An administrator requires a second step of you."),
}
"""For the person who signed in."""
NOT_ASKED = Text("No second step was asked for, because the device was remembered.")


def reasons(person: Person, requested: AuthRequirement, *, now: int) -> list[str]:
    """Return what asks this person for more than a password, in these circumstances."""
    found = [reason_of(rule) for rule in person.rules_in_force if requires_more(rule, now=now)]
    found += [OWN] if person.has_second_step else []
    return found + ([REQUEST] if requested != NO_REQUIREMENT else [])


def requires_more(rule: Rule, *, now: int) -> bool:
    """Whether a rule by itself asks for more than a password, or for a newer one."""
    return requirement_sources.policy_requirement(rule.terms, now=now) != NO_REQUIREMENT


def reason_of(rule: Rule) -> str:
    """Return the name of a rule among reasons."""
    required = rule.kind is RuleKind.PERSON and not rule.version
    return REQUIRED if required else rule.id


def sentences_of(detail: Mapping[str, Any], sentences: Mapping[str, Text] = SENTENCES) -> list[Text]:
    """Return the sentences of a sign-in's recorded reasons, each once; one of a newer version has none."""
    kinds = dict.fromkeys(reason.partition(":")[0] for reason in detail.get(RECORDED, ()))
    if kinds and detail.get("acr") == Level.REMEMBERED.acr:
        return [NOT_ASKED]
    return [sentences[kind] for kind in kinds if kind in sentences]
