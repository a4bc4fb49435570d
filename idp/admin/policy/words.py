"""Rules in sentences. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from idp.admin.policy.fields import NAMES
from idp.kernel.text import Text, plural
from idp.login.policy.assurance import Level
from idp.login.policy.methods import MOST_SECURE_FIRST, Method
from idp.login.policy.rules import Terms
from idp.login.policy.steps import Step
from idp.login.state.simulation import SimulatedPage

LEVELS: Mapping[Level, Text] = {
    Level.PWD: Text("A password is enough"),
    Level.REMEMBERED: Text("A second step, or a remembered device"),
    Level.TWO_STEP: Text("A second step at every sign-in"),
    Level.MFA: Text("A second step at every sign-in that is no code by email"),
    Level.PHR: Text("A passkey or a security key"),
    Level.PHRH: Text("A security key whose maker vouches for it"),
}
"""What each least level means."""

FIELDS: Mapping[str, Text] = {
    "second_step": Text("Second step"),
    "kinds": Text("Second steps that count"),
    "min_level": Text("Minimum level"),
    "remember_days": Text("Remembered devices"),
    "sign_in_hours": Text("Sign in again"),
    "grace_days": Text("Time to set up"),
    "codes_viewable": Text("Recovery codes"),
    "may_close": Text("Closing the account"),
    "self_registration": Text("Creating an account"),
}

SWITCHES: Mapping[str, tuple[Text, Text]] = {
    "second_step": (
        Text("A second step is required."),
        Text("Each person chooses whether to have a second step."),
    ),
    "codes_viewable": (
        Text("People can look at their recovery codes again."),
        Text("Recovery codes are shown once."),
    ),
    "may_close": (
        Text("People may close their own account."),
        Text("People do not close accounts themselves."),
    ),
    "self_registration": (
        Text("Anybody with an email address may create an account."),
        Text("Only administrators create accounts."),
    ),
}
"""Field -> the sentences for yes and no."""

PAGES: Mapping[str, Text] = {
    Step.IDENTIFY: Text("User name and password"),
    Step.OFFER: Text("Set up a second step, or later"),
    Step.ENROL: Text("Set up an authenticator app"),
    Step.SAVE_CODES: Text("Save the recovery codes"),
}
ENROLMENT_PAGES = {
    method.spec.enrolment.page: Text("Set up a second step: {method}", method=method.spec.name)
    for method in MOST_SECURE_FIRST
    if method.spec.enrolment
}


RECOVERY_CODE = Text("A recovery code")


def page_name(page: SimulatedPage) -> Text:
    """Return what a page of a sign-in asks for, and what it offers instead."""
    if not page.shown:
        return PAGES.get(page.path) or ENROLMENT_PAGES[page.path]
    methods = _join_methods(page.shown)
    if not page.alternatives:
        return Text("A second step: {method}", method=methods)
    return Text(
        "A second step: {method}. Another way: {others}", method=methods, others=_join_methods(page.alternatives)
    )


def _join_methods(methods: Sequence[Method]) -> str:
    return join_texts([RECOVERY_CODE if method is Method.RECOVERY_CODE else method.spec.name for method in methods])


def describe(terms: Terms) -> list[Text]:
    """Return one sentence for each field that is not open."""
    return list(sentences(terms).values())


def sentences(terms: Terms) -> dict[str, Text]:
    """Return the sentence of each field that is not open, in the order of the form."""
    stated = terms.stated
    return {name: _sentence(name, terms) for name in NAMES if name in stated}


@dataclass(frozen=True)
class Difference:
    """One field of one rule: the sentence before and after; None: it was, or is, left open."""

    field: Text
    before: Text | None
    after: Text | None


def compare(before: Terms, after: Terms) -> list[Difference]:
    """List the fields that differ."""
    old, new = sentences(before), sentences(after)
    return [
        Difference(FIELDS[name], old.get(name), new.get(name))
        for name in NAMES
        if getattr(before, name) != getattr(after, name)
    ]


def join_texts(texts: Sequence[str]) -> str:
    """Return a list of words as one text."""
    if not texts:
        return Text("none")
    joined = texts[0]
    for text in texts[1:]:
        joined = Text("{first}, {rest}", first=joined, rest=text)
    return joined


def _sentence(name: str, terms: Terms) -> Text:
    if name in SWITCHES:
        on, off = SWITCHES[name]
        return on if getattr(terms, name) else off
    match name:
        case "kinds":
            names = [method.spec.name for method in MOST_SECURE_FIRST if method in (terms.kinds or ())]
            return Text("Only these second steps count: {names}.", names=join_texts(names))
        case "min_level":
            return Text("At least this is asked: {level}.", level=LEVELS[terms.min_level or Level.PWD])
        case "remember_days":
            return _days_remembered(terms.remember_days or 0)
        case "grace_days":
            return _days_of_grace(terms.grace_days or 0)
    return plural(
        "People sign in again after {count} hour.",
        "People sign in again after {count} hours.",
        count=terms.sign_in_hours or 0,
    )


def _days_remembered(days: int) -> Text:
    if not days:
        return Text("Devices are not remembered: the second step is asked at every sign-in.")
    return plural(
        "A device can be remembered: the second step is not asked there for {count} day.",
        "A device can be remembered: the second step is not asked there for {count} days.",
        count=days,
    )


def _days_of_grace(days: int) -> Text:
    if not days:
        return Text("A second step that is missing is set up at the next sign-in, before anything else.")
    return plural(
        "A second step that is missing can wait {count} day.",
        "A second step that is missing can wait {count} days.",
        count=days,
    )
