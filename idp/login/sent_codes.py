"""Codes by email, SMS and WhatsApp: sent and verified in one way, whatever they are for.

    issue_code     consume from the buckets, store the digest, enqueue the message      (write transaction)
    pending_code   where the last code went, and when another may be requested          (read transaction)
    verify_code    consume a try, then claim the code: the address it proves            (write transaction)

A code belongs to one slot: one login flow or session, one purpose, one channel, one person. A new code replaces the
one before and leaves the count of tries. The outbox sends the message after the transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from idp import audit
from idp.audit import Event, Outcome
from idp.factors import sent_code
from idp.kernel.clock import MINUTE
from idp.login.policy import rate_limits
from idp.login.policy.methods import SENT_TO_NUMBER
from idp.messaging import sealed_secrets
from idp.messaging.codes import send_code
from idp.persistence.sent_codes import CodePurpose, CodeSlot
from idp.persistence.transaction import Transaction
from idp.persistence.users import User
from idp.services import Services
from idp.signing.sealing import Sealer

PAUSE = MINUTE
"""Seconds between two codes in one slot."""
PEPPER = "sent codes"


class SendResult(StrEnum):
    """What happened to the request for a code."""

    QUEUED = "on its way"
    TOO_SOON = "too soon"
    TOO_MANY = "too many"


@dataclass(frozen=True)
class PendingCode:
    """A code that was sent, and in how many seconds another may be requested.

    `masked` is the address as a page may show it to somebody who knows the password alone. `delivery_delayed`: the
    first delivery failed.
    """

    address: str
    retry_after: int
    delivery_delayed: bool

    @property
    def masked(self) -> str:
        """Return the address, mostly hidden."""
        return sent_code.mask(self.address)


def issue_code(
    tx: Transaction,
    slot: CodeSlot,
    user: User,
    *,
    address: str,
    device_id: str | None = None,
    services: Services,
) -> SendResult:
    """Send a new code to `address`; the code before ends.

    `device_id` is the known device that requests it. For a sign-in, `address` is one that the person has proven.
    """
    sealer, entropy = services.sealer, services.entropy
    if (last := tx.sent_codes.find(slot)) and tx.now < last.sent_at + PAUSE:
        return SendResult.TOO_SOON
    proven = slot.purpose is CodePurpose.SIGN_IN
    buckets = rate_limits.sending_buckets(user.id, slot.channel, address, device_id, proven=proven)
    network = None if proven or slot.channel not in SENT_TO_NUMBER else rate_limits.new_number_bucket(tx.origin.address)
    limits = (*buckets, (network, rate_limits.network_limit(services.settings)))
    if not all(tx.throttles.consume(bucket, limit) for bucket, limit in limits):
        _audit_sending(tx, slot, Outcome.THROTTLED)
        return SendResult.TOO_MANY
    code = sent_code.generate(entropy)
    digest = _digest(sealer, slot, code)
    life = {"expires_at": tx.now + sent_code.LIFETIME, "not_since": tx.now - PAUSE}
    if not tx.sent_codes.upsert_code(slot, address=address, digest=digest, **life):
        return SendResult.TOO_SOON
    send_code(
        tx,
        user,
        channel=slot.channel,
        recipient=address,
        sealed=sealed_secrets.seal(sealer, code, name=entropy.token(12)),
        purpose=slot.purpose,
        minutes=sent_code.LIFETIME // MINUTE,
    )
    _audit_sending(tx, slot, Outcome.SUCCESS)
    return SendResult.QUEUED


def pending_code(tx: Transaction, slot: CodeSlot) -> PendingCode | None:
    """Return the last code of a slot while it is valid; None when one must be requested first."""
    last = tx.sent_codes.find(slot)
    if last is None or last.used_at is not None or tx.now >= last.expires_at:
        return None
    delayed = tx.outbox.has_failed_delivery(channel=slot.channel, recipient=last.address)
    return PendingCode(last.address, max(0, last.sent_at + PAUSE - tx.now), delayed)


def has_no_tries_left(tx: Transaction, slot: CodeSlot) -> bool:
    """Whether the slot has no try left."""
    last = tx.sent_codes.find(slot)
    return last is not None and last.tries >= sent_code.MAX_TRIES


def verify_code(tx: Transaction, slot: CodeSlot, code: str, services: Services) -> str | None:
    """Claim a code and return the address it proves; None for a wrong code, or when the slot has no try left.

    The caller has consumed from the person's bucket, which bounds guessing over many slots.
    """
    if not tx.sent_codes.consume_attempt(slot, most=sent_code.MAX_TRIES):
        return None
    return tx.sent_codes.claim(slot, _digest(services.sealer, slot, code))


def _digest(sealer: Sealer, slot: CodeSlot, code: str) -> str:
    where = (slot.owner, slot.purpose, slot.channel, slot.user_id)
    return sent_code.digest(sealer.temporary_pepper(PEPPER), code, *where)


def _audit_sending(tx: Transaction, slot: CodeSlot, outcome: Outcome) -> None:
    audit.record(tx, Event.CODE_SENT, outcome, user_id=slot.user_id, channel=slot.channel, purpose=slot.purpose)
