"""Delivering what was promised.

    claim a row, commit  ->  render and send, outside any transaction  ->  settle, commit

A worker that dies in the middle leaves a claim that lapses, and another one delivers: at worst twice, never not at
all. A mail that is not taken is tried again after growing pauses, and given up after a day.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from idp.config import Settings
from idp.kernel.clock import DAY, HOUR, MINUTE
from idp.messaging.rendering import Renderer
from idp.messaging.transports import Transport, Undelivered, compose
from idp.persistence.database import Database
from idp.persistence.outbox import OutboxMessage
from idp.persistence.unit_of_work import Transaction

log = logging.getLogger(__name__)

LEASE = 5 * MINUTE
"""Seconds a claim lasts: more than an SMTP server can take with every answer just within its time limit."""
FIRST_PAUSE = 30
LONGEST_PAUSE = HOUR
GIVE_UP_AFTER = DAY
"""Seconds. A notice that comes later than this frightens more than it helps."""

Abandoned = Callable[[Transaction, OutboxMessage, str], None]
"""Records, in the same transaction, that a message was given up, and the last reason."""


class Courier:
    """Delivers messages of the outbox, one at a time; any number of couriers may work beside each other."""

    def __init__(
        self,
        database: Database,
        *,
        settings: Settings,
        renderer: Renderer,
        transport: Transport,
        abandoned: Abandoned,
    ) -> None:
        self._database = database
        self._settings = settings
        self._renderer = renderer
        self._transport = transport
        self._abandoned = abandoned

    def deliver_next(self) -> bool:
        """Try the message that is due longest; False when none is due."""
        with self._database.write() as tx:
            message = tx.outbox.claim_next(lease=LEASE)
        if message is None:
            return False
        failure = self._send(message)
        with self._database.write() as tx:
            self._settle(tx, message, failure)
        return True

    def _send(self, message: OutboxMessage) -> str | None:
        """Why it was not sent; None when it was."""
        try:
            letter = self._renderer.letter(message.template, message.context)
            mail = compose(
                letter,
                recipient=message.recipient,
                settings=self._settings,
                message_id=f"{message.created_at}.{message.id}",
                at=message.created_at,
            )
            self._transport.send(mail)
        except Undelivered as error:
            log.warning("mail %s was not taken: %s", message.id, error)
            return str(error)
        except Exception as error:
            log.exception("mail %s could not be made", message.id)
            return type(error).__name__
        return None

    def _settle(self, tx: Transaction, message: OutboxMessage, failure: str | None) -> None:
        if failure is None:
            tx.outbox.delivered(message.id)
        elif tx.now - message.created_at >= GIVE_UP_AFTER:
            self._abandoned(tx, message, failure)
            tx.outbox.given_up(message.id)
        else:
            tx.outbox.failed(message, error=failure, retry_in=pause_after(message.attempts))


def pause_after(attempts: int) -> int:
    """Seconds to wait after so many earlier failures: 30, 60, 120, ... up to an hour."""
    return int(min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(attempts, 16)))
