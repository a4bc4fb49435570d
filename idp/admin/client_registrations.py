"""Clients that register themselves: stored, changed, approved of, removed; and the tokens that permit it."""

from __future__ import annotations

from dataclasses import dataclass

from idp import audit
from idp.admin import Refused, apis, client_rules, clients, trusted_issuers
from idp.admin.client_metadata_json import error_of
from idp.admin.client_rules import Registration
from idp.admin.clients import NothingChanged, RegistrationRefused
from idp.audit import Event
from idp.kernel.clock import DAY, HOUR
from idp.kernel.entropy import Entropy
from idp.kernel.handles import digest
from idp.kernel.text import Text
from idp.persistence.client_registrations import ClientRegistration, InitialAccessToken
from idp.persistence.clients import Client
from idp.persistence.transaction import Transaction
from idp.signing.client_secrets import OpenSealer

MOST_USES = 1000
LONGEST_LIFE = 90 * DAY
LONGEST_NOTE = 100
MOST_TOKENS = 100
"""Tokens that a list shows."""


@dataclass(frozen=True)
class Registered:
    """A client as it is now, with the secrets that are shown once."""

    client: Client
    secret: str | None
    token: str | None = None


def require_valid(wanted: Registration, present: Registration, *, attesting: bool) -> None:
    """Raise `InvalidMetadata` for the first fault, before anything is fetched or stored."""
    if found := client_rules.problems(wanted, attesting=attesting, present_scopes=present.scopes):
        raise error_of(found[0])


def register(
    tx: Transaction,
    wanted: Registration,
    entropy: Entropy,
    *,
    network: str,
    waits: bool,
    initial_token_id: str | None,
    attesting: bool,
    sealer: OpenSealer,
) -> Registered:
    """Store a client that registers itself; one that `waits` is disabled until an administrator approves of it.

    `sealer` as for `clients.add`.

    Raises:
        InvalidMetadata: naming the first fault.
    """
    try:
        secret = clients.add(tx, wanted, entropy, attesting=attesting, sealer=sealer)
    except RegistrationRefused as refused:
        raise error_of(refused.problems[0]) from None
    client, token = clients.find(tx, wanted.client_id), entropy.token()
    approved = None if waits else tx.now
    row = ClientRegistration(
        client.client_id, digest(token), network, initial_token_id, approved, changed_at=tx.now, created_at=tx.now
    )
    tx.client_registrations.add(row)
    if waits:
        tx.clients.disable(client)
    audit.record(tx, Event.CLIENT_REGISTERED, client_id=client.client_id, initial_token=initial_token_id, waits=waits)
    return Registered(client, secret, token)


def change(
    tx: Transaction,
    client: Client,
    wanted: Registration,
    entropy: Entropy,
    *,
    must_wait: bool,
    attesting: bool,
    sealer: OpenSealer,
) -> Registered:
    """Change a client as it wants; with `must_wait` an administrator must approve of it anew.

    `sealer` as for `clients.add`.

    Raises:
        InvalidMetadata: naming the first fault.
    """
    secret = None
    try:
        _changed, secret = clients.change(
            tx, client, wanted, entropy, attesting=attesting, sealer=sealer, by_itself=True
        )
    except RegistrationRefused as refused:
        raise error_of(refused.problems[0]) from None
    except NothingChanged:
        must_wait = False
    tx.client_registrations.record_change(client.client_id)
    if must_wait:
        clients.disable(tx, client)
        tx.client_registrations.await_approval(client.client_id)
    return Registered(clients.find(tx, client.client_id), secret)


def remove_unused(tx: Transaction, *, days: int, most: int) -> int:
    """Remove clients that registered themselves and that nobody used for so many days; return how many."""
    gone = tx.client_registrations.remove_unused(before=tx.now - days * DAY, limit=most)
    for client_id in gone:
        trusted_issuers.remove_app(tx, client_id)
        apis.remove_app(tx, client_id)
        audit.record(tx, Event.CLIENT_EXPIRED, client_id=client_id)
    return len(gone)


def make_token(tx: Transaction, entropy: Entropy, *, note: str, uses: int, life: int) -> str:
    """Make an initial access token for so many registrations in `life` seconds; return it, it is never seen again.

    Raises:
        Refused: a bound is not kept, or the note cannot be shown.
    """
    faults: dict[str, str] = {}
    if not 1 <= uses <= MOST_USES:
        faults["uses"] = Text("Choose 1 to {most} registrations.", most=MOST_USES)
    if not HOUR <= life <= LONGEST_LIFE:
        faults["days"] = Text("Choose 1 to {most} days.", most=LONGEST_LIFE // DAY)
    if not note.strip() or len(note) > LONGEST_NOTE or not note.isprintable():
        faults["note"] = Text("Say in 1 to {most} characters who gets it.", most=LONGEST_NOTE)
    if faults:
        raise Refused("\n".join(faults.values()), fields=faults)
    token, token_id = entropy.token(), entropy.token(9)
    tx.client_registrations.add_token(
        InitialAccessToken(token_id, digest(token), note.strip(), uses, tx.now + life, tx.now)
    )
    audit.record(tx, Event.REGISTRATION_TOKEN_ADDED, token_id=token_id, note=note.strip(), uses=uses)
    return token


def remove_token(tx: Transaction, token_id: str) -> None:
    """End an initial access token; raises `Refused` when there is none."""
    if not tx.client_registrations.remove_token(token_id):
        raise Refused(Text("There is no such token any more."))
    audit.record(tx, Event.REGISTRATION_TOKEN_REMOVED, token_id=token_id)
