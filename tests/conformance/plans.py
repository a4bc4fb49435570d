"""The plans, in the order of their certification profiles; each says what it needs of the product and its clients."""

from collections.abc import Iterator

from tests.conformance.ciba_plans import ciba_plans
from tests.conformance.fapi_plans import fapi_plans
from tests.conformance.plan import CODE_GRANTS, Plan

ALL_TYPES = "code, id_token, id_token token, code id_token, code token, code id_token token"
STATIC = {"server_metadata": "discovery", "client_registration": "static_client"}
DYNAMIC = {"server_metadata": "discovery", "client_registration": "dynamic_client"}
WITH_CODE = {"client_registration": "static_client", "response_type": "code"}
MANY = "100000"
OPEN = {
    "client_registration": "open",
    "registered_pkce": "optional",
    "registrations_per_network": MANY,
    "registrations_per_day": MANY,
}
FRONTCHANNEL, BACKCHANNEL = "frontchannel_logout", "backchannel_logout"


def all_plans() -> dict[str, Plan]:
    """Return every plan by its key, in the order in which they are run."""
    return {plan.key: plan for plan in (*_core(), *_dynamic(), *_logout(), *fapi_plans(), *ciba_plans())}


def _core() -> Iterator[Plan]:
    yield Plan("config", "oidcc-config-certification-test-plan")
    types = {"response_types": ALL_TYPES}
    client = {"response_types": ALL_TYPES.split(", "), "grant_types": [*CODE_GRANTS, "implicit"]}
    for prefix in ("", "formpost-"):
        name = f"oidcc-{prefix}{{}}-certification-test-plan"
        yield Plan(f"{prefix}basic", name.format("basic"), STATIC)
        yield Plan(f"{prefix}implicit", name.format("implicit"), STATIC, types, client)
        yield Plan(f"{prefix}hybrid", name.format("hybrid"), STATIC, types, client)
    yield Plan(
        "private-key-jwt",
        "oidcc-test-plan",
        {**WITH_CODE, "client_auth_type": "private_key_jwt", "response_mode": "default"},
        client={"token_endpoint_auth_method": "private_key_jwt"},
    )


def _dynamic() -> Iterator[Plan]:
    settings = {**OPEN, "response_types": ALL_TYPES}
    for kind in ("basic", "implicit", "hybrid"):
        yield Plan(f"{kind}-dynamic", f"oidcc-{kind}-certification-test-plan", DYNAMIC, settings)
    for response_type in ALL_TYPES.split(", "):
        key = f"dynamic-{response_type.replace(' ', '-')}"
        yield Plan(key, "oidcc-dynamic-certification-test-plan", {"response_type": response_type}, settings)
    yield Plan(
        "third-party-login", "oidcc-3rdparty-init-login-certification-test-plan", {"response_type": "code"}, OPEN
    )


def _logout() -> Iterator[Plan]:
    initiated = "oidcc-{}rp-initiated-logout-certification-test-plan"
    yield Plan("rp-logout", initiated.format(""), WITH_CODE)
    watched = {"session_management": "true"}
    yield Plan("session-management", "oidcc-session-management-certification-test-plan", WITH_CODE, watched)
    yield Plan("front-channel-logout", initiated.format("frontchannel-"), WITH_CODE, logout=FRONTCHANNEL)
    yield Plan("back-channel-logout", initiated.format("backchannel-"), WITH_CODE, logout=BACKCHANNEL)
