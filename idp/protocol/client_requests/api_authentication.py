"""How an API proves itself at the introspection endpoint (RFC 7662 section 2.1): its identifier and its secret."""

from __future__ import annotations

from idp.kernel.client_auth_methods import SENT_SECRET_METHODS
from idp.persistence.apis import Api
from idp.protocol.client_requests.client_authentication import raise_invalid_client
from idp.protocol.client_requests.credentials import read_credentials
from idp.protocol.client_requests.request import BackChannelRequest

IN_IDENTIFIERS = ":"
"""Every identifier has a scheme, and no client_id has this character."""


def authenticate_api(oauth_request: BackChannelRequest) -> Api | None:
    """Return the API that sent this request, one SQL statement; None for a client, which has sent no identifier.

    Raises:
        InvalidRequestError: as `authenticate` of a client.
        InvalidClientError: there is no such API, or its secret is another one; audited.
    """
    given = read_credentials(oauth_request)
    if IN_IDENTIFIERS not in given.client_id:
        return None
    api = oauth_request.tx.apis.by_identifier(given.client_id) if given.method in SENT_SECRET_METHODS else None
    if api is None:
        raise_invalid_client(oauth_request, given, "unknown API, or no secret sent", known=False)
    if not api.verify_secret(given.secret):
        raise_invalid_client(oauth_request, given, "wrong secret of an API", known=False)
    return api
