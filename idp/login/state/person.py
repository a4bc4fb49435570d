"""A person: what they can prove now, and which of their proofs count."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from idp.config import Settings
from idp.login.policy import requirement_sources
from idp.login.policy.assurance import Level, reachable
from idp.login.policy.methods import MOST_SECURE_FIRST, Method
from idp.login.policy.methods.spec import MethodContext
from idp.login.policy.proofs import PASSWORD_FACTOR, RECOVERY_FACTOR, Freshness, Proof, counted
from idp.login.policy.requirement import AuthRequirement, join
from idp.persistence.factors import Factor
from idp.persistence.recovery_codes import RecoverySet
from idp.persistence.transaction import Transaction
from idp.persistence.users import User


@dataclass(frozen=True)
class Person:
    """A user with everything that their sign-ins depend on.

    `factors` are those that are usable now; `has_unavailable_factor`: there are others, whose channel the installation
    no longer has. `trusted` are the `trust_id`s of the remembered devices, once a proof needs them (`with_trusted`);
    without them no proof of a device counts.
    """

    user: User
    factors: tuple[Factor, ...]
    has_unavailable_factor: bool
    recovery: RecoverySet | None
    codes_left: int
    trusted: frozenset[str] = frozenset()

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

    def needs(self, factor: Factor, settings: Settings) -> bool:
        """Whether policy forbids removing this factor, because it is the last one."""
        return self.is_last(factor) and self.must_have_second_step(settings)

    @property
    def codes_to_save(self) -> bool:
        """Whether there are recovery codes that the person has not confirmed as saved."""
        return self.recovery is not None and self.recovery.acknowledged_at is None

    @property
    def recovery_factor(self) -> str:
        """Return the factor id of recovery codes; their proofs stop counting when that factor is replaced."""
        return f"{RECOVERY_FACTOR}:{self.factors[0].id if self.factors else self.user.epoch}"

    def channels(self, settings: Settings) -> tuple[Method, ...]:
        """Return the channels of codes that this person could enrol, the most secure first."""
        return tuple(method for method in self.enrollable(settings) if method.spec.destination)

    def enrollable(self, settings: Settings) -> tuple[Method, ...]:
        """Return the methods that could be enrolled instead of TOTP, the most secure first."""
        context = MethodContext(settings, self.user)
        return tuple(
            method
            for method in MOST_SECURE_FIRST
            if (entry := method.spec.enrolment) and method.spec.usable(context) and entry.possible(context)
        )

    @property
    def best(self) -> Level:
        """Return the highest level that these methods can reach."""
        return reachable(self.methods, attested=self.attested)

    @property
    def attested(self) -> bool:
        """Whether one of their passkeys is attested."""
        return any(factor.attested for factor in self.factors)

    def counting_proofs(
        self, proofs: tuple[Proof, ...], *, not_before: int, settings: Settings, now: int
    ) -> tuple[Proof, ...]:
        """Return the proofs that count: of usable factors, at or after `not_before`, second factors while they last."""
        live = {PASSWORD_FACTOR, *(factor.id for factor in self.factors), *self.trusted}
        live |= {self.recovery_factor} if self.has_second_step else set()
        freshness = Freshness(not_before=not_before, second_factor_not_before=now - settings.second_factor_lifetime)
        return counted(proofs, live=frozenset(live), freshness=freshness)

    def with_policy(self, requested: AuthRequirement, settings: Settings, *, now: int) -> AuthRequirement:
        """Join a requirement with those of policy for this person now; grace relaxes policy alone."""
        policies = self._policies(settings)
        return join(
            *(map(requirement_sources.without_enrolment, policies) if self.may_wait(settings, now) else policies),
            requested,
        )

    def _policies(self, settings: Settings) -> tuple[AuthRequirement, ...]:
        """Return the requirements of the organisation and of this person's settings."""
        organisation = requirement_sources.organisation_requirement(
            second_step=settings.second_step, remember_days=settings.remember_days
        )
        own = requirement_sources.person_requirement(
            required=self.user.second_step_required,
            has_second_step=self.has_second_step,
            remember_days=settings.remember_days,
        )
        return organisation, own

    def must_have_second_step(self, settings: Settings) -> bool:
        """Whether policy forbids this person to turn off the second step."""
        return join(*self._policies(settings)).require_enrolment

    def second_step_due(self, settings: Settings, now: int) -> int | None:
        """Return the deadline to enrol a required second step (seconds, UTC); None when none is missing."""
        if self.has_second_step or not self.must_have_second_step(settings):
            return None
        stored, days = self.user.second_step_due_at, settings.second_step_grace_days
        return requirement_sources.set_up_due(stored, grace_days=days, now=now)

    def may_wait(self, settings: Settings, now: int) -> bool:
        """Whether a required second step is missing and can still be postponed."""
        due = self.second_step_due(settings, now)
        return due is not None and now < due


def without_factors(user: User) -> Person:
    """Return a person who has no second step."""
    return Person(user, (), has_unavailable_factor=False, recovery=None, codes_left=0)


def load(tx: Transaction, user: User, settings: Settings) -> Person:
    """Load a person, in one statement."""
    factors, recovery, left = tx.factors.with_recovery(user.id)
    if not factors:
        return without_factors(user)
    context = MethodContext(settings, user)
    usable = tuple(factor for factor in factors if Method(factor.kind).spec.usable(context))
    unavailable = len(usable) < len(factors)
    return Person(user, usable, has_unavailable_factor=unavailable, recovery=recovery, codes_left=left)


def with_trusted(tx: Transaction, person: Person, proofs: Iterable[Proof]) -> Person:
    """Return a person with their remembered devices, if one of these proofs is of a device."""
    if person.trusted or not person.has_second_step or all(proof.method is not Method.DEVICE for proof in proofs):
        return person
    return replace(person, trusted=tx.devices.trust_ids(person.user.id, person.user.epoch))
