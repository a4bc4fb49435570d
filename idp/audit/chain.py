"""The hash of an audit event in the chain, from canonical bytes. Pure; see docs/reference/audit.md.

    hash  =  hex( HMAC-SHA256( key, previous hash | line feed | canonical JSON of the event ) )

The key is derived from the sealing keys, so that whoever can only write to the database can compute no hash.
"""

from __future__ import annotations

import hmac
import json
from hashlib import sha256

from idp.persistence.audit_events import AuditEvent

FORMAT = 1
KEY_LABEL = "audit chain"
"""The label of the pepper that is the key."""
_canonical_json = json.JSONEncoder(separators=(",", ":"), sort_keys=True, allow_nan=False).encode


def canonical_bytes(event: AuditEvent) -> bytes:
    """Return an event as JSON: a list of all its columns in a fixed order, ASCII, no spaces, sorted keys."""
    columns = [FORMAT, event.id, event.at, event.event, event.outcome, event.user_id, event.actor_id, event.client_id]
    where = [event.sid, event.address, event.user_agent, event.request_id]
    return _canonical_json([*columns, *where, event.detail]).encode("ascii")


def link_hash(key: bytes, previous: str, event: AuditEvent) -> str:
    """Return the hash of an event behind the hash before it."""
    return hmac.digest(key, previous.encode("ascii") + b"\n" + canonical_bytes(event), sha256).hex()


def sign(key: bytes, what: str, position: int, chain_hash: str) -> str:
    """Return the signature of a position as the `head` or the `anchor` of the chain."""
    return hmac.digest(key, f"{what}\n{position}\n{chain_hash}".encode("ascii"), sha256).hex()


def is_signed(key: bytes, what: str, position: int, chain_hash: str, signature: str) -> bool:
    """Whether this signature is ours."""
    return hmac.compare_digest(sign(key, what, position, chain_hash).encode(), signature.encode())
