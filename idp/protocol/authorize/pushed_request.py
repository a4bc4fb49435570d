"""Pushed authorization requests (RFC 9126): the client sends the parameters itself, the browser only a reference.

POST /par   the client authenticates; every check of an authorization request -> request_uri, good for 60 seconds
/authorize  by that reference, as often as somebody opens the page            (sent_request)
the end     of a sign-in claims it: one answer, however many tabs were open   (claim_request)
"""

from __future__ import annotations

from typing import Any

from authlib.oidc.core.errors import InvalidRequestURIError

from idp.persistence.pushed_requests import PushedRequest
from idp.persistence.transaction import Transaction

PREFIX = "urn:ietf:params:oauth:request_uri:"
LIFETIME = 60
"""Seconds in which the sign-in must be started."""
METADATA: dict[str, Any] = {"require_pushed_authorization_requests": False}


class UnusableRequest(InvalidRequestURIError):
    """There is no such request of this client, it is older than a minute, or it was answered."""

    description = "this request_uri is unknown, expired or used; push the request again"


def claim_request(tx: Transaction, request_id: str | None) -> PushedRequest | None:
    """Claim a pushed request for the answer to it; None for a request that was not pushed.

    Raises:
        UnusableRequest: it was answered before.
    """
    if request_id is None:
        return None
    claimed = tx.pushed_requests.claim(request_id)
    if claimed is None:
        raise UnusableRequest
    return claimed


def release_request(tx: Transaction, claimed: PushedRequest | None) -> None:
    """Release a request that this transaction claimed and does not answer."""
    if claimed is not None:
        tx.pushed_requests.release(claimed.id)
