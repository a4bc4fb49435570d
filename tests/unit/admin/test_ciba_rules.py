"""Which registrations of CIBA are refused (OpenID CIBA Core 1.0 section 4)."""

from typing import Any

import pytest

from idp.admin import client_rules
from idp.admin.client_rules import Registration
from idp.kernel.grant_types import CIBA
from idp.persistence.client_metadata import ClientMetadata

PING = {"backchannel_token_delivery_mode": "ping"}
ADDRESS = {"backchannel_client_notification_endpoint": "https://till.example/ping"}
SIGNED = "backchannel_authentication_request_signing_alg"


def faults(members: dict[str, Any], **fields: Any) -> list[str]:
    """The fields that a registration is refused for."""
    values = {"grant_types": (CIBA, "refresh_token"), "response_types": ()} | fields
    wanted = Registration(client_id="till", client_name="Till", metadata=ClientMetadata(**members), **values)
    return [problem.field for problem in client_rules.problems(wanted, attesting=False)]


@pytest.mark.parametrize(
    ("members", "fields", "expected"),
    [
        ({}, {}, []),
        (PING | ADDRESS, {}, []),
        (PING, {}, ["backchannel_client_notification_endpoint"]),
        (ADDRESS, {}, ["backchannel_token_delivery_mode"]),
        ({"backchannel_token_delivery_mode": "push"}, {}, ["backchannel_token_delivery_mode"]),
        ({SIGNED: "ES256"}, {}, [SIGNED]),
        ({SIGNED: "ES256", "jwks_uri": "https://till.example/keys"}, {}, []),
        ({SIGNED: "none"}, {}, [SIGNED]),
        ({}, {"token_endpoint_auth_method": "none"}, ["grant_types"]),
    ],
)
def test_registrations(members: dict[str, Any], fields: dict[str, Any], expected: list[str]) -> None:
    assert faults(members, **fields)[:1] == expected
