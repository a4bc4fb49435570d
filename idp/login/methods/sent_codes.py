"""Codes by email, SMS and WhatsApp: one way of sending and judging, whatever they are for.

    send    pay the lanes, keep the digest, promise the message                                    (writing)
    state   where the last one went, and when another may be asked for                             (reading)
    judge   pay a try, then spend the code: the address it proves, for exactly one caller          (writing)

A code belongs to one place: one sign-in or session, one purpose, one channel, one person. Sending again replaces it and
leaves the count of tries as it is. A message goes out only after the transaction, by the outbox.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from idp import audit
from idp.audit import Event, Outcome
from idp.factors import message_code
from idp.kernel.clock import MINUTE
from idp.kernel.entropy import Entropy
from idp.login.policy import rate_limits
from idp.messaging import sealed
from idp.messaging.codes import send_code
from idp.persistence.sent_codes import CodePurpose, CodeSlot
from idp.persistence.transaction import Transaction
from idp.persistence.users import User
from idp.signing.sealing import Sealer

PAUSE = MINUTE
"""Seconds between two codes to one place."""
PEPPER = "sent codes"


class SendResult(StrEnum):
    """What became of asking for a code."""

    QUEUED = "on its way"
    TOO_SOON = "too soon"
    TOO_MANY = "too many"


@dataclass(frozen=True)
class PendingCode:
    """A code that was sent: where to, and in how many seconds another may be asked for.

    `masked` is the address as a page may show it to whoever knows the password alone. `troubled`: whoever delivers it
    has not taken it at the first try.
    """

    address: str
    retry_after: int
    delivery_delayed: bool

    @property
    def masked(self) -> str:
        """The address, mostly hidden."""
        return message_code.masked(self.address)


def issue_code(
    tx: Transaction,
    slot: CodeSlot,
    user: User,
    *,
    address: str,
    device_id: str | None = None,
    sealer: Sealer,
    entropy: Entropy,
) -> SendResult:
    """Send a new code to `address`; the one before is dead with it. `device_id`: the known device that asks.

    For a sign-in, `address` is one that the person has proven.
    """
    if (last := tx.sent_codes.find(slot)) and tx.now < last.sent_at + PAUSE:
        return SendResult.TOO_SOON
    proven = slot.purpose is CodePurpose.SIGN_IN
    buckets = rate_limits.sending_buckets(user.id, slot.channel, address, device_id, proven=proven)
    if not all(tx.throttles.consume(bucket, limit) for bucket, limit in buckets):
        _audit_sending(tx, slot, Outcome.THROTTLED)
        return SendResult.TOO_MANY
    code = message_code.draw(entropy)
    digest = _digest(sealer, slot, code)
    life = {"expires_at": tx.now + message_code.LIFE, "not_since": tx.now - PAUSE}
    if not tx.sent_codes.upsert_code(slot, address=address, digest=digest, **life):
        return SendResult.TOO_SOON
    send_code(
        tx,
        user,
        channel=slot.channel,
        recipient=address,
        sealed=sealed.seal(sealer, code, name=entropy.token(12)),
        purpose=slot.purpose,
        minutes=message_code.LIFE // MINUTE,
    )
    _audit_sending(tx, slot, Outcome.SUCCESS)
    return SendResult.QUEUED


def pending_code(tx: Transaction, slot: CodeSlot) -> PendingCode | None:
    """The code last sent there, while it could be good; None when one must be asked for first."""
    last = tx.sent_codes.find(slot)
    if last is None or last.used_at is not None or tx.now >= last.expires_at:
        return None
    troubled = tx.outbox.has_failed_delivery(channel=slot.channel, recipient=last.address)
    return PendingCode(last.address, max(0, last.sent_at + PAUSE - tx.now), troubled)


def has_no_tries_left(tx: Transaction, slot: CodeSlot) -> bool:
    """Whether no try is left in this place."""
    last = tx.sent_codes.find(slot)
    return last is not None and last.tries >= message_code.TRIES


def verify_code(tx: Transaction, slot: CodeSlot, code: str, *, sealer: Sealer) -> str | None:
    """The address that a right code proves; None for a wrong one, or when no try is left for this place.

    The caller has paid the lane of the person, which bounds guessing over many places.
    """
    if not tx.sent_codes.consume_attempt(slot, most=message_code.TRIES):
        return None
    return tx.sent_codes.claim(slot, _digest(sealer, slot, code))


def _digest(sealer: Sealer, slot: CodeSlot, code: str) -> str:
    where = (slot.owner, slot.purpose, slot.channel, slot.user_id)
    return message_code.digest(sealer.pepper(PEPPER), code, *where)


def _audit_sending(tx: Transaction, slot: CodeSlot, outcome: Outcome) -> None:
    audit.record(tx, Event.CODE_SENT, outcome, user_id=slot.user_id, channel=slot.channel, purpose=slot.purpose)
