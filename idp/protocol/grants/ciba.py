"""A client asking whether the person has approved its authentication request (OpenID CIBA Core 1.0 section 10.1)."""

from __future__ import annotations

from idp.kernel.client_auth_methods import CONFIDENTIAL_METHODS
from idp.kernel.grant_types import CIBA
from idp.protocol.grants.polled_request import PolledRequestGrant, PolledRequests


class Ciba(PolledRequestGrant):
    """Answers the polls of clients, in ping mode too (section 7.3)."""

    GRANT_TYPE = CIBA
    TOKEN_ENDPOINT_AUTH_METHODS = CONFIDENTIAL_METHODS
    CODE_PARAMETER = "auth_req_id"

    def requests(self) -> PolledRequests:
        """Return what clients asked for themselves."""
        return self.request.tx.ciba_requests
