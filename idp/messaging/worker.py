"""Delivering what was promised.

    claim a row, commit  ->  make it and send, outside any transaction  ->  settle, commit

A worker that dies in the middle leaves a claim that lapses, and another one delivers: at worst twice, never not at
all. A message that is not taken is tried again after growing pauses, and given up after a day, or when it was refused
for good.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from idp.kernel.clock import DAY, HOUR, MINUTE
from idp.messaging.transports import Rejected, Undelivered
from idp.persistence.database import Database
from idp.persistence.outbox import OutboxMessage
from idp.persistence.unit_of_work import Transaction

log = logging.getLogger(__name__)

LEASE = 5 * MINUTE
"""Seconds a claim on mail lasts: more than an SMTP server can take with every answer just within its time limit."""
FIRST_PAUSE = 30
LONGEST_PAUSE = HOUR
GIVE_UP_AFTER = DAY
"""Seconds. A notice that comes later than this frightens more than it helps; apps end their own sessions by then."""

Send = Callable[[OutboxMessage], None]
"""Delivers one message, outside any transaction; raises `Undelivered`, or `Rejected` when trying again is useless."""

Abandoned = Callable[[Transaction, OutboxMessage, str], None]
"""Records, in the same transaction, that a message was given up, and the last reason."""


class Courier:
    """Delivers the messages of one channel, one at a time; any number of couriers may work beside each other."""

    def __init__(self, database: Database, *, channel: str, send: Send, lease: int, abandoned: Abandoned) -> None:
        """Be ready to deliver. `lease` (seconds) is longer than one delivery can take."""
        self._database = database
        self._channel = channel
        self._send = send
        self._lease = lease
        self._abandoned = abandoned

    def deliver_next(self) -> bool:
        """Try the message that is due longest; False when none is due."""
        with self._database.write() as tx:
            message = tx.outbox.claim_next(channel=self._channel, lease=self._lease)
        if message is None:
            return False
        failure = self._try(message)
        with self._database.write() as tx:
            self._settle(tx, message, failure)
        return True

    def _try(self, message: OutboxMessage) -> Undelivered | None:
        """Why it was not delivered; None when it was."""
        try:
            self._send(message)
        except Undelivered as error:
            log.warning("%s %s was not taken: %s", self._channel, message.id, error)
            return error
        except Exception as error:
            log.exception("%s %s could not be made", self._channel, message.id)
            return Undelivered(type(error).__name__)
        return None

    def _settle(self, tx: Transaction, message: OutboxMessage, failure: Undelivered | None) -> None:
        if failure is None:
            tx.outbox.delivered(message.id)
        elif isinstance(failure, Rejected) or tx.now - message.created_at >= GIVE_UP_AFTER:
            self._abandoned(tx, message, str(failure))
            tx.outbox.given_up(message.id)
        else:
            tx.outbox.failed(message, error=str(failure), retry_in=pause_after(message.attempts))


def pause_after(attempts: int) -> int:
    """Seconds to wait after so many earlier failures: 30, 60, 120, ... up to an hour."""
    return int(min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(attempts, 16)))
