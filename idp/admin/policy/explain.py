"""Why somebody would be asked, or was: the rules that apply, what they require together, and the pages."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from idp.admin import Refused
from idp.admin.policy import words
from idp.config import Settings
from idp.kernel.client_addresses import parse_client_address
from idp.kernel.text import Text, plural
from idp.login.policy import requirement_sources
from idp.login.policy.assurance import LEVELS, best_of_all
from idp.login.policy.requirement import NO_REQUIREMENT, AuthRequirement
from idp.login.policy.requirement_sources import Unreachable
from idp.login.policy.rules import Rule, RuleKind
from idp.login.state import person as people
from idp.login.state import reasons
from idp.login.state.person import Person
from idp.login.state.simulation import simulate_sign_in
from idp.persistence.clients import Client
from idp.persistence.transaction import Transaction
from idp.persistence.users import User
from idp.web.forms import parse_number

LONGEST_AGE = 10**9
PROBLEMS: Mapping[str, Text] = {
    "person": Text("There is nobody with this user name or address."),
    "app": Text("There is no app with this client id."),
    "address": Text("An address looks like 192.0.2.7 or 2001:db8::7."),
    "max_age": Text("Enter a number of seconds, such as 3600."),
}


@dataclass(frozen=True, kw_only=True)
class Situation:
    """A sign-in to be explained. `client` None: to our own pages; `address` may be empty."""

    user: User
    client: Client | None = None
    address: str = ""
    remembered: bool = False
    acr_values: tuple[str, ...] = ()
    max_age: int | None = None


@dataclass(frozen=True)
class RuleSource:
    """What one source requires, in sentences; `requires_more`: more than a password."""

    name: Text
    sentences: tuple[Text, ...]
    requires_more: bool


@dataclass(frozen=True)
class Explanation:
    """The sources that apply, what they require together, and the pages that the person would get.

    `done`: the sign-in would succeed. `level`: the acr that the app would get. `reasons`: as recorded with a sign-in.
    """

    sources: tuple[RuleSource, ...]
    together: tuple[Text, ...]
    pages: tuple[Text, ...]
    steps: tuple[str, ...]
    done: bool
    level: str
    reasons: tuple[str, ...]


def parse_situation(
    tx: Transaction, *, person: str, app: str = "", address: str = "", remembered: bool = False,
    acr_values: str = "", max_age: str = "",
) -> Situation:  # fmt: skip
    """Return the situation of typed values; raises `Refused`, naming every field that is wrong."""
    user = tx.users.by_identifier(person.strip()) if person.strip() else None
    client = tx.clients.by_id(app.strip()) if app.strip() else None
    parsed = parse_client_address(address) if address.strip() else ""
    age = parse_number(max_age)
    wrong = {
        "person": user is None,
        "app": app.strip() and client is None,
        "address": parsed is None,
        "max_age": max_age.strip() and (age is None or age > LONGEST_AGE),
    }
    problems = {field: PROBLEMS[field] for field, is_wrong in wrong.items() if is_wrong}
    if problems or user is None or parsed is None:
        raise Refused("\n".join(problems.values()), fields=problems)
    return Situation(
        user=user,
        client=client,
        address=parsed,
        remembered=remembered,
        acr_values=tuple(acr_values.split()),
        max_age=age,
    )


def explain(tx: Transaction, situation: Situation, settings: Settings) -> Explanation:
    """Explain a sign-in that would begin now, without a session."""
    person = people.load(tx, situation.user, settings)
    client_id = situation.client.client_id if situation.client else None
    at = replace(person.circumstances, client_id=client_id, address=situation.address)
    person = replace(person, circumstances=at)
    requested = _requested(situation, settings, now=tx.now)
    if requested is None:
        return Explanation(tuple(_sources(tx, person, situation)), (), (), (), done=False, level="", reasons=())
    simulated = simulate_sign_in(tx, person, requested, remembered=situation.remembered)
    return Explanation(
        sources=tuple(_sources(tx, person, situation)),
        together=tuple(_join_words(person, requested, now=tx.now)),
        pages=tuple(map(words.page_name, simulated.pages)),
        steps=tuple(page.path for page in simulated.pages),
        done=simulated.done,
        level=simulated.level.acr,
        reasons=tuple(reasons.reasons(person, requested, now=tx.now)),
    )


def rule_name(tx: Transaction, rule: Rule) -> Text:
    """Return what a rule is about."""
    return rule_names(tx, [rule])[rule.kind, rule.subject]


def rule_names(tx: Transaction, rules: Collection[Rule]) -> dict[tuple[RuleKind, str], Text]:
    """Return what each of these rules is about, with as many statements as there are kinds."""
    ids = {kind: {rule.subject for rule in rules if rule.kind is kind} for kind in RuleKind}
    groups = {group.id: group.name for group in tx.groups.by_ids(ids[RuleKind.GROUP])}
    persons = {user.id: user.username for user in tx.users.by_ids(ids[RuleKind.PERSON]).values()}
    apps = {key: client.client_name for key, client in tx.clients.by_ids(ids[RuleKind.APP]).items()}
    found = {RuleKind.GROUP: groups, RuleKind.PERSON: persons, RuleKind.APP: apps}
    return {
        (rule.kind, rule.subject): NAMES[rule.kind].with_values(
            name=found.get(rule.kind, {}).get(rule.subject, rule.subject)
        )
        for rule in rules
    }


NAMES = {
    RuleKind.ORGANISATION: Text("Organisation"),
    RuleKind.GROUP: Text("Group {name}", name=""),
    RuleKind.PERSON: Text("Person {name}", name=""),
    RuleKind.APP: Text("App {name}", name=""),
    RuleKind.NETWORK: Text("Network {name}", name=""),
}


def _requested(situation: Situation, settings: Settings, *, now: int) -> AuthRequirement | None:
    """Return what the app and its request require; None when nobody could reach it."""
    if situation.client is None:
        return NO_REQUIREMENT
    best = best_of_all(attested=settings.attesting)
    max_age = situation.client.default_max_age if situation.max_age is None else situation.max_age
    try:
        return requirement_sources.authorization_requirement(
            min_acr=situation.client.min_acr,
            remembered_device_accepted=situation.client.remembered_device_accepted,
            max_age=max_age,
            login_again=max_age == 0,
            acr_values=situation.acr_values,
            requested_at=now,
            best=best,
        )
    except Unreachable:
        return None


def _sources(tx: Transaction, person: Person, situation: Situation) -> list[RuleSource]:
    rules = person.rules_in_force
    names = rule_names(tx, rules)
    sources = []
    for rule in rules:
        required = reasons.reason_of(rule) == reasons.REQUIRED
        sentences = (reasons.SENTENCES[reasons.REQUIRED],) if required else tuple(words.describe(rule.terms))
        sources.append(RuleSource(names[rule.kind, rule.subject], sentences, reasons.requires_more(rule, now=tx.now)))
    if person.has_second_step:
        own = reasons.SENTENCES[reasons.OWN]
        sources.append(RuleSource(Text("The person's own choice"), (own,), requires_more=True))
    if sentences := tuple(_request_sentences(situation)):
        sources.append(RuleSource(Text("The app and its request"), sentences, requires_more=True))
    return sources


def _request_sentences(situation: Situation) -> list[Text]:
    sentences = []
    client = situation.client
    if client and client.min_acr:
        sentences.append(
            Text("The app accepts nothing less than this: {level}.", level=words.LEVELS[LEVELS[client.min_acr]])
        )
    if client and situation.acr_values:
        sentences.append(Text("The request names these levels: {levels}.", levels=" ".join(situation.acr_values)))
    age = situation.max_age if situation.max_age is not None or client is None else client.default_max_age
    if client and age is not None:
        sentences.append(
            plural(
                "The request accepts a sign-in of the last {count} second.",
                "The request accepts a sign-in of the last {count} seconds.",
                count=age,
            )
        )
    return sentences


def _join_words(person: Person, requested: AuthRequirement, *, now: int) -> Sequence[Text]:
    joined, policy = person.with_policy(requested, now=now), person.policy
    level = joined.target(person.best)
    sentences = [Text("At least this is asked: {level}.", level=words.LEVELS[level])]
    shown = {"kinds", "sign_in_hours", *({"remember_days"} if policy.required or person.has_second_step else set())}
    sentences += [sentence for name, sentence in words.sentences(policy).items() if name in shown]
    if joined.require_enrolment and not person.has_permitted_step:
        sentences.append(Text("A second step is set up first."))
    elif person.may_wait(now):
        sentences.append(Text("The second step that is missing can still wait."))
    return sentences
