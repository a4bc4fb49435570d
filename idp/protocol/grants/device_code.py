"""A device asking whether the person has approved it (RFC 8628 sections 3.4 and 3.5)."""

from __future__ import annotations

from idp.protocol.backchannel.client_authentication import METHODS
from idp.protocol.grants.polled_request import PolledRequestGrant, PolledRequests

GRANT_TYPE = "urn:ietf:params:oauth:grant-type:device_code"


class DeviceCode(PolledRequestGrant):
    """Answers the polls of devices."""

    GRANT_TYPE = GRANT_TYPE
    TOKEN_ENDPOINT_AUTH_METHODS = METHODS
    CODE_PARAMETER = "device_code"

    def requests(self) -> PolledRequests:
        """Return what devices asked for."""
        return self.request.tx.device_authorizations
