"""Verification of the audit trail against its chain: what was altered, is missing, was inserted, swapped or cut off.

    head file, state  ->  all links in order of position, with their events  ->  all events without a link

Batch by batch, while the server runs: what is chained or deleted by retention meanwhile is no finding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum

from idp.admin.audit_chain import AuditChain
from idp.audit.chain import is_signed, link_hash
from idp.kernel.clock import MINUTE
from idp.persistence.audit_chain import GENESIS, ChainLink, ChainState
from idp.persistence.audit_events import AuditEvent
from idp.signing.audit_head import AuditHead

BATCH = 2000
"""Links of one read transaction."""
MOST_UNCHAINED = 1000
"""Events without a link that one statement lists."""
SMALLEST_ID = -(2**63)
BACKDATED = 15 * MINUTE
"""Seconds that an event may be older than one before it: clocks of nodes differ, and transactions wait."""
MOST_SUSPECTS = 200
"""Altered events that are compared with each other, to find swapped ones."""


class Problem(StrEnum):
    """What can be wrong."""

    ALTERED = "altered"
    MISSING = "missing"
    INSERTED = "inserted"
    SWAPPED = "swapped"
    REMOVED_LINKS = "removed"
    CUT_OFF = "cut off"
    HEAD = "head"
    ANCHOR = "anchor"
    BACKDATED = "backdated"


@dataclass(frozen=True)
class Finding:
    """One problem: the event, where there is one, and a sentence."""

    problem: Problem
    text: str
    event_id: int | None = None
    position: int | None = None


@dataclass(frozen=True)
class _Suspect:
    previous: str
    link: ChainLink
    event: AuditEvent


@dataclass
class Verification:
    """One pass over the trail; `findings` yields as it goes, the numbers are complete at its end.

    `progress` is called with the number of links that were checked, of how many.
    """

    chain: AuditChain
    progress: Callable[[int, int], None] = lambda _done, _all: None
    checked: int = 0
    unchained: int = 0
    oldest_unchained_at: int | None = None
    state: ChainState = field(default_factory=ChainState)
    _suspects: list[_Suspect] = field(default_factory=list)
    _newest_at: int = 0

    def findings(self) -> Iterator[Finding]:
        """Verify everything, and yield what is wrong. Raises `KeyFileError`, `OSError` of the head file."""
        head = self.chain.head_file.read()  # before the state, which may only be ahead of it
        with self.chain.database.read() as tx:
            self.state = tx.audit_chain.state()
        yield from self._check_anchor()
        head_found = head is None or head.position <= self.state.anchor_position
        last = ChainLink(self.state.anchor_position, 0, self.state.anchor_hash)
        for link, event in self._links():
            previous: str | None = last.hash
            if link.position != last.position + 1:
                previous = self._pruned_hash(last.position + 1, link.position - 1)
                if previous is None:
                    yield self._removed(last.position + 1, link.position - 1)
            yield from self._check(link, event, previous)
            last = link
            head_found = head_found or (link.position, link.hash) == (head and head.position, head and head.hash)
        yield from self._name_suspects()
        yield from self._check_end(last)
        yield from self._check_head(head, last, found=head_found)
        yield from self._find_unchained()

    def _links(self) -> Iterator[tuple[ChainLink, AuditEvent | None]]:
        """Yield the links up to the end at the beginning of the pass."""
        after = self.state.anchor_position
        while after < self.state.position:
            with self.chain.database.read() as tx:
                found = tx.audit_chain.links(after=after, limit=BATCH)
            if not found:
                return
            for link, event in found:
                if link.position > self.state.position:
                    return
                yield link, event
            after = found[-1][0].position
            self.checked += len(found)
            self.progress(self.checked, self.state.position - self.state.anchor_position)

    def _check(self, link: ChainLink, event: AuditEvent | None, previous: str | None) -> Iterator[Finding]:
        """Compare an event with its link; `previous` is None when the link before it is gone."""
        if event is None:
            text = f"event {link.event_id} is missing; its link is at position {link.position}"
            yield Finding(Problem.MISSING, text, link.event_id, link.position)
            return
        if previous is not None and link_hash(self.chain.key, previous, event) != link.hash:
            self._suspects.append(_Suspect(previous, link, event))
            if len(self._suspects) > MOST_SUSPECTS:
                yield _altered(self._suspects.pop(0))
        if event.at < self._newest_at - BACKDATED:
            text = f"event {event.id} is dated {self._newest_at - event.at} seconds before one that was chained earlier"
            yield Finding(Problem.BACKDATED, text, event.id, link.position)
        self._newest_at = max(self._newest_at, event.at)

    def _name_suspects(self) -> Iterator[Finding]:
        """Yield altered events, and pairs of which each stands where the other should."""
        left = self._suspects
        while left:
            suspect, left = left[0], left[1:]
            other = next((each for each in left if self._are_swapped(suspect, each)), None)
            if other is None:
                yield _altered(suspect)
                continue
            left = [each for each in left if each is not other]
            text = f"events {suspect.link.event_id} and {other.link.event_id} were swapped"
            yield Finding(Problem.SWAPPED, text, suspect.link.event_id, suspect.link.position)

    def _are_swapped(self, one: _Suspect, other: _Suspect) -> bool:
        """Whether the content of the other one, with either id, is what the hash of this one covers."""
        candidates = (other.event, replace(other.event, id=one.event.id))
        return any(link_hash(self.chain.key, one.previous, event) == one.link.hash for event in candidates)

    def _check_anchor(self) -> Iterator[Finding]:
        state = self.state
        fresh = (state.anchor_position, state.anchor_hash) == (0, GENESIS)
        position, anchor_hash, signature = state.anchor_position, state.anchor_hash, state.anchor_signature
        if not fresh and not is_signed(self.chain.key, "anchor", position, anchor_hash, signature):
            text = f"that retention deleted the events up to position {position} is not signed with our key"
            yield Finding(Problem.ANCHOR, text, position=position)

    def _check_end(self, last: ChainLink) -> Iterator[Finding]:
        if last.position < self.state.position:
            text = (
                f"the chain was cut off: the links at positions {last.position + 1} to {self.state.position} are gone"
            )
            yield Finding(Problem.CUT_OFF, text, position=last.position + 1)
        elif last.hash != self.state.hash and not self._is_pruned(self.state.position):
            yield Finding(Problem.HEAD, f"the end of the chain at position {last.position} is not the stored one")

    def _check_head(self, head: AuditHead | None, last: ChainLink, *, found: bool) -> Iterator[Finding]:
        """Compare with the head outside the database."""
        if head is None:
            if self.state.version:
                yield Finding(Problem.HEAD, "the stored head is gone: rows at the end could be missing unnoticed")
            return
        if not is_signed(self.chain.key, "head", head.position, head.hash, head.signature):
            yield Finding(Problem.HEAD, "the stored head is not signed with our key", position=head.position)
        elif head.position > last.position and self.state.position < head.position:
            text = (
                f"the newest rows were cut off: the chain ends at position {last.position}, and was at {head.position}"
            )
            yield Finding(Problem.CUT_OFF, text, position=last.position + 1)
        elif not found and head.position <= last.position and not self._is_pruned(head.position):
            text = f"the chain is another one than the stored head of position {head.position} was made for"
            yield Finding(Problem.HEAD, text, position=head.position)

    def _removed(self, first: int, last: int) -> Finding:
        what = (
            f"the link at position {first} was" if first == last else f"the links at positions {first} to {last} were"
        )
        return Finding(Problem.REMOVED_LINKS, f"{what} removed, probably with its event", position=first)

    def _find_unchained(self) -> Iterator[Finding]:
        after, found = SMALLEST_ID, [(0, 0)] * MOST_UNCHAINED
        while len(found) == MOST_UNCHAINED:
            with self.chain.database.read() as tx:
                settled = tx.audit_chain.state().settled_id
                found = tx.audit_chain.unchained(after=after, limit=MOST_UNCHAINED)
            for event_id, at in found:
                if event_id <= settled:
                    yield Finding(Problem.INSERTED, f"event {event_id} was inserted: it has no link", event_id)
                    continue
                self.unchained += 1
                self.oldest_unchained_at = min(at, self.oldest_unchained_at or at)
            after = found[-1][0] if found else after

    def _pruned_hash(self, first: int, last: int) -> str | None:
        """Return the hash before a link whose predecessors retention deleted meanwhile; None of others."""
        with self.chain.database.read() as tx:
            state = tx.audit_chain.state()
        return state.anchor_hash if first <= state.anchor_position == last else None

    def _is_pruned(self, position: int) -> bool:
        """Whether retention deleted this position since the pass began."""
        with self.chain.database.read() as tx:
            return position <= tx.audit_chain.state().anchor_position


def _altered(suspect: _Suspect) -> Finding:
    text = f"event {suspect.link.event_id} was altered, or the link at position {suspect.link.position}"
    return Finding(Problem.ALTERED, text, suspect.link.event_id, suspect.link.position)
