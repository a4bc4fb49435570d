"""Subject identifiers (OpenID Connect Core section 8): what a client calls a person. Pure.

    public     the id of the account: the same for every client
    pairwise   base64url( HMAC-SHA256( key, sector | line feed | id of the account ) ): the same for clients of a sector

The key is derived from the sealing keys, so nobody else can compute or compare pairwise ids, and none are stored. The
sector is the host of `sector_identifier_uri`, or else the one host of all redirect URIs (section 8.1). An app that runs
on people's own machines has no host of its own: it is a sector by itself.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from hashlib import sha256
from urllib.parse import urlsplit

from idp.config import LOOPBACK
from idp.kernel.entropy import urlsafe
from idp.persistence.client_metadata import PUBLIC_SUBJECT
from idp.persistence.clients import Client

PAIRWISE = "pairwise"
SUBJECT_TYPES = (PUBLIC_SUBJECT, PAIRWISE)
KEY_LABEL = "pairwise subject"
"""The label of the pepper that is the key."""


def is_pairwise(client: Client) -> bool:
    """Whether this client gets ids of its own sector."""
    return client.metadata.subject_type == PAIRWISE


def subject_for(client: Client, user_id: str, pepper: Callable[[str], bytes]) -> str:
    """Return the `sub` of a person for a client; `pepper` is that of the sealer."""
    if not is_pairwise(client):
        return user_id
    message = f"{_sector(client)}\n{user_id}".encode()
    return urlsafe(hmac.digest(pepper(KEY_LABEL), message, sha256))


def _sector(client: Client) -> str:
    address = client.metadata.sector_identifier_uri or next(iter(client.redirect_uris), "")
    parts = urlsplit(address)
    if parts.scheme in {"http", "https"} and parts.hostname and parts.hostname not in LOOPBACK:
        return parts.hostname
    return f"client:{client.client_id}"
