"""The authenticated session of this browser, evaluated anew at every request."""

from __future__ import annotations

from dataclasses import dataclass, replace

from idp.config import Settings
from idp.kernel.clock import MINUTE
from idp.kernel.handles import digest
from idp.login.policy.assurance import Assurance, assess
from idp.login.policy.proofs import Proof, from_rows
from idp.login.policy.requirement import AuthRequirement
from idp.login.state import person as people
from idp.login.state.person import Person
from idp.persistence.sessions import Session
from idp.persistence.transaction import Transaction

SEEN_EVERY = 5 * MINUTE
"""Seconds: `last_seen_at` is written at most this often."""


@dataclass(frozen=True)
class AuthenticatedSession:
    """A session that has not ended, and its person."""

    session: Session
    person: Person

    def for_client(self, client_id: str | None) -> AuthenticatedSession:
        """Return the session as this client sees it, whose rule applies."""
        return replace(self, person=self.person.for_client(client_id))

    @property
    def proofs(self) -> tuple[Proof, ...]:
        """Return all proofs of this session, whether they still count or not."""
        return from_rows(self.session.proofs)

    @property
    def owner(self) -> str:
        """Return the name under which set-ups and sent codes belong to this session."""
        return f"session:{self.session.sid}"

    def assurance(self, *, not_before: int, now: int) -> Assurance:
        """Return the claims of the proofs given at or after `not_before` (seconds, UTC)."""
        return assess(self.person.counting_proofs(self.proofs, not_before=not_before, now=now))

    def satisfies(self, requested: AuthRequirement, *, now: int) -> Assurance | None:
        """Return the claims if the session satisfies the requirement and every policy, else None."""
        requirement = self.person.with_policy(requested, now=now)
        proofs = self.person.counting_proofs(self.proofs, not_before=requirement.not_before, now=now)
        counting = self.person.state(proofs).limited_to(requirement.kinds)
        enrolled = counting.enrolled or self.person.has_unavailable_factor
        enough = requirement.satisfied_by(counting.assurance, best=counting.best, enrolled=enrolled)
        return counting.assurance if enough else None

    def satisfies_with_saved_codes(self, requested: AuthRequirement, *, now: int) -> Assurance | None:
        """Return the same as `satisfies`, but None also until the recovery codes are saved."""
        return None if self.person.codes_to_save else self.satisfies(requested, now=now)


def load_session(tx: Transaction, handle: str | None, settings: Settings) -> AuthenticatedSession | None:
    """Return the session of this cookie; None when it ended or idled out, or its user was disabled."""
    found = tx.sessions.with_person(digest(handle)) if handle else None
    if found is None:
        return None
    session, user, facts = found
    idle_end = session.last_seen_at + settings.session_idle
    if not user.active or tx.now >= min(session.expires_at, idle_end):
        return None
    person = people.load(tx, user, settings, facts)
    return AuthenticatedSession(session, people.with_trusted(tx, person, from_rows(session.proofs)))


def touch(tx: Transaction, auth_session: AuthenticatedSession) -> None:
    """Record that the session is in use."""
    if tx.now - auth_session.session.last_seen_at >= SEEN_EVERY:
        tx.sessions.touch(auth_session.session)
