"""What a client that asks for sign-ins itself must be (OpenID CIBA Core 1.0 section 4). Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from idp.kernel.client_auth_methods import NONE
from idp.kernel.grant_types import CIBA
from idp.kernel.text import Text
from idp.persistence.client_metadata import PING

if TYPE_CHECKING:
    from idp.admin.client_rules import Registration


def problems(wanted: Registration) -> Iterator[tuple[str, Text]]:
    """Yield where such a registration contradicts itself."""
    members = wanted.metadata
    pings, address = members.backchannel_token_delivery_mode == PING, members.backchannel_client_notification_endpoint
    if CIBA in wanted.grant_types and wanted.token_endpoint_auth_method == NONE:
        yield "grant_types", Text("A public client cannot ask for sign-ins itself: it cannot prove itself.")
    if pings and address is None:
        yield "backchannel_client_notification_endpoint", Text("The mode ping needs an address where the app is told.")
    if address is not None and not pings:
        yield "backchannel_token_delivery_mode", Text("An address where the app is told needs the mode ping.")
    if (
        members.backchannel_authentication_request_signing_alg is not None
        and wanted.jwks is None
        and members.jwks_uri is None
    ):
        yield (
            "backchannel_authentication_request_signing_alg",
            Text("An app that signs its requests needs public keys, typed here or at an address."),
        )
