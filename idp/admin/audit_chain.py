"""The chain of the audit trail: extended by a job in the background, shortened by retention.

    extend   read tx: state, late and new events  ->  hashes  ->  write tx: state if unchanged, links  ->  head file

Sign-ins take no part in it: no lock of theirs is waited for, and none that they need is held.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from idp.audit.chain import KEY_LABEL, link_hash, sign
from idp.config import Settings
from idp.kernel.clock import MINUTE, sleep
from idp.kernel.entropy import SystemEntropy
from idp.persistence.audit_chain import ChainLink, ChainState
from idp.persistence.audit_events import AuditEvent
from idp.persistence.database import Database
from idp.persistence.transaction import Transaction
from idp.signing.audit_head import AuditHead, AuditHeadFile
from idp.signing.private_files import KeyDirectory, KeyFileError
from idp.signing.sealing import Sealer

log = logging.getLogger(__name__)

BATCH = 500
"""Links that one transaction adds."""
PAUSE = 0.02
"""Seconds between two full batches: SQLite has one writer at a time."""
MOST_UNCHAINED = 10
"""Seconds that a row waits for its link while the job runs, at most."""
LATE = MINUTE // 2
"""Seconds after which ids that were given out before cannot appear any more, once their transactions have ended."""


@dataclass(frozen=True)
class AuditChain:
    """The chain of one installation, its key, and its head outside the database."""

    database: Database
    key: bytes
    head_file: AuditHeadFile

    @classmethod
    def open(cls, database: Database, settings: Settings, *, now: int) -> AuditChain:
        """Return the chain of an installation; raises `KeyFileError`, `OSError`."""
        directory = KeyDirectory(settings.keys_dir)
        sealer = Sealer(directory, SystemEntropy(), now=now)
        return cls(database, sealer.pepper(KEY_LABEL), AuditHeadFile(directory))

    def extend(self, proceed: Callable[[], bool] = lambda: True) -> int:
        """Chain all events that are visible and not chained yet; return how many.

        `proceed` is called before each batch.
        """
        total, first = 0, True
        while proceed():
            added = self._extend_once(look_for_late=first)
            if added is None:  # somebody else was faster, and chains the rest
                return total
            total, first = total + added, False
            if added < BATCH:
                return total
            sleep(PAUSE)
        return total

    def prune(self, *, before: int) -> int:
        """Delete at most a batch of the oldest events, older than `before` (seconds, UTC); return how many."""
        with self.database.read() as tx:
            state = tx.audit_chain.state()
            oldest = tx.audit_chain.links(after=state.anchor_position, limit=BATCH)
        ended = _ended(oldest, before)
        if not ended:
            return 0
        last = ended[-1]
        signature = sign(self.key, "anchor", last.position, last.hash)
        anchored = replace(
            state, anchor_position=last.position, anchor_hash=last.hash, anchor_signature=signature
        )  # fmt: skip
        if last.position == state.position:  # SQLite gives the ids of an empty table out again
            anchored = replace(anchored, last_id=0, settled_id=0, mark_id=0)
        with self.database.write() as tx:
            return tx.audit_chain.prune(state, anchored, ended)

    def accept_end(self, tx: Transaction) -> tuple[int, int]:
        """Store the present end as the head, whatever the file has; return the old and the new position."""
        old, state = self.head_file.read(), tx.audit_chain.state()
        self.head_file.store(self._head(state, tx.now), if_after=lambda _: True)
        return old.position if old else 0, state.position

    def _extend_once(self, *, look_for_late: bool) -> int | None:
        """Chain one batch; None when another process changed the chain meanwhile."""
        with self.database.read() as tx:
            state = tx.audit_chain.state()
            oldest, following = tx.audit_chain.running_transactions()
            late = tx.audit_chain.late_events(state, limit=BATCH) if look_for_late else []
            events = [*late, *tx.audit_chain.new_events(state, limit=BATCH - len(late))]
            now = tx.now
        if not state.version:
            self._store_head(state, now)  # before the first link, so that its absence is noticed from then on
        links = self._links(state, events)
        after = _moved(state, links)
        if look_for_late and len(late) < BATCH and now >= state.mark_at + LATE and oldest >= state.mark_transaction:
            after = _settled(after, state, now=now, transaction=following)
        if after == state:
            return 0
        with self.database.write() as tx:
            if not tx.audit_chain.extend(state, after, links):
                return None
        if links:
            self._store_head(after, now)
        return len(links)

    def _links(self, state: ChainState, events: Sequence[AuditEvent]) -> list[ChainLink]:
        links, last = list[ChainLink](), state.hash
        for position, event in enumerate(events, state.position + 1):
            last = link_hash(self.key, last, event)
            links.append(ChainLink(position, event.id, last))
        return links

    def _store_head(self, state: ChainState, now: int) -> None:
        """Store the end outside the database; a head that the chain does not contain is kept, as evidence."""
        try:
            stored = self.head_file.store(self._head(state, now), if_after=lambda old: self._follows(old, state))
        except (KeyFileError, OSError):
            log.exception("cannot store the head of the audit chain; going on without")
            return
        if not stored:
            log.error("the audit chain does not contain its stored head: run `idp audit verify`")

    def _head(self, state: ChainState, now: int) -> AuditHead:
        signature = sign(self.key, "head", state.position, state.hash)
        return AuditHead(state.position, state.hash, now, signature)

    def _follows(self, old: AuditHead | None, state: ChainState) -> bool:
        """Whether the stored head lies on the chain, so that a later one may replace it."""
        if old is None:
            return state.position == 0
        with self.database.read() as tx:
            anchor = tx.audit_chain.state().anchor_position
            known = old.position <= anchor or tx.audit_chain.hash_at(old.position) == old.hash
        return known and old.position <= state.position


def unchained_since(tx: Transaction) -> int | None:
    """Return the time of the oldest new event without a link (seconds, UTC); None when all are chained."""
    waiting = tx.audit_chain.new_events(tx.audit_chain.state(), limit=1)
    return waiting[0].at if waiting else None


def _moved(state: ChainState, links: Sequence[ChainLink]) -> ChainState:
    if not links:
        return state
    greatest = max(state.last_id, *(link.event_id for link in links))
    return replace(state, position=links[-1].position, hash=links[-1].hash, last_id=greatest)


def _settled(after: ChainState, state: ChainState, *, now: int, transaction: int) -> ChainState:
    """Settle what was marked, and mark what is chained; nothing is written while all of it is settled."""
    if state.settled_id == state.mark_id == state.last_id:
        return after
    return replace(
        after, settled_id=state.mark_id, mark_id=state.last_id, mark_at=now, mark_transaction=transaction
    )  # fmt: skip


def _ended(oldest: Sequence[tuple[ChainLink, AuditEvent | None]], before: int) -> list[ChainLink]:
    """Return the links up to the last one whose event, like all before it, is old enough; one that is gone counts."""
    ended = 0
    for number, (_, event) in enumerate(oldest, 1):
        if event is not None and event.at >= before:
            break
        ended = number
    return [link for link, _ in oldest[:ended]]
