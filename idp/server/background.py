"""Work that no request should wait for: messages, logouts, purging, key rotation. Threads in every worker process.

Every channel has a thread of its own: an app or a provider that is slow to answer keeps nobody else's messages waiting.
Each piece of work is claimed by a row, so that of any number of workers and nodes one does it, and none is missed when
some come or go.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from idp.admin import keys
from idp.app import TEMPLATES
from idp.kernel import user_agents
from idp.kernel.clock import HOUR, MINUTE
from idp.login.flow import alerts
from idp.messaging.codes import SMS, WHATSAPP
from idp.messaging.dispatcher import LEASE, OutboxDispatcher, RecordAbandoned, Send
from idp.messaging.logouts import BACKCHANNEL_LOGOUT
from idp.messaging.mail import Mailer, transport_for
from idp.messaging.notices import EMAIL
from idp.messaging.outbound import Outbound
from idp.messaging.providers.choice import for_channel
from idp.messaging.rendering import Renderer
from idp.messaging.sealed import unsealer
from idp.messaging.texts import Texter
from idp.protocol.logout.back_channel import LogoutSender
from idp.server import undelivered
from idp.services import Services

log = logging.getLogger(__name__)

POLL_INTERVAL = 1.0
"""Seconds between two looks for messages."""
CLAIM_EVERY = MINUTE
"""Seconds between two tries to claim the slower work; a try is a write."""
HTTP_LEASE = MINUTE
"""Seconds a claim lasts on what goes out over HTTP; `outbound` gives up well before."""
PURGE_EVERY = HOUR
ROTATE_EVERY = 10 * MINUTE

Job = Callable[[], None]


class BackgroundJobs:
    """The threads and their work. `run_once` is one round, for tests and for the loops alike."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._claimed_at = 0
        settings = services.settings
        renderer = Renderer(
            TEMPLATES,
            brand=settings.brand,
            issuer=settings.issuer,
            unseal=unsealer(services.sealer),
            places=services.geoip,
        )
        mailer = Mailer(settings=settings, renderer=renderer, transport=transport_for(settings), offer=self._offer)
        logouts = LogoutSender(services, Outbound.from_settings(settings))
        self._couriers = {
            EMAIL: self._dispatcher(EMAIL, mailer.send, LEASE, undelivered.record_mail),
            BACKCHANNEL_LOGOUT: self._dispatcher(BACKCHANNEL_LOGOUT, logouts.send, HTTP_LEASE, undelivered.record_logout),
        }
        for channel in sorted({SMS, WHATSAPP} & settings.channels):
            texter = Texter(renderer=renderer, provider=for_channel(settings, channel, services.clock))
            self._couriers[channel] = self._dispatcher(channel, texter.send, HTTP_LEASE, undelivered.record_text)

    def _offer(self, about: Mapping[str, Any]) -> str:
        """A link that ends the session which a mail is about."""
        with self._services.database.write() as tx:
            return alerts.create_alert_link(tx, about, self._services)

    def _dispatcher(self, channel: str, send: Send, lease: int, abandoned: RecordAbandoned) -> OutboxDispatcher:
        return OutboxDispatcher(self._services.database, channel=channel, send=send, lease=lease, abandoned=abandoned)

    def start(self) -> None:
        """Begin. The threads end by themselves when the process does, after the piece of work in hand."""
        for name, work in self._jobs():
            threading.Thread(target=self._run, args=(work,), name=name).start()

    def run_once(self) -> None:
        """Do everything that is due. One kind of work failing keeps no other from being done."""
        for _, work in self._jobs():
            self._run_safely(work)

    def _jobs(self) -> list[tuple[str, Job]]:
        return [*((channel, partial(self.deliver, channel)) for channel in self._couriers), ("tidying", self._run_maintenance)]

    def deliver(self, channel: str) -> None:
        """Deliver whatever is due in one channel."""
        while _process_is_running() and self._couriers[channel].deliver_next():
            pass

    def _run_safely(self, work: Job) -> None:
        try:
            work()
        except Exception:
            log.exception("background work failed; it will be tried again")

    def _run(self, work: Job) -> None:
        user_agents.browser_name("")  # its first call reads a long list: better here than in somebody's sign-in
        pause = threading.Event()
        while _process_is_running():
            self._run_safely(work)
            pause.wait(POLL_INTERVAL)

    def _run_maintenance(self) -> None:
        now = self._services.clock.now()
        if abs(now - self._claimed_at) < CLAIM_EVERY:
            return
        self._claimed_at = now
        with self._services.database.write() as tx:
            if tx.jobs.claim("purge", every=PURGE_EVERY):
                settings = self._services.settings
                gone = tx.purge.run(session_idle=settings.session_idle, keep_codes=settings.recovery_codes_viewable)
                log.info("purged %s rows", sum(gone.values()))
        with self._services.database.write() as tx:
            if tx.jobs.claim("rotate_keys", every=ROTATE_EVERY):
                keys.rotate(tx, self._services.keyring)


def _process_is_running() -> bool:
    """Whether the process means to live: the interpreter marks its main thread dead before it waits for others."""
    return threading.main_thread().is_alive()
