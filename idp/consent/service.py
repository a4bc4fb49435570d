"""Asking, remembering and refusing, on rows."""

from __future__ import annotations

from collections.abc import Collection

from idp import audit
from idp.audit import Event
from idp.consent import decision
from idp.persistence.clients import Client
from idp.persistence.login_flows import LoginFlowRow
from idp.persistence.transaction import Transaction


def missing_scopes(
    tx: Transaction,
    client: Client,
    user_id: str,
    requested: Collection[str],
    *,
    redirect_uri: str,
    prompted: bool,
    row: LoginFlowRow | None,
) -> tuple[str, ...]:
    """Return the scopes that consent must cover before this client may have `requested`.

    For first-party clients the person is asked only when the client requests it (`prompt=consent`, here `prompted`);
    then what was allowed earlier does not count, but what was allowed in this flow (`row`) does. A client that another
    app can impersonate is always treated so: an earlier yes may have been for the other one.
    """
    prompted = prompted or decision.is_impersonable(client.token_endpoint_auth_method, redirect_uri)
    if client.first_party and not prompted:
        return ()
    now_allowed = decision.allowed_scopes(row.request, user_id) if row else ()
    open_scopes = decision.missing_scopes(requested, now_allowed)
    if not open_scopes or prompted:
        return open_scopes
    remembered = tx.consents.find(user_id, client.client_id)
    return decision.missing_scopes(open_scopes, remembered.scopes if remembered else ())


def store_question(tx: Transaction, row: LoginFlowRow, scopes: Collection[str]) -> None:
    """Store in the flow which scopes its consent page asks about."""
    if decision.asked_scopes(row.request) != tuple(scopes):
        tx.login_flows.advance(row, request=row.request | decision.question_to_json(scopes))


def store_consent(tx: Transaction, row: LoginFlowRow, user_id: str, scopes: Collection[str]) -> None:
    """Store consent in the flow, and for this client unless it can be impersonated."""
    client_id = row.client_id or ""
    if not tx.login_flows.advance(row, request=row.request | decision.answer_to_json(user_id, scopes)):
        return
    client = tx.clients.by_id(client_id)
    if client and not decision.is_impersonable(client.token_endpoint_auth_method, row.request.get("redirect_uri", "")):
        _remember(tx, client_id, user_id, scopes)
    audit.record(tx, Event.CONSENT_GIVEN, user_id=user_id, client_id=client_id, scopes=sorted(scopes))


def remember_consent(tx: Transaction, client: Client, user_id: str, scopes: Collection[str]) -> None:
    """Store consent that was given outside a login flow, to a client that nobody can impersonate."""
    if not client.first_party:
        _remember(tx, client.client_id, user_id, scopes)
    audit.record(tx, Event.CONSENT_GIVEN, user_id=user_id, client_id=client.client_id, scopes=sorted(scopes))


def remember_removal(tx: Transaction, client_id: str, user_id: str) -> None:
    """Store that a person removed a client, where the next assertion would connect it again."""
    client = tx.clients.by_id(client_id)
    if client and decision.must_remember_removal(client.grant_types, first_party=client.first_party):
        tx.consents.withdraw(user_id, client_id)


def refuse_consent(tx: Transaction, row: LoginFlowRow, user_id: str, scopes: Collection[str]) -> None:
    """Cancel the flow, since the person refused; the client gets `access_denied`."""
    if tx.login_flows.cancel(row):
        client_id = row.client_id
        audit.record(tx, Event.CONSENT_REFUSED, user_id=user_id, client_id=client_id, scopes=sorted(scopes))


def _remember(tx: Transaction, client_id: str, user_id: str, scopes: Collection[str]) -> None:
    before = tx.consents.find(user_id, client_id)
    tx.consents.remember(user_id, client_id, sorted({*scopes, *(before.scopes if before else ())}))
