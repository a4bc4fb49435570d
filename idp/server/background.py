"""Background jobs: messages, logouts, purging, key rotation, figures of the overview, the chain of the audit trail.

Every channel has its own thread, so a slow client or provider delays no other channel. Work is claimed in the database,
so that exactly one of all nodes does it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from idp.admin import keys, overview
from idp.admin.audit_chain import AuditChain
from idp.admin.messages import shown_recipient
from idp.admin.purging import purge
from idp.kernel.clock import HOUR, MINUTE
from idp.kernel.resources import TEMPLATES
from idp.login.flow import sign_in_alerts
from idp.messaging.ciba_pings import CIBA_PING
from idp.messaging.codes import SMS, WHATSAPP
from idp.messaging.dispatcher import LEASE, OutboxDispatcher, RecordAbandoned, Send
from idp.messaging.http_client import Outbound
from idp.messaging.logout_notifications import BACKCHANNEL_LOGOUT
from idp.messaging.mail import Mailer, transport_for
from idp.messaging.notices import EMAIL
from idp.messaging.phone_messages import Texter
from idp.messaging.providers.choice import for_channel
from idp.messaging.rendering import Renderer
from idp.messaging.sealed_secrets import unsealer
from idp.persistence.failures import DatabaseUnavailable
from idp.protocol.ciba.pings import PingSender
from idp.protocol.logout.logout_tokens import LogoutSender
from idp.server import undelivered_messages
from idp.services import Services

log = logging.getLogger(__name__)

POLL_INTERVAL = 0.5
"""Seconds between two polls for messages: somebody waits for a code."""
RETRY_PAUSE = 5.0
"""Seconds until work that met an unavailable database is tried again."""
CLAIM_EVERY = MINUTE
"""Seconds between two attempts to claim maintenance; an attempt is a write."""
HTTP_LEASE = MINUTE
"""Seconds a claim on an HTTP delivery lasts; `http_client` times out well before."""
CHAIN_EVERY = 2
"""Seconds between two runs that chain new audit events."""
PURGE_EVERY = HOUR
ROTATE_EVERY = 10 * MINUTE
COUNT_EVERY = 10 * MINUTE

Job = Callable[[], None]


class BackgroundJobs:
    """The jobs, a thread each. `run_once` runs every job once, for tests."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._claimed_at = 0
        self._chained_at = 0
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        settings = services.settings
        self._chain = AuditChain.open(services.database, settings, now=services.clock.now())
        renderer = Renderer(
            TEMPLATES,
            brand=settings.brand,
            issuer=settings.issuer,
            unseal=unsealer(services.sealer),
            places=services.geoip,
        )
        mailer = Mailer(settings=settings, renderer=renderer, transport=transport_for(settings), offer=self._offer)
        outbound = Outbound.from_settings(settings)
        logouts, pings = LogoutSender(services, outbound), PingSender(services, outbound)
        self._dispatchers = {
            EMAIL: self._dispatcher(EMAIL, mailer.send, LEASE, undelivered_messages.record_mail, mailer.disconnect),
            BACKCHANNEL_LOGOUT: self._dispatcher(
                BACKCHANNEL_LOGOUT, logouts.send, HTTP_LEASE, undelivered_messages.record_logout
            ),
            CIBA_PING: self._dispatcher(CIBA_PING, pings.send, HTTP_LEASE, undelivered_messages.record_ping),
        }
        for channel in sorted({SMS, WHATSAPP} & settings.channels):
            texter = Texter(renderer=renderer, provider=for_channel(settings, channel, services.clock))
            self._dispatchers[channel] = self._dispatcher(
                channel, texter.send, HTTP_LEASE, undelivered_messages.record_text
            )

    def _offer(self, about: Mapping[str, Any]) -> str:
        """Create a link that ends the session of a mail."""
        with self._services.database.write() as tx:
            return sign_in_alerts.create_alert_link(tx, about, self._services)

    def _dispatcher(
        self, channel: str, send: Send, lease: int, abandoned: RecordAbandoned, when_idle: Job = lambda: None
    ) -> OutboxDispatcher:
        return OutboxDispatcher(
            self._services.database,
            channel=channel,
            send=send,
            lease=lease,
            abandoned=abandoned,
            mask=partial(shown_recipient, channel),
            when_idle=when_idle,
        )

    def start(self) -> None:
        """Start the threads."""
        for name, work in self._jobs():
            thread = threading.Thread(target=self._run, args=(work,), name=name)
            self._threads.append(thread)
            thread.start()

    def stop(self) -> None:
        """Let each thread finish what it is doing, and wait for its end. Not for a signal handler: see `stopping`."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def run_once(self) -> None:
        """Run every due job. A failing job does not stop the others."""
        for _, work in self._jobs():
            self._run_safely(work)

    def _jobs(self) -> list[tuple[str, Job]]:
        return [
            *((channel, partial(self.deliver, channel)) for channel in self._dispatchers),
            ("maintenance", self._run_maintenance),
            ("audit chain", self._extend_audit_chain),
        ]

    def deliver(self, channel: str) -> None:
        """Deliver all due messages of a channel."""
        while self._may_proceed() and self._dispatchers[channel].deliver_next():
            pass

    def _run_safely(self, work: Job) -> float:
        """Run a job; return the seconds until it may run again."""
        try:
            work()
        except DatabaseUnavailable as error:
            log.error("background work waits, since the database is unavailable: %s", error)  # noqa: TRY400 - one line
            return RETRY_PAUSE
        except Exception:
            log.exception("background work failed; it will be tried again")
        return POLL_INTERVAL

    def _run(self, work: Job) -> None:
        while self._may_proceed():
            self._stopping.wait(self._run_safely(work))

    def _run_maintenance(self) -> None:
        now = self._services.clock.now()
        if abs(now - self._claimed_at) < CLAIM_EVERY:
            return
        self._claimed_at = now
        with self._services.database.write() as tx:
            is_due = tx.jobs.claim("purge", every=PURGE_EVERY)
        if is_due:
            gone = purge(self._services.database, self._services.settings, proceed=self._may_proceed)
            log.info("purged %s rows", sum(gone.values()))
        with self._services.database.write() as tx:
            if tx.jobs.claim("rotate_keys", every=ROTATE_EVERY):
                keys.rotate(tx, self._services.keyring)
        with self._services.database.write() as tx:
            is_due = tx.jobs.claim("count_figures", every=COUNT_EVERY)
        if is_due:
            overview.count_events(self._services.database, proceed=self._may_proceed)
            overview.count_figures(self._services.database)

    def _extend_audit_chain(self) -> None:
        now = self._services.clock.now()
        if abs(now - self._chained_at) < CHAIN_EVERY:
            return
        self._chained_at = now
        with self._services.database.read() as tx:
            if not tx.audit_chain.has_work():
                return
        with self._services.database.write() as tx:
            is_due = tx.jobs.claim("audit_chain", every=CHAIN_EVERY)
        if is_due:
            self._chain.extend(self._may_proceed)

    def _may_proceed(self) -> bool:
        return not self._stopping.is_set()
