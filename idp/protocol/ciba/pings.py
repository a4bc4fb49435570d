"""The ping: a client learns that its request was decided, and asks for tokens (OpenID CIBA Core 1.0 section 10.2)."""

from __future__ import annotations

import json
from http import HTTPStatus

from idp.messaging.http_client import Outbound, json_content
from idp.messaging.sealed_secrets import SealedSecret, unsealer
from idp.messaging.smtp import Rejected, Undelivered
from idp.persistence.outbox import OutboxMessage
from idp.services import Services


class PingSender:
    """Sends the messages of the channel `ciba_ping`."""

    def __init__(self, services: Services, outbound: Outbound) -> None:
        self._services, self._outbound, self._unseal = services, outbound, unsealer(services.sealer)

    def send(self, message: OutboxMessage) -> None:
        """Post the `auth_req_id` to the endpoint that the client has registered now, with the client's own token.

        What it answers in a body is not read, and a redirect is not followed.

        Raises:
            Rejected: the client does not accept it, so that trying again is of no use.
            Undelivered: it did not answer, or has a fault of its own.
        """
        with self._services.database.read() as tx:
            client = tx.clients.by_id(message.recipient)
        address = client.metadata.backchannel_client_notification_endpoint if client else None
        sealed = SealedSecret.from_context(message.context)
        if client is None or address is None or sealed is None:
            return  # the client was removed, or its endpoint, since the message was enqueued
        auth_req_id, token = json.loads(self._unseal(sealed))
        headers = {"Authorization": f"Bearer {token}"}
        status = self._outbound.post(address, json_content({"auth_req_id": auth_req_id}), headers).status
        if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
            raise Rejected(f"{client.client_id} answered {status}: it did not accept the ping")
        if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            raise Undelivered(f"{client.client_id} answered with status {status}")
