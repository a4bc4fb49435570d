"""Who may register a client, and who may manage one."""

from __future__ import annotations

import re

from flask import request

from idp.config import Settings
from idp.kernel.clock import DAY, HOUR, MINUTE
from idp.kernel.grant_types import CIBA
from idp.kernel.handles import constant_time_equal, digest
from idp.persistence.client_registrations import ClientRegistration
from idp.persistence.clients import Client
from idp.persistence.throttles import Limit, network_bucket
from idp.persistence.transaction import Transaction
from idp.protocol.errors import BearerError

BEARER = re.compile(r"bearer +([A-Za-z0-9._~+/-]+=*)", re.IGNORECASE)
INVALID_INITIAL = (401, "invalid_token", "the initial access token is wrong, expired or used up")
INVALID = (401, "invalid_token", "the registration access token is wrong, or its client is gone")
DISABLED = (403, "access_denied", "an administrator disabled this client: it can be read, not changed or removed")
EVERYBODY = "registration:all"
CHANGE_LIMIT = Limit(30, 15 * MINUTE, 300, DAY)
"""Replacements of one registration; each may fetch what its addresses hold."""


class TooMany(Exception):
    """More clients were registered than the limits permit."""


class ClientDisabled(BearerError):
    """A client that an administrator disabled wants to change or remove itself."""

    def __init__(self, client_id: str) -> None:
        super().__init__(*DISABLED)
        self.client_id = client_id


def presented_token() -> str:
    """Return the token in the header (RFC 6750 section 2.1); raises `BearerError` when there is none."""
    found = BEARER.fullmatch(request.headers.get("Authorization", ""))
    if found is None:
        raise BearerError(401)
    return found[1]


def require_admission(tx: Transaction, settings: Settings) -> str | None:
    """Count a registration, and return the digest of its initial access token if one is needed.

    Raises:
        BearerError: the token is missing or of no use.
        TooMany: the limits are reached.
    """
    network = network_bucket("registration", tx.origin.address)
    own = Limit(settings.registrations_per_network, HOUR, 24 * settings.registrations_per_network, DAY)
    every = Limit(settings.registrations_per_day, DAY, settings.registrations_per_day, DAY)
    if not tx.throttles.consume(network, own):
        raise TooMany
    token_digest = _find_initial_token(tx) if settings.client_registration == "token" else None
    if not tx.throttles.consume(EVERYBODY, every):  # after the token: who has none cannot use it up for the others
        raise TooMany
    return token_digest


def _find_initial_token(tx: Transaction) -> str:
    token_digest = digest(presented_token())
    if tx.client_registrations.find_token(token_digest) is None:
        raise BearerError(*INVALID_INITIAL)
    return token_digest


def count_change(tx: Transaction, client_id: str) -> bool:
    """Count a replacement of a registration; False when there were too many."""
    return tx.throttles.consume(f"registration:client:{client_id}", CHANGE_LIMIT)


def may_choose_ciba(tx: Transaction, client: Client, settings: Settings) -> bool:
    """Whether a registered client may give itself the grant of CIBA, or keep it.

    With "approval" an administrator looks at the change. With "token" the client must have come with one: not one that
    registered while everybody could.
    """
    if settings.client_registration != "token" or CIBA in client.grant_types:
        return settings.client_registration != "open"
    row = tx.client_registrations.of_client(client.client_id)
    return row is not None and row.initial_token_id is not None


def claim_initial_token(tx: Transaction, token_digest: str | None) -> str | None:
    """Use the token once; return its id. Raises `BearerError` when others have used it up."""
    if token_digest is None:
        return None
    token = tx.client_registrations.claim_token(token_digest)
    if token is None:
        raise BearerError(*INVALID_INITIAL)
    return token.id


def require_own_token(tx: Transaction, client_id: str) -> Client:
    """Return the client whose registration access token was sent.

    Raises:
        BearerError: it is another's, or there is no such client (RFC 7592 section 2.1).
    """
    return _find_own(tx, client_id, lock=False)[0]


def require_changeable(tx: Transaction, client_id: str, *, lock: bool = False) -> Client:
    """Return the client as `require_own_token`, if it may change and remove itself.

    One that an administrator disabled may not: it would come back under another name, or with another id.

    Raises:
        BearerError: as `require_own_token`.
        ClientDisabled: it is disabled and waits for no approval (RFC 7592 section 2.2).
    """
    client, row = _find_own(tx, client_id, lock=lock)
    if client.disabled and row.approved_at is not None:
        raise ClientDisabled(client_id)
    return client


def _find_own(tx: Transaction, client_id: str, *, lock: bool) -> tuple[Client, ClientRegistration]:
    presented = digest(presented_token())
    client, row = tx.clients.by_id(client_id, lock=lock), tx.client_registrations.of_client(client_id)
    if client is None or row is None or not constant_time_equal(presented, row.token_digest):
        raise BearerError(*INVALID)
    return client, row
