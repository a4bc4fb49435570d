"""What is stored when a person approves or refuses an authentication request; each is decided once."""

from __future__ import annotations

from idp import audit
from idp.audit import Event
from idp.consent import service as consents
from idp.kernel.clock import MINUTE
from idp.login.policy.assurance import Assurance
from idp.login.state.session import AuthenticatedSession
from idp.messaging.ciba_pings import enqueue_ping
from idp.persistence.ciba_requests import CibaRequest
from idp.persistence.clients import Client
from idp.persistence.transaction import Transaction
from idp.protocol.authorize.issue_code import store_grant
from idp.protocol.authorize.requirement import covered_acr
from idp.protocol.ciba.binding_message import MOST_WRONG
from idp.protocol.decided_grants import grant_of


def approve(
    tx: Transaction, asked: CibaRequest, client: Client, auth_session: AuthenticatedSession, reached: Assurance
) -> bool:
    """Store the grant that the `auth_req_id` is claimed from; False when the request was decided or has expired.

    Raises:
        LoginRequiredError: when the session has ended.
    """
    key = asked.auth_req_id_digest
    if not tx.ciba_requests.decide(key, denied=False):
        return False
    acr = covered_acr(asked.acr_values, reached)
    store_grant(tx, grant_of(tx, asked, client, auth_session, reached, code_digest=key, acr=acr), auth_session)
    consents.remember_consent(tx, client, auth_session.person.user.id, asked.scopes)
    _ping(tx, asked)
    return True


def deny(tx: Transaction, asked: CibaRequest, user_id: str, *, reason: str | None = None) -> bool:
    """Refuse the request; False when it was decided or has expired."""
    if not tx.ciba_requests.decide(asked.auth_req_id_digest, denied=True):
        return False
    scopes = sorted(asked.scopes)
    audit.record(tx, Event.CONSENT_REFUSED, user_id=user_id, client_id=asked.client_id, scopes=scopes, reason=reason)
    _ping(tx, asked)
    return True


def count_wrong_number(tx: Transaction, asked: CibaRequest, user_id: str) -> int:
    """Count a wrong number, and refuse the request at the last one.

    Returns:
        How many there were; 0 when the request was decided or has expired.
    """
    wrong = tx.ciba_requests.count_wrong_number(asked.auth_req_id_digest)
    if wrong >= MOST_WRONG and not deny(tx, asked, user_id, reason="wrong number"):
        return 0
    return wrong


def _ping(tx: Transaction, asked: CibaRequest) -> None:
    """Let the client know that it can ask now, if it wants to (section 10.2)."""
    if asked.sealed_ping and asked.user_id:
        minutes = max(1, (asked.expires_at - tx.now) // MINUTE)
        key = asked.auth_req_id_digest
        enqueue_ping(tx, asked.client_id, asked.user_id, name=key, sealed=asked.sealed_ping, minutes=minutes)
