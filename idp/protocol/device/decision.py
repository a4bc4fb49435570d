"""What is stored when a person approves or denies a device; each request is decided once."""

from __future__ import annotations

from idp import audit
from idp.audit import Event
from idp.claims.standard import OFFLINE_ACCESS
from idp.login.policy.assurance import Assurance
from idp.login.state.session import AuthenticatedSession
from idp.persistence.clients import Client
from idp.persistence.device_authorizations import DeviceAuthorization
from idp.persistence.grants import Grant
from idp.persistence.transaction import Transaction
from idp.protocol.authorize.issue_code import store_grant
from idp.web.context import services


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
    store_grant(tx, _new_grant(tx, device, client, auth_session, reached), auth_session)
    audit.record(tx, Event.CONSENT_GIVEN, user_id=user_id, client_id=client.client_id, scopes=sorted(device.scopes))
    return True


def deny(tx: Transaction, device: DeviceAuthorization, user_id: str) -> bool:
    """Refuse the device; False when the request was decided or has expired."""
    if not tx.device_authorizations.decide(device.device_code_digest, denied=True):
        return False
    scopes = sorted(device.scopes)
    audit.record(tx, Event.CONSENT_REFUSED, user_id=user_id, client_id=device.client_id, scopes=scopes)
    return True


def _new_grant(
    tx: Transaction,
    device: DeviceAuthorization,
    client: Client,
    auth_session: AuthenticatedSession,
    reached: Assurance,
) -> Grant:
    """Return the grant; without a redirect URI, so that its code is no authorization code."""
    lifetime = client.refresh_token_lifetime or services().settings.refresh_token_lifetime
    return Grant(
        id=services().entropy.token(16),
        user_id=auth_session.person.user.id,
        client_id=client.client_id,
        sid=auth_session.session.sid,
        offline=OFFLINE_ACCESS in device.scopes,
        scopes=device.scopes,
        claims={},
        acr=reached.level.acr,
        amr=list(reached.amr),
        auth_time=reached.auth_time,
        second_factor_at=reached.second_factor_at,
        redirect_uri="",
        code_digest=device.device_code_digest,
        code_challenge="",
        code_expires_at=device.expires_at,
        expires_at=tx.now + lifetime,
        resources=device.resources,
        authorization_details=device.authorization_details,
    )
