"""The first factor: a name and a password, judged without telling which of them was wrong.

    weigh    look up the name, choose the lane                 (reading)
    check    argon2id, the same work for a name nobody has      (no transaction)
    settle   pay for the attempt, then let the verdict count    (writing)

A verdict for which the lane had no place left is thrown away, right or wrong: parallel tries cannot beat the limit.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from idp import audit
from idp.audit import Event, Outcome
from idp.config import Settings
from idp.factors.hashing import Hasher
from idp.login import devices
from idp.login.policy import rate_limits
from idp.login.policy.proofs import PASSWORD_FACTOR, Method, Proof, from_rows, to_rows
from idp.persistence.login_flows import Login
from idp.persistence.transaction import Transaction
from idp.persistence.users import User

LONGEST_IDENTIFIER = 256
"""Characters of a user name or email address."""


class Verdict(StrEnum):
    """How an attempt ended."""

    RIGHT = "right"
    WRONG = "wrong"
    SPENT = "spent"
    THROTTLED = "throttled"
    MOVED = "moved"


@dataclass(frozen=True)
class Candidate:
    """Who is trying: the account of that name (None: nobody's), the known device, and the lane that pays."""

    user: User | None
    device_id: str | None
    lane: str
    may_try: bool

    @property
    def user_id(self) -> str:
        """The account's id; for nobody's one that is none, so that looking it up costs the same."""
        return self.user.id if self.user else ""


@dataclass(frozen=True)
class Checked:
    """What the hash said; `new_hash` when the stored one has outdated parameters."""

    right: bool
    new_hash: str | None = None


def weigh(tx: Transaction, identifier: str, browser_cookie: str | None, settings: Settings) -> Candidate:
    """Find the account and the lane."""
    user = tx.users.by_identifier(identifier)
    known = devices.recognise(tx, browser_cookie)
    device = known.device_of(tx, user) if known and user else None
    device_id = device.id if device else None
    lane = rate_limits.password_lane(identifier, user.id if user else None, device_id)
    return Candidate(user, device_id, lane, tx.throttles.is_open(lane, rate_limits.password_limit(settings)))


def check(candidate: Candidate, password: str, hasher: Hasher) -> Checked:
    """Hash and compare; a name that nobody has costs the same."""
    if not candidate.may_try:
        return Checked(right=False)
    encoded = candidate.user.password_hash if candidate.user else None
    right = hasher.verify(encoded, password)
    return Checked(right, hasher.hash(password) if right and encoded and hasher.outdated(encoded) else None)


def settle(tx: Transaction, login: Login, candidate: Candidate, checked: Checked, settings: Settings) -> Verdict:
    """Count the attempt; when it was right, record the proof on the login row."""
    if not tx.throttles.claim(candidate.lane, rate_limits.password_limit(settings)):
        _tell(tx, candidate, login, Outcome.THROTTLED)
        return Verdict.THROTTLED
    user = tx.users.by_id(candidate.user_id)
    stale = user is None or candidate.user is None or user.password_hash != candidate.user.password_hash
    if user is None or stale or not checked.right or not user.active:
        _tell(tx, candidate, login, Outcome.FAILURE)
        return Verdict.WRONG
    tx.throttles.clear(candidate.lane)
    if checked.new_hash:
        tx.users.rehash_password(user, checked.new_hash)
    _tell(tx, candidate, login, Outcome.SUCCESS)
    return Verdict.RIGHT if _record(tx, login, user, candidate.device_id) else Verdict.MOVED


def _record(tx: Transaction, login: Login, user: User, device_id: str | None) -> bool:
    proofs = [*_passkeys(login, user), Proof(Method.PASSWORD, PASSWORD_FACTOR, tx.now)]
    device = tx.devices.by_id(device_id) if device_id else None
    if device is not None and device.trusted_at is not None and device.trusted(epoch=user.epoch, now=tx.now):
        proofs.append(Proof(Method.DEVICE, device.trust_id, device.trusted_at))
    return tx.logins.advance(
        login, user_id=user.id, epoch=user.epoch, device_id=device_id, proofs=to_rows(proofs), remember=False
    )


def _passkeys(login: Login, user: User) -> list[Proof]:
    """What the same person proved in this attempt before, with a passkey that was not enough alone."""
    if (login.user_id, login.epoch) != (user.id, user.epoch):
        return []
    return [proof for proof in from_rows(login.proofs) if proof.method is Method.PASSKEY]


def _tell(tx: Transaction, candidate: Candidate, login: Login, outcome: Outcome) -> None:
    user_id = candidate.user.id if candidate.user else None
    known = candidate.device_id is not None
    audit.record(tx, Event.PASSWORD, outcome, user_id=user_id, client_id=login.client_id, known_device=known)
