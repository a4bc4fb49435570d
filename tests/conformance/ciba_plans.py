"""The plans of FAPI-CIBA: clients that ask for sign-ins themselves, and poll or are pinged."""

from collections.abc import Iterator

from idp.kernel.grant_types import CIBA
from idp.persistence.client_metadata import ClientMetadata
from tests.conformance.plan import Plan

MODES = ("poll", "ping")
NOTIFIED_AT = "ciba-notification-endpoint"
"""Below the address of a plan's clients: where the suite takes pings."""


def ciba_plans() -> Iterator[Plan]:
    """Yield one plan for each mode; the clients sign all that they send, and have certificates."""
    for mode in MODES:
        variant = {"client_auth_type": "private_key_jwt", "ciba_mode": mode, "fapi_ciba_profile": "plain_fapi"}
        members = ClientMetadata(
            security_profile="fapi1-advanced",
            tls_client_certificate_bound_access_tokens=True,
            backchannel_token_delivery_mode=mode,
            backchannel_authentication_request_signing_alg="PS256",
        )
        client = {
            "token_endpoint_auth_method": "private_key_jwt",
            "grant_types": [CIBA, "refresh_token"],
            "response_types": [],
            "redirect_uris": [],
            "post_logout_redirect_uris": [],
            "id_token_signed_response_alg": "PS256",
            "metadata": members,
        }
        yield Plan(
            f"fapi-ciba-{mode}",
            "fapi-ciba-id1-test-plan",
            variant | {"client_registration": "static_client"},
            client=client,
        )
