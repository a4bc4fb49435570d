"""What is stored when a person approves or denies a device; each request is decided once."""

from __future__ import annotations

from idp import audit
from idp.audit import Event
from idp.login.policy.assurance import Assurance
from idp.login.state.session import AuthenticatedSession
from idp.persistence.clients import Client
from idp.persistence.device_authorizations import DeviceAuthorization
from idp.persistence.transaction import Transaction
from idp.protocol.authorize.issue_code import store_grant
from idp.protocol.decided_grants import grant_of


def approve(
    tx: Transaction,
    device: DeviceAuthorization,
    client: Client,
    auth_session: AuthenticatedSession,
    reached: Assurance,
) -> bool:
    """Store the grant that the device code is claimed from; False when the request was decided or has expired.

    Raises:
        LoginRequiredError: when the session has ended.
    """
    if not tx.device_authorizations.decide(device.device_code_digest, denied=False):
        return False
    user_id = auth_session.person.user.id
    code, acr = device.device_code_digest, reached.level.acr
    store_grant(tx, grant_of(tx, device, client, auth_session, reached, code_digest=code, acr=acr), auth_session)
    audit.record(tx, Event.CONSENT_GIVEN, user_id=user_id, client_id=client.client_id, scopes=sorted(device.scopes))
    return True


def deny(tx: Transaction, device: DeviceAuthorization, user_id: str) -> bool:
    """Refuse the device; False when the request was decided or has expired."""
    if not tx.device_authorizations.decide(device.device_code_digest, denied=True):
        return False
    scopes = sorted(device.scopes)
    audit.record(tx, Event.CONSENT_REFUSED, user_id=user_id, client_id=device.client_id, scopes=scopes)
    return True
