"""A person: what they can prove now, and which of their proofs count."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property

from idp.config import Settings
from idp.kernel.clock import DAY
from idp.login.policy import requirement_sources
from idp.login.policy.assurance import Level, reachable
from idp.login.policy.methods import MOST_SECURE_FIRST, Method
from idp.login.policy.methods.spec import MethodContext
from idp.login.policy.proofs import PASSWORD_FACTOR, RECOVERY_FACTOR, Freshness, Proof, counted
from idp.login.policy.requirement import AuthRequirement, join
from idp.login.policy.rules import ANYWHERE, NO_RULES, Circumstances, Rule, RuleKind, RuleSet, Terms, join_terms
from idp.login.policy.steps import State
from idp.login.state.policy_rules import rules_of
from idp.persistence.factors import Factor
from idp.persistence.recovery_codes import RecoverySet
from idp.persistence.sign_in_facts import SignInFacts
from idp.persistence.transaction import Transaction
from idp.persistence.users import User


@dataclass(frozen=True)
class Person:
    """A user with everything that their sign-ins depend on.

    `factors` are those that are usable now; `has_unavailable_factor`: there are others, whose channel the installation
    no longer has. `trusted` are the `trust_id`s of the remembered devices, once a proof needs them (`with_trusted`);
    without them no proof of a device counts. `rules` are the administrators', of which those for these `circumstances`
    apply. Sign-ins depend on the settings as well, above all on the defaults of the organisation's rule.
    """

    user: User
    settings: Settings = field(repr=False)
    factors: tuple[Factor, ...]
    has_unavailable_factor: bool
    recovery: RecoverySet | None
    codes_left: int
    trusted: frozenset[str] = frozenset()
    rules: RuleSet = NO_RULES
    circumstances: Circumstances = ANYWHERE

    def for_client(self, client_id: str | None) -> Person:
        """Return the person as this client sees them, whose rule applies; None: our own pages."""
        if client_id == self.circumstances.client_id:
            return self
        return replace(self, circumstances=replace(self.circumstances, client_id=client_id))

    @property
    def methods(self) -> frozenset[Method]:
        """Return the methods that are usable now."""
        methods = {Method.PASSWORD} if self.user.password_hash else set()
        methods |= {Method(factor.kind) for factor in self.factors}
        return frozenset(methods | ({Method.RECOVERY_CODE} if self.has_second_step and self.codes_left else set()))

    def factors_of(self, method: Method) -> tuple[Factor, ...]:
        """Return the factors of one method, oldest first."""
        return tuple(factor for factor in self.factors if factor.kind == method)

    def factor(self, factor_id: str) -> Factor | None:
        """Return the usable factor with this id."""
        return next((factor for factor in self.factors if factor.id == factor_id), None)

    @property
    def has_second_step(self) -> bool:
        """Whether a second step is enrolled, including one that is unavailable now."""
        return bool(self.factors) or self.has_unavailable_factor

    def is_last(self, factor: Factor) -> bool:
        """Whether this is the only second step."""
        return not self.has_unavailable_factor and all(each.id == factor.id for each in self.factors)

    def needs(self, factor: Factor) -> bool:
        """Whether policy forbids removing this factor, because it is the last one that counts."""
        others = replace(self, factors=tuple(each for each in self.factors if each.id != factor.id))
        return self.policy.required and self.has_permitted_step and not others.has_permitted_step

    @property
    def has_permitted_step(self) -> bool:
        """Whether a second step is enrolled that counts, including one that is unavailable now."""
        if self.has_unavailable_factor or self.policy.kinds is None:
            return self.has_second_step
        return any(factor.kind in self.policy.kinds for factor in self.factors)

    @property
    def codes_to_save(self) -> bool:
        """Whether there are recovery codes that the person has not confirmed as saved."""
        return self.recovery is not None and self.recovery.acknowledged_at is None

    @property
    def has_replaced_codes(self) -> bool:
        """Whether the recovery codes came after a second step was set up, in place of those made with it."""
        made_at = self.recovery.created_at if self.recovery else 0
        return any(factor.created_at < made_at for factor in self.factors)

    @property
    def recovery_factor(self) -> str:
        """Return the factor id of recovery codes; their proofs stop counting when that factor is replaced."""
        return f"{RECOVERY_FACTOR}:{self.factors[0].id if self.factors else self.user.epoch}"

    @property
    def channels(self) -> tuple[Method, ...]:
        """Return the channels of codes that this person has or could enrol, the most secure first."""
        able = {*self.enrollable, *(Method(factor.kind) for factor in self.factors)}
        return tuple(method for method in MOST_SECURE_FIRST if method.spec.destination and method in able)

    @property
    def enrollable(self) -> tuple[Method, ...]:
        """Return the second steps that this person could enrol and that would count, the most secure first."""
        context = MethodContext(self.settings, self.user)
        return tuple(
            method
            for method in MOST_SECURE_FIRST
            if self.is_permitted(method) and method.spec.usable(context)
            if method.spec.enrolment is None or method.spec.enrolment.possible(context)
        )

    def is_permitted(self, method: Method) -> bool:
        """Whether policy lets this method count as a second step."""
        return self.policy.kinds is None or method in self.policy.kinds

    @property
    def best(self) -> Level:
        """Return the highest level that these methods can reach."""
        return reachable(self.methods, attested=self.attested)

    @property
    def attested(self) -> bool:
        """Whether one of their passkeys is attested."""
        return any(factor.attested for factor in self.factors)

    def counting_proofs(self, proofs: tuple[Proof, ...], *, not_before: int, now: int) -> tuple[Proof, ...]:
        """Return the proofs that count: of usable factors, at or after `not_before`, second factors while they last."""
        live = {PASSWORD_FACTOR, *(factor.id for factor in self.factors), *self.trusted}
        live |= {self.recovery_factor} if self.has_second_step else set()
        freshness = Freshness(
            not_before=not_before, second_factor_not_before=now - self.settings.second_factor_lifetime
        )
        remembered_since = now - (self.policy.remember_days or 0) * DAY
        lasting = (proof for proof in proofs if proof.method is not Method.DEVICE or proof.at > remembered_since)
        return counted(lasting, live=frozenset(live), freshness=freshness)

    def state(self, proofs: tuple[Proof, ...]) -> State:
        """Return the state of these counting proofs."""
        return State(proofs=proofs, methods=self.methods, attested=self.attested)

    @property
    def rules_in_force(self) -> list[Rule]:
        """List the rules for this person in these circumstances: the organisation's, with its defaults, is the first.

        An administrator's `Required` is a rule about the person.
        """
        rules = [Rule(RuleKind.ORGANISATION, self.rules.organisation(self.settings), version=self.rules.version)]
        if self.user.second_step_required:
            rules.append(Rule(RuleKind.PERSON, Terms(second_step=True), self.user.id))
        return rules + self.rules.applying(self.circumstances)

    @cached_property
    def policy(self) -> Terms:
        """Return what these rules require together."""
        return join_terms(rule.terms for rule in self.rules_in_force)

    def with_policy(self, requested: AuthRequirement, *, now: int) -> AuthRequirement:
        """Join a requirement with that of policy for this person now; grace relaxes policy alone."""
        required = requirement_sources.policy_requirement(self.policy, now=now)
        if self.may_wait(now):
            required = requirement_sources.without_enrolment(required)
        own = requirement_sources.own_requirement(
            has_second_step=self.has_second_step, remember_days=self.policy.remember_days or 0
        )
        return join(required, own, requested)

    def second_step_due(self, now: int) -> int | None:
        """Return the deadline to enrol a second step (seconds, UTC); None when none is missing.

        It is missing when one is required, or when the one they have does not count any longer; the latter cannot wait,
        or a stricter policy would let them in with less.
        """
        if self.has_permitted_step or not (self.policy.required or self.has_second_step):
            return None
        stored, days = self.user.second_step_due_at, 0 if self.has_second_step else self.policy.grace_days or 0
        return requirement_sources.set_up_due(stored, grace_days=days, now=now)

    def may_wait(self, now: int) -> bool:
        """Whether a required second step is missing and can still be postponed."""
        due = self.second_step_due(now)
        return due is not None and now < due


def without_factors(
    user: User, settings: Settings, rules: RuleSet = NO_RULES, group_ids: frozenset[str] = frozenset()
) -> Person:
    """Return a person who has no second step, as these rules see them."""
    at = Circumstances(user_id=user.id, group_ids=group_ids)
    return Person(
        user,
        settings,
        (),
        has_unavailable_factor=False,
        recovery=None,
        codes_left=0,
        rules=rules,
        circumstances=at,
    )


def load(tx: Transaction, user: User, settings: Settings, facts: SignInFacts | None = None) -> Person:
    """Load a person, in one statement; `facts`: they were read with the user."""
    facts = tx.sign_in_facts.for_user(user.id) if facts is None else facts
    context = MethodContext(settings, user)
    usable = tuple(factor for factor in facts.factors if Method(factor.kind).spec.usable(context))
    return Person(
        user,
        settings,
        usable,
        has_unavailable_factor=len(usable) < len(facts.factors),
        recovery=facts.recovery,
        codes_left=facts.codes_left,
        rules=rules_of(tx, facts.policy_token),
        circumstances=Circumstances(user_id=user.id, group_ids=facts.group_ids, address=tx.origin.address),
    )


def with_trusted(tx: Transaction, person: Person, proofs: Iterable[Proof]) -> Person:
    """Return a person with their remembered devices, if one of these proofs is of a device."""
    if person.trusted or not person.has_second_step or all(proof.method is not Method.DEVICE for proof in proofs):
        return person
    return replace(person, trusted=tx.devices.trust_ids(person.user.id, person.user.epoch))
