"""Links that lead people to a client (OpenID Connect Core section 4: initiating login from a third party)."""

from __future__ import annotations

from idp.kernel.uris import with_query
from idp.persistence.clients import Client
from idp.web.context import services


def initiate_login_href(client: Client) -> str | None:
    """Return the link that lets the client start a sign-in with us; None when it registered no address for that."""
    uri = client.metadata.initiate_login_uri
    if uri is None or client.disabled:
        return None
    return with_query(uri, {"iss": services().settings.issuer})
