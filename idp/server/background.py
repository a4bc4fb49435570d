"""Work that no request should wait for: mail, purging, key rotation. One thread in every worker process.

Each piece of work is claimed by a row, so that of any number of workers and nodes one does it, and none is missed when
some come or go.
"""

from __future__ import annotations

import logging
import threading

from idp import audit
from idp.admin import keys
from idp.app import TEMPLATES
from idp.audit import Event, Outcome
from idp.kernel import user_agents
from idp.kernel.clock import HOUR, MINUTE
from idp.login import mailed_links
from idp.messaging import transports
from idp.messaging.rendering import Renderer
from idp.messaging.worker import Courier
from idp.persistence.outbox import OutboxMessage
from idp.persistence.unit_of_work import Transaction
from idp.web.context import Core

log = logging.getLogger(__name__)

LOOK_EVERY = 1.0
"""Seconds between two looks for mail."""
CLAIM_EVERY = MINUTE
"""Seconds between two tries to claim the slower work; a try is a write."""
PURGE_EVERY = HOUR
ROTATE_EVERY = 10 * MINUTE


class Background:
    """The thread and its work. `run_once` is one round, for tests and for the loop alike."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._claimed_at = 0
        settings = core.settings
        self._courier = Courier(
            core.database,
            settings=settings,
            renderer=Renderer(
                TEMPLATES,
                brand=settings.brand,
                issuer=settings.issuer,
                open_link=mailed_links.opener(core.sealer),
            ),
            transport=transports.for_settings(settings),
            abandoned=_abandoned,
        )

    def start(self) -> None:
        """Begin. The thread ends by itself when the process does, after the piece of work in hand."""
        threading.Thread(target=self._run, name="background").start()

    def run_once(self) -> None:
        """Do everything that is due. One kind of work failing keeps no other from being done."""
        for work in (self._deliver, self._tidy):
            try:
                work()
            except Exception:
                log.exception("background work failed; it will be tried again")

    def _run(self) -> None:
        user_agents.name("")  # its first call reads a long list: better here than in somebody's sign-in
        pause = threading.Event()
        while _going_on():
            self.run_once()
            pause.wait(LOOK_EVERY)

    def _deliver(self) -> None:
        while _going_on() and self._courier.deliver_next():
            pass

    def _tidy(self) -> None:
        now = self._core.clock.now()
        if abs(now - self._claimed_at) < CLAIM_EVERY:
            return
        self._claimed_at = now
        with self._core.database.write() as tx:
            if tx.jobs.claim("purge", every=PURGE_EVERY):
                gone = tx.purge.run(session_idle=self._core.settings.session_idle)
                log.info("purged %s rows", sum(gone.values()))
        with self._core.database.write() as tx:
            if tx.jobs.claim("rotate_keys", every=ROTATE_EVERY):
                keys.rotate(tx, self._core.keyring)


def _going_on() -> bool:
    """Whether the process means to live: the interpreter marks its main thread dead before it waits for others."""
    return threading.main_thread().is_alive()


def _abandoned(tx: Transaction, message: OutboxMessage, reason: str) -> None:
    audit.record(
        tx,
        Event.MAIL_ABANDONED,
        Outcome.FAILURE,
        template=message.template,
        recipient=message.recipient,
        attempts=message.attempts + 1,
        reason=reason[: audit.MAX_TEXT],
    )
