"""OpenID Connect Back-Channel Logout 1.0, our side: the logout token, and its delivery.

The session has ended already, and no request waits for the delivery. Each try has a new token, since one lives two
minutes; its content stays true.
"""

from __future__ import annotations

from http import HTTPStatus

from idp.claims.subjects import subject_for
from idp.messaging.http_client import Outbound, form_content
from idp.messaging.logout_notifications import SESSION, SUBJECT
from idp.messaging.smtp import Rejected, Undelivered
from idp.persistence.clients import Client
from idp.persistence.outbox import OutboxMessage
from idp.services import Services

LOGOUT_TOKEN_TYPE = "logout+jwt"  # noqa: S105 - a media type
LIFE = 120
"""Seconds (section 2.4: preferably at most two minutes)."""
EVENT = "http://schemas.openid.net/event/backchannel-logout"


class LogoutSender:
    """Sends the messages of the channel `backchannel_logout`."""

    def __init__(self, services: Services, outbound: Outbound) -> None:
        self._services, self._outbound = services, outbound

    def send(self, message: OutboxMessage) -> None:
        """Post the token to the URI that the client has registered now (section 2.5).

        Raises:
            Rejected: the client could not log out (400); section 2.8 leaves nothing more to be done.
            Undelivered: it did not answer, or neither yes nor no.
        """
        with self._services.database.read() as tx:
            client = tx.clients.by_id(message.recipient)
        if client is None or not client.backchannel_logout_uri:
            return  # the client was removed, or its logout URI, since the message was enqueued
        token = self._token(client, user_id=message.context[SUBJECT], sid=message.context[SESSION])
        status = self._outbound.post(client.backchannel_logout_uri, form_content({"logout_token": token})).status
        if status == HTTPStatus.BAD_REQUEST:
            raise Rejected(f"{client.client_id} answered 400: it did not accept the logout")
        if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            raise Undelivered(f"{client.client_id} answered with status {status}")

    def _token(self, client: Client, *, user_id: str, sid: str) -> str:
        """Return a logout token (section 2.4): `sub` and `sid` both, and never a `nonce`, so that it is no ID token."""
        now = self._services.clock.now()
        claims = {
            "iss": self._services.settings.issuer,
            "aud": client.client_id,
            "sub": subject_for(client, user_id, self._services.sealer.pepper),
            "sid": sid,
            "iat": now,
            "exp": now + LIFE,
            "jti": self._services.entropy.token(16),
            "events": {EVENT: {}},
        }
        return self._services.keyring.sign(claims, alg=client.id_token_signed_response_alg, typ=LOGOUT_TOKEN_TYPE)
