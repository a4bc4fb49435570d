"""Work that no request should wait for: mail, logouts, purging, key rotation. Two threads in every worker process.

Telling apps of logouts has a thread of its own: an app that is slow to answer must not keep mail waiting. Each piece of
work is claimed by a row, so that of any number of workers and nodes one does it, and none is missed when some come or
go.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from idp import audit
from idp.admin import keys
from idp.app import TEMPLATES
from idp.audit import Event, Outcome
from idp.kernel import user_agents
from idp.kernel.clock import HOUR, MINUTE
from idp.messaging import transports
from idp.messaging.logouts import BACKCHANNEL_LOGOUT, SESSION, SUBJECT
from idp.messaging.mail import Mailer
from idp.messaging.notices import EMAIL
from idp.messaging.outbound import Outbound
from idp.messaging.rendering import Renderer
from idp.messaging.sealed import opener
from idp.messaging.worker import LEASE, Courier
from idp.persistence.outbox import OutboxMessage
from idp.persistence.unit_of_work import Transaction
from idp.protocol.backchannel_logout import LogoutSender
from idp.web.context import Core

log = logging.getLogger(__name__)

LOOK_EVERY = 1.0
"""Seconds between two looks for mail."""
CLAIM_EVERY = MINUTE
"""Seconds between two tries to claim the slower work; a try is a write."""
LOGOUT_LEASE = MINUTE
"""Seconds a claim on a logout lasts; `outbound` gives up well before."""
PURGE_EVERY = HOUR
ROTATE_EVERY = 10 * MINUTE

Work = Callable[[], None]


class Background:
    """The thread and its work. `run_once` is one round, for tests and for the loop alike."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._claimed_at = 0
        settings = core.settings
        renderer = Renderer(
            TEMPLATES,
            brand=settings.brand,
            issuer=settings.issuer,
            unseal=opener(core.sealer),
        )
        mailer = Mailer(settings=settings, renderer=renderer, transport=transports.for_settings(settings))
        self._mail = Courier(core.database, channel=EMAIL, send=mailer.send, lease=LEASE, abandoned=_abandoned)
        self._logouts = Courier(
            core.database,
            channel=BACKCHANNEL_LOGOUT,
            send=LogoutSender(core, Outbound.of(settings)).send,
            lease=LOGOUT_LEASE,
            abandoned=_unheard,
        )

    def start(self) -> None:
        """Begin. The threads end by themselves when the process does, after the piece of work in hand."""
        threading.Thread(target=self._run, args=(self._deliver, self._tidy), name="background").start()
        threading.Thread(target=self._run, args=(self._tell_apps,), name="logouts").start()

    def run_once(self) -> None:
        """Do everything that is due. One kind of work failing keeps no other from being done."""
        self._round(self._deliver, self._tidy, self._tell_apps)

    def _round(self, *works: Work) -> None:
        for work in works:
            try:
                work()
            except Exception:
                log.exception("background work failed; it will be tried again")

    def _run(self, *works: Work) -> None:
        user_agents.name("")  # its first call reads a long list: better here than in somebody's sign-in
        pause = threading.Event()
        while _going_on():
            self._round(*works)
            pause.wait(LOOK_EVERY)

    def _deliver(self) -> None:
        while _going_on() and self._mail.deliver_next():
            pass

    def _tell_apps(self) -> None:
        while _going_on() and self._logouts.deliver_next():
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


def _unheard(tx: Transaction, message: OutboxMessage, reason: str) -> None:
    """The person may be signed in at that app still, so it is told in their own history."""
    audit.record(
        tx,
        Event.LOGOUT_ABANDONED,
        Outcome.FAILURE,
        user_id=message.context[SUBJECT],
        client_id=message.recipient,
        sid=message.context[SESSION],
        attempts=message.attempts + 1,
        reason=reason[: audit.MAX_TEXT],
    )
