"""A password at sign-in.

    lookup          find the account and the rate-limit bucket                   (read transaction)
    verify_hash     the costly comparison                                        (no transaction)
    record_result   count the attempt, then store the proof of a right password  (write transaction)

A result for which the bucket had no attempt left is dropped, right or wrong: parallel attempts cannot beat the limit.
"""

from __future__ import annotations

from dataclasses import dataclass

from idp import audit
from idp.audit import Event, Outcome
from idp.config import Settings
from idp.factors.hash_parameters import SAMPLE
from idp.factors.hashing import Hasher
from idp.login import devices
from idp.login.methods.attempts import record_proofs
from idp.login.methods.result import Result
from idp.login.policy import rate_limits
from idp.login.policy.methods import Method
from idp.login.policy.proofs import PASSWORD_FACTOR, Proof, from_rows
from idp.login.policy.rate_limits import PasswordBuckets
from idp.login.state import person as people
from idp.login.state.login_flow import LoginFlow
from idp.login.state.person import Person
from idp.persistence.login_flows import LoginFlowRow
from idp.persistence.lookup_keys import lookup_key
from idp.persistence.transaction import Transaction
from idp.persistence.users import User
from idp.services import Services

LONGEST_IDENTIFIER = 256
"""Characters of a user name or email address."""


@dataclass(frozen=True)
class Candidate:
    """The account of a typed name (None: nobody has it), the known device, and the buckets that are counted.

    `throttled`: the limit of the name or of the network is reached, so nothing may be verified. `like`: parameters that
    stand in for those of a hash that is missing (`HashParameters`).
    """

    user: User | None
    device_id: str | None
    buckets: PasswordBuckets
    throttled: bool
    like: str

    @property
    def user_id(self) -> str:
        """Return the account's id; one that nobody has without an account, so that its lookup costs the same."""
        return self.user.id if self.user else ""


@dataclass(frozen=True)
class Checked:
    """Whether the password was right; `new_hash` when the stored hash has outdated parameters."""

    right: bool
    new_hash: str | None = None


def lookup(tx: Transaction, identifier: str, browser_cookie: str | None, services: Services) -> Candidate:
    """Find the account and the rate-limit buckets of a typed name."""
    settings, parameters = services.settings, services.hash_parameters
    if parameters.is_outdated(tx.now):
        parameters.refresh(tx.users.sample_password_hashes(SAMPLE), tx.now)
    user = tx.users.by_identifier(identifier)
    device = devices.recognise_device(tx, browser_cookie, user.id if user else "")
    device_id = device.id if device else None
    buckets = rate_limits.password_buckets(identifier, user.id if user else None, device_id, tx.origin.address)
    limits = {buckets.name: rate_limits.password_limit(settings)}
    if buckets.network:
        limits[buckets.network] = rate_limits.network_limit(settings)
    throttled = bool(tx.throttles.without_capacity(limits))
    return Candidate(user, device_id, buckets, throttled=throttled, like=parameters.draw(lookup_key(identifier)))


def verify_hash(candidate: Candidate, password: str, hasher: Hasher) -> Checked:
    """Compare the password with the stored hash; a name that nobody has costs the same.

    Raises:
        HasherBusy: when too many are waiting; a known device has places of its own.
    """
    if candidate.throttled:
        return Checked(right=False)
    encoded = candidate.user.password_hash if candidate.user else None
    right = hasher.verify(encoded, password, reserved=candidate.device_id is not None, like=candidate.like)
    return Checked(right, hasher.hash(password) if right and encoded and hasher.needs_rehash(encoded) else None)


def record_result(
    tx: Transaction, flow: LoginFlow, user: User | None, candidate: Candidate, checked: Checked, *, settings: Settings
) -> LoginFlow | Result:
    """Count the attempt, and record the proof of a right password in the login flow.

    `user` is the candidate's account as it is now, locked.
    When only the limit of the person is reached, the result is that of a wrong password: another answer than for a
    name that nobody has would reveal whose the name is.
    """
    row, buckets = flow.row, candidate.buckets
    limit, counted = rate_limits.password_limit(settings), set[str]()
    if not candidate.throttled:
        counted = tx.throttles.consume_each({buckets.name, buckets.person}, limit)
    if buckets.name not in counted:
        _audit_attempt(tx, candidate, row, Outcome.THROTTLED)
        return Result.THROTTLED
    stale = user is None or candidate.user is None or user.password_hash != candidate.user.password_hash
    exhausted = buckets.person not in counted
    if user is None or stale or exhausted or not checked.right or not user.active:
        if buckets.network:
            tx.throttles.consume(buckets.network, rate_limits.network_limit(settings))
        _audit_attempt(tx, candidate, row, Outcome.THROTTLED if exhausted else Outcome.FAILURE)
        return Result.WRONG
    tx.throttles.reset(buckets.name, buckets.person)
    if checked.new_hash:
        tx.users.rehash_password(user, checked.new_hash)
    _audit_attempt(tx, candidate, row, Outcome.SUCCESS)
    return _record_proof(tx, flow, people.load(tx, user, settings), candidate.device_id)


def _record_proof(tx: Transaction, flow: LoginFlow, person: Person, device_id: str | None) -> LoginFlow | Result:
    user = person.user
    proofs = [*_passkeys(flow.row, user), Proof(Method.PASSWORD, PASSWORD_FACTOR, tx.now)]
    device = tx.devices.by_id(device_id) if device_id else None
    if device is not None and device.trusted_at is not None and device.trusted(epoch=user.epoch, now=tx.now):
        proofs.append(Proof(Method.DEVICE, device.trust_id, device.trusted_at))
    return record_proofs(tx, flow, person, proofs, device_id=device_id, remember=False)


def _passkeys(row: LoginFlowRow, user: User) -> list[Proof]:
    """Return the passkey proofs of this person in this flow, which alone were not enough."""
    if (row.user_id, row.epoch) != (user.id, user.epoch):
        return []
    return [proof for proof in from_rows(row.proofs) if proof.method is Method.PASSKEY]


def _audit_attempt(tx: Transaction, candidate: Candidate, row: LoginFlowRow, outcome: Outcome) -> None:
    user_id = candidate.user.id if candidate.user else None
    known = candidate.device_id is not None
    audit.record(tx, Event.PASSWORD, outcome, user_id=user_id, client_id=row.client_id, known_device=known)
