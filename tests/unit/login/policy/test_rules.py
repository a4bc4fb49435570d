"""Joining rules of administrators: the strictest wins, whatever rules there are."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from idp.config import Settings
from idp.kernel.clock import HOUR
from idp.login.policy import requirement_sources
from idp.login.policy.assurance import LEVELS, Level, assess
from idp.login.policy.methods import LASTING, SECOND, Method
from idp.login.policy.proofs import PASSWORD_FACTOR, Proof
from idp.login.policy.requirement import AuthRequirement
from idp.login.policy.rules import OPEN, Circumstances, Rule, RuleKind, RuleSet, Terms, from_row, join_terms, to_row
from idp.login.policy.steps import State, Step, next_step
from idp.login.state.person import Person
from idp.persistence.factors import Factor
from idp.persistence.users import User

NOW = 10_000_000
kinds = st.frozensets(st.sampled_from(sorted(LASTING)))
terms = st.builds(
    Terms,
    second_step=st.none() | st.booleans(),
    kinds=st.none() | kinds,
    min_level=st.none() | st.sampled_from(sorted(LEVELS.values())),
    remember_days=st.none() | st.integers(0, 30),
    sign_in_hours=st.none() | st.integers(1, 100),
    grace_days=st.none() | st.integers(0, 30),
    codes_viewable=st.none() | st.booleans(),
    may_close=st.none() | st.booleans(),
    self_registration=st.none() | st.booleans(),
)
SUBJECTS = {
    RuleKind.GROUP: ("staff", "guests"),
    RuleKind.PERSON: ("max",),
    RuleKind.APP: ("web",),
    RuleKind.NETWORK: ("10.0.0.0/8", "2001:db8::/32"),
}
rules = st.one_of(
    *[st.builds(Rule, st.just(kind), terms, st.sampled_from(subjects)) for kind, subjects in SUBJECTS.items()]
)
settings = st.builds(
    Settings.model_construct,
    second_step=st.sampled_from(["optional", "required"]),
    remember_days=st.integers(0, 30),
    second_step_grace_days=st.integers(0, 30),
)


@st.composite
def people(draw: st.DrawFn, *, rule_set: RuleSet, settings: Settings) -> Person:
    factors = tuple(Factor(f"{kind}-1", kind, "") for kind in sorted(draw(kinds)))
    user = User(
        "max",
        "max",
        password_hash="a hash",
        second_step_required=draw(st.booleans()),
        second_step_due_at=draw(st.none() | st.integers(NOW - 9999, NOW + 9999)),
    )
    at = Circumstances(
        "max",
        draw(st.frozensets(st.sampled_from(SUBJECTS[RuleKind.GROUP]))),
        draw(st.none() | st.just("web")),
        draw(st.sampled_from(["", "10.1.2.3", "192.0.2.1", "2001:db8::1"])),
    )
    return Person(user, settings, factors, False, None, 8, rules=rule_set, circumstances=at)


def proofs_of(draw: st.DrawFn, person: Person) -> tuple[Proof, ...]:
    given = [Proof(Method.PASSWORD, PASSWORD_FACTOR, NOW - draw(st.integers(0, 200 * HOUR)))]
    given += [Proof(Method(each.kind), each.id, NOW - draw(st.integers(0, HOUR))) for each in person.factors]
    return tuple(draw(st.lists(st.sampled_from(given), unique=True)))


@given(terms, terms, terms)
def test_joining_is_a_lattice(one: Terms, two: Terms, three: Terms) -> None:
    assert one.join(one) == one
    assert one.join(two) == two.join(one)
    assert one.join(two).join(three) == one.join(two.join(three))
    assert one.join(OPEN) == one


@given(terms)
def test_a_rule_is_stored_as_it_is(one: Terms) -> None:
    assert from_row(to_row(one)) == one


@given(terms, terms)
def test_joining_two_rules_requires_what_each_requires(one: Terms, two: Terms) -> None:
    both = requirement_sources.policy_requirement(one.join(two), now=NOW)
    for single in (one, two):
        alone = requirement_sources.policy_requirement(single, now=NOW)
        if single.remember_days is not None:  # without it, the other's decides what a second step is
            assert both.join(alone) == both


@given(st.data(), settings, st.lists(rules, max_size=6), rules)
def test_a_further_rule_never_weakens_a_sign_in(
    data: st.DataObject, given_settings: Settings, some: list[Rule], further: Rule
) -> None:
    """Whoever is let in with it was let in without it, for every person, request and set of proofs."""
    before = RuleSet.from_rules(1, some)
    old = before.get(further.kind, further.subject)
    joined = Rule(further.kind, join_terms([old.terms if old else OPEN, further.terms]), further.subject)
    person = data.draw(people(rule_set=before, settings=given_settings))
    stricter = replace(person, rules=before.with_rules([joined]))
    proofs = data.draw(st.composite(proofs_of)(person))
    requested = data.draw(st.builds(AuthRequirement, min_level=st.sampled_from(sorted(Level))))
    if _lets_in(stricter, proofs, requested):
        assert _lets_in(person, proofs, requested)
    assert person.policy.join(stricter.policy) == stricter.policy


def _lets_in(person: Person, proofs: tuple[Proof, ...], requested: AuthRequirement) -> bool:
    requirement = person.with_policy(requested, now=NOW)
    counting = person.counting_proofs(proofs, not_before=requirement.not_before, now=NOW)
    return next_step(person.state(counting), requirement) is Step.DONE


@given(kinds, kinds, st.booleans())
def test_a_kind_that_is_not_allowed_never_counts_as_a_second_step(
    allowed: frozenset[Method], had: frozenset[Method], with_code: bool
) -> None:
    proofs = [Proof(Method.PASSWORD, PASSWORD_FACTOR, NOW), *(Proof(kind, kind, NOW, verified=True) for kind in had)]
    proofs += [Proof(Method.RECOVERY_CODE, "recovery", NOW)] if with_code else []
    state = State(tuple(proofs), frozenset({Method.PASSWORD, *had}))
    limited = state.limited_to(allowed)
    assert not {proof.method for proof in limited.proofs} & (LASTING - allowed)
    assert assess(limited.proofs).level <= state.assurance.level
    if not had & allowed:
        assert assess(limited.proofs).level is Level.PWD
        assert not limited.methods & SECOND
