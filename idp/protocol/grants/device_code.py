"""A device asking whether the person has approved it (RFC 8628 sections 3.4 and 3.5)."""

from __future__ import annotations

from idp.kernel.client_auth_methods import METHODS
from idp.kernel.grant_types import DEVICE_CODE
from idp.protocol.grants.polled_request import PolledRequestGrant, PolledRequests


class DeviceCode(PolledRequestGrant):
    """Answers the polls of devices."""

    GRANT_TYPE = DEVICE_CODE
    TOKEN_ENDPOINT_AUTH_METHODS = METHODS
    CODE_PARAMETER = "device_code"

    def requests(self) -> PolledRequests:
        """Return what devices asked for."""
        return self.request.tx.device_authorizations
