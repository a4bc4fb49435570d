"""JWT Secured Authorization Response Mode for OAuth 2.0 (JARM): the response as a JWT for one client."""

from __future__ import annotations

from collections.abc import Mapping

from idp.kernel.clock import MINUTE
from idp.persistence.clients import Client
from idp.protocol.client_responses import encrypt_for, signing_alg
from idp.web.context import services

LIFETIME = 5 * MINUTE
"""Seconds; at most ten minutes (JARM section 2.1)."""


def response_jwt(client: Client, parameters: Mapping[str, str]) -> str:
    """Return the parameters as a signed JWT, encrypted for a client that is registered for it (JARM section 2.2).

    Raises:
        NoEncryptionKey: it is, and has no key.
    """
    claims = {
        **parameters,
        "iss": services().settings.issuer,
        "aud": client.client_id,
        "exp": services().clock.now() + LIFETIME,
    }
    alg = signing_alg(client, client.metadata.authorization_signed_response_alg)
    return encrypt_for(client, "authorization", services().keyring.sign(claims, alg=alg, typ=None))
