"""The chain of the audit trail: a link for each event, and where the chain begins and ends.

Events get their id before they are committed, so one with a smaller id may become visible later. Rows up to
`settled_id` can no longer appear; those between it and `last_id` are looked for again in each run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import BigInteger, Column, String, Table, delete, exists, select, text

from idp.persistence.audit_events import AuditEvent, audit_events
from idp.persistence.base import METADATA, Store, given, given_list, pair_or_none, upsert

GENESIS = "0" * 64
"""The hash before the first link."""
ONLY = "audit"

audit_chain = Table(
    "audit_chain",
    METADATA,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("event_id", BigInteger, unique=True, nullable=False),
    Column("hash", String, nullable=False),
)

audit_chain_state = Table(
    "audit_chain_state",
    METADATA,
    Column("name", String, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("hash", String, nullable=False),
    Column("last_id", BigInteger, nullable=False),
    Column("settled_id", BigInteger, nullable=False),
    Column("mark_id", BigInteger, nullable=False),
    Column("mark_at", BigInteger, nullable=False),
    Column("mark_transaction", BigInteger, nullable=False),
    Column("anchor_position", BigInteger, nullable=False),
    Column("anchor_hash", String, nullable=False),
    Column("anchor_signature", String, nullable=False),
)


@dataclass(frozen=True, slots=True)
class ChainLink:
    """One link: `hash` covers the event and the hash before it."""

    position: int
    event_id: int
    hash: str


@dataclass(frozen=True, slots=True)
class ChainState:
    """The one row about the chain; each change of it raises `version`.

    `position` and `hash` are its end, `last_id` is the greatest chained id. Whatever was still being written when the
    mark was set (`mark_at`, seconds, UTC; `mark_transaction`, PostgreSQL's number of the next transaction) has an id
    up to `mark_id`, which becomes `settled_id` when all of that has ended. Links up to `anchor_position` were deleted
    with their events, by retention; the signature says that it was us.
    """

    name: str = ONLY
    version: int = 0
    position: int = 0
    hash: str = GENESIS
    last_id: int = 0
    settled_id: int = 0
    mark_id: int = 0
    mark_at: int = 0
    mark_transaction: int = 0
    anchor_position: int = 0
    anchor_hash: str = GENESIS
    anchor_signature: str = ""


EVENT, LINK = audit_events.c, audit_chain.c
CHAINED = exists().where(LINK.event_id == EVENT.id)
STATE = select(audit_chain_state)
NEW = select(audit_events).where(EVENT.id > given("last_id")).order_by(EVENT.id).limit(given("limit"))
LATE = (
    select(audit_events)
    .where(EVENT.id > given("settled_id"), EVENT.id <= given("last_id"), ~CHAINED)
    .order_by(EVENT.id)
    .limit(given("limit"))
)
UNCHAINED = (
    select(EVENT.id, EVENT.at).where(EVENT.id > given("after"), ~CHAINED).order_by(EVENT.id).limit(given("limit"))
)
LINKS = (
    select(audit_chain, audit_events)
    .outerjoin(audit_events, EVENT.id == LINK.event_id)
    .where(LINK.position > given("after"))
    .order_by(LINK.position)
    .limit(given("limit"))
)
HASH = select(LINK.hash).where(LINK.position == given("position"))
LINK_OF_EVENT = select(audit_chain).where(LINK.event_id == given("event_id"))
SNAPSHOT = text(
    "SELECT pg_snapshot_xmin(s)::text::bigint, pg_snapshot_xmax(s)::text::bigint FROM pg_current_snapshot() s"
)
STATE_COLUMNS = tuple(audit_chain_state.c.keys())
SET_STATE = (
    upsert(audit_chain_state)
    .values({name: given(name) for name in STATE_COLUMNS})
    .on_conflict_do_update(
        index_elements=["name"],
        set_={name: given(name) for name in STATE_COLUMNS if name != "name"},
        where=audit_chain_state.c.version == given("previous_version"),
    )
    .returning(audit_chain_state.c.version)
)
DELETE_LINKS = delete(audit_chain).where(LINK.position <= given("position"))
DELETE_EVENTS = delete(audit_events).where(EVENT.id.in_(given_list("event_ids")))


class AuditChainStore(Store):
    """Reads and writes the chain; nobody is kept waiting: a change of the state fails if another was faster."""

    def state(self) -> ChainState:
        """Return where the chain begins and ends."""
        return self._db.one_or_none(ChainState, STATE) or ChainState()

    def has_work(self) -> bool:
        """Whether there are new events, or chained ones that are not settled."""
        state = self.state()
        return state.settled_id != state.last_id or bool(self.new_events(state, limit=1))

    def running_transactions(self) -> tuple[int, int]:
        """Return the numbers of the oldest running and of the next transaction; 0 where one writes at a time."""
        row = self._db.row(SNAPSHOT) if self._db.dialect == "postgresql" else None
        return (int(row[0]), int(row[1])) if row else (0, 0)

    def new_events(self, state: ChainState, *, limit: int) -> list[AuditEvent]:
        """List events after the greatest chained id, in order of id."""
        return self._db.all(AuditEvent, NEW, last_id=state.last_id, limit=limit)

    def late_events(self, state: ChainState, *, limit: int) -> list[AuditEvent]:
        """List events that became visible after others with greater ids had been chained."""
        if state.settled_id == state.last_id:
            return []
        return self._db.all(AuditEvent, LATE, settled_id=state.settled_id, last_id=state.last_id, limit=limit)

    def extend(self, before: ChainState, after: ChainState, links: Sequence[ChainLink]) -> bool:
        """Add links and move the state; False when somebody else moved it first."""
        if not self._set_state(before, after):
            return False
        if links:
            self._db.insert(audit_chain, *links)
        return True

    def prune(self, before: ChainState, after: ChainState, links: Sequence[ChainLink]) -> int:
        """Delete these links, the oldest, and their events, and move the anchor; return the number of events."""
        if not self._set_state(before, after):
            return 0
        self._db.change(DELETE_LINKS, position=after.anchor_position)
        return self._db.change(DELETE_EVENTS, event_ids=[link.event_id for link in links])

    def links(self, *, after: int, limit: int) -> list[tuple[ChainLink, AuditEvent | None]]:
        """List links in order of position with their events; None of an event that is gone."""
        rows = self._db.rows(LINKS, after=after, limit=limit)
        return [(link, event) for row in rows for link, event in [pair_or_none(row, ChainLink, AuditEvent)] if link]

    def hash_at(self, position: int) -> str | None:
        """Return the hash of the link at a position."""
        found = self._db.scalar(HASH, position=position)
        return None if found is None else str(found)

    def link_of_event(self, event_id: int) -> ChainLink | None:
        """Return the link of an event; None while it is not chained."""
        return self._db.one_or_none(ChainLink, LINK_OF_EVENT, event_id=event_id)

    def unchained(self, *, after: int, limit: int) -> list[tuple[int, int]]:
        """List id and time of the events without a link, in order of id, from the one after an id."""
        return [(int(row[0]), int(row[1])) for row in self._db.rows(UNCHAINED, after=after, limit=limit)]

    def _set_state(self, before: ChainState, after: ChainState) -> bool:
        new = replace(after, version=before.version + 1)
        values = {name: getattr(new, name) for name in STATE_COLUMNS}
        return bool(self._db.returned(SET_STATE, previous_version=before.version, **values))
