"""Delivery of outbox messages.

    claim a row, commit  ->  render and send, outside any transaction  ->  record the result, commit

The claim of a crashed worker expires and another one delivers: at worst twice, never not at all. Failed messages are
retried with growing pauses, and abandoned when rejected or too old: a day for a notice, its lifetime for a code or a
ping. An expired code is not sent, since it would only confuse.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from idp.kernel.clock import DAY, HOUR, MINUTE
from idp.messaging.ciba_pings import CIBA_PING
from idp.messaging.codes import CODE
from idp.messaging.notices import SIGN_IN_REQUEST
from idp.messaging.smtp import Rejected, Undelivered
from idp.persistence.database import Database
from idp.persistence.outbox import OutboxMessage
from idp.persistence.transaction import Transaction

log = logging.getLogger(__name__)

LEASE = 5 * MINUTE
"""Seconds a claim on mail lasts: longer than the slowest SMTP delivery within its timeouts."""


@dataclass(frozen=True)
class RetryPolicy:
    """Retry schedule of a message: pauses, and the age at which it is abandoned, in seconds."""

    first_pause: int
    longest_pause: int
    give_up_after: int
    expires: bool
    """Whether a message of that age is of no use at all."""

    def pause(self, attempts: int) -> int:
        """Return the pause after this many failures; it doubles each time."""
        return int(min(self.longest_pause, self.first_pause * 2 ** min(attempts, 16)))


DEFAULT_POLICY = RetryPolicy(first_pause=30, longest_pause=HOUR, give_up_after=DAY, expires=False)
"""A later notice would frighten more than help; clients have ended their sessions by then."""
SHORT_LIVED = frozenset({CODE, SIGN_IN_REQUEST, CIBA_PING})
"""Templates of messages that are good for the `minutes` of their context."""


def retry_policy(message: OutboxMessage) -> RetryPolicy:
    """Return the policy of a message; what somebody waits for is needed at once, and is useless later."""
    if message.template not in SHORT_LIVED:
        return DEFAULT_POLICY
    return RetryPolicy(2, MINUTE, give_up_after=message.context["minutes"] * MINUTE, expires=True)


Send = Callable[[OutboxMessage], None]
"""Delivers one message, outside any transaction; raises `Undelivered`, or `Rejected` when trying again is useless."""

RecordAbandoned = Callable[[Transaction, OutboxMessage, str], None]
"""Records an abandoned message and the last error, in the same transaction."""


class OutboxDispatcher:
    """Delivers the messages of one channel, one at a time; several may run in parallel."""

    def __init__(
        self,
        database: Database,
        *,
        channel: str,
        send: Send,
        lease: int,
        abandoned: RecordAbandoned,
        mask: Callable[[str], str] = str,
        when_idle: Callable[[], None] = lambda: None,
    ) -> None:
        """Create a dispatcher; `when_idle` is called when nothing is due.

        `lease` (seconds) is longer than one delivery can take. `mask` makes the recipient that the record of a
        delivered message keeps.
        """
        self._database = database
        self._channel = channel
        self._send = send
        self._lease = lease
        self._abandoned = abandoned
        self._mask = mask
        self._when_idle = when_idle

    def deliver_next(self) -> bool:
        """Deliver the message that is due longest; False when there is none for this process."""
        claimed = self._claim_next()
        if claimed is None:
            self._when_idle()
            return False
        message, now = claimed
        expired = retry_policy(message).expires and _is_old(message, now)
        failure = Rejected("it came too late to be of use") if expired else self._attempt_delivery(message)
        with self._database.write() as tx:
            self._record_result(tx, message, failure)
        return True

    def _claim_next(self) -> tuple[OutboxMessage, int] | None:
        """Claim a message; return it and the time (seconds, UTC)."""
        with self._database.read() as tx:
            if not tx.outbox.anything_due(channel=self._channel):
                return None
        with self._database.write() as tx:
            message = tx.outbox.claim_next(channel=self._channel, lease=self._lease)
            return None if message is None else (message, tx.now)

    def _attempt_delivery(self, message: OutboxMessage) -> Undelivered | None:
        """Send the message; return the failure, or None."""
        try:
            self._send(message)
        except Undelivered as error:
            log.warning("%s %s was not taken: %s", self._channel, message.id, error, extra=self._log_extra("failed"))
            return error
        except Exception as error:
            log.exception("%s %s could not be made", self._channel, message.id, extra=self._log_extra("failed"))
            return Undelivered(type(error).__name__)
        log.info("%s %s was delivered", self._channel, message.id, extra=self._log_extra("delivered"))
        return None

    def _log_extra(self, delivery: str) -> dict[str, str]:
        return {"channel": self._channel, "delivery": delivery}

    def _record_result(self, tx: Transaction, message: OutboxMessage, failure: Undelivered | None) -> None:
        if failure is None:
            tx.outbox.record_delivered(message, masked=self._mask(message.recipient))
        elif isinstance(failure, Rejected) or _is_old(message, tx.now):
            self._abandoned(tx, message, str(failure))
            tx.outbox.record_abandoned(message, error=str(failure))
        else:
            tx.outbox.schedule_retry(
                message, error=str(failure), retry_in=retry_policy(message).pause(message.attempts)
            )


def _is_old(message: OutboxMessage, now: int) -> bool:
    return now - message.created_at >= retry_policy(message).give_up_after
