"""Who is signed in at this browser, judged afresh at every request."""

from __future__ import annotations

from dataclasses import dataclass

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
    """A live session and the person it belongs to."""

    session: Session
    person: Person

    @property
    def proofs(self) -> tuple[Proof, ...]:
        """Everything proven in this session, whether it still counts or not."""
        return from_rows(self.session.proofs)

    def assurance(self, *, not_before: int, settings: Settings, now: int) -> Assurance:
        """What the session is worth, looking only at proofs given at or after `since` (seconds, UTC)."""
        return assess(self.person.counting_proofs(self.proofs, not_before=not_before, settings=settings, now=now))

    def satisfies(self, requested: AuthRequirement, *, settings: Settings, now: int) -> Assurance | None:
        """The claims, when the session satisfies the door's demand and every policy; None when it does not."""
        requirement = self.person.with_policy(requested, settings, now=now)
        reached = self.assurance(not_before=requirement.not_before, settings=settings, now=now)
        enough = requirement.satisfied_by(reached, best=self.person.best, enrolled=self.person.has_second_step)
        return reached if enough else None

    def admits(self, requested: AuthRequirement, *, settings: Settings, now: int) -> Assurance | None:
        """The same, but None also while recovery codes wait to be saved: until then no door opens."""
        return None if self.person.codes_to_save else self.satisfies(requested, settings=settings, now=now)


def load_session(tx: Transaction, handle: str | None, settings: Settings) -> AuthenticatedSession | None:
    """The visitor whose session cookie this is; None when the session ended, idled out, or its person was disabled."""
    found = tx.sessions.with_user(digest(handle)) if handle else None
    if found is None:
        return None
    session, user = found
    idle_end = session.last_seen_at + settings.session_idle
    if not user.active or tx.now >= min(session.expires_at, idle_end):
        return None
    return AuthenticatedSession(session, people.load(tx, user, settings))


def touch(tx: Transaction, auth_session: AuthenticatedSession) -> None:
    """Note that the person is still there."""
    if tx.now - auth_session.session.last_seen_at >= SEEN_EVERY:
        tx.sessions.touch(auth_session.session)
