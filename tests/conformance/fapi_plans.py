"""The plans of FAPI: how clients authenticate, and what their tokens are bound to, in each combination."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from idp.persistence.client_metadata import ClientMetadata
from tests.conformance.plan import CODE_GRANTS, TLS, Plan
from tests.conformance.resource_server import PATH

KEY, MTLS, DPOP = "private_key_jwt", "mtls", "dpop"
COMBINATIONS = {(KEY, DPOP): "", (KEY, MTLS): "-key-mtls", (MTLS, DPOP): "-mtls-dpop", (MTLS, MTLS): "-mtls-mtls"}
"""Of authentication and what tokens are bound to, and the end of the plan's key."""
OPENID = {"openid": "openid_connect", "fapi_profile": "plain_fapi", "authorization_request_type": "simple"}
OWN_SCOPES = ("accounts",)
"""Of clients that ask for no person's details."""
DETAILS = ({"type": "payment_initiation", "actions": ["initiate"], "identifier": "one"},)
SECURITY_PROFILE = "fapi2-security-profile-final-test-plan"


def fapi_plans() -> Iterator[Plan]:
    """Yield all plans of FAPI 2.0 and FAPI 1.0."""
    yield from _security_profile()
    yield from _message_signing()
    yield from _advanced()


def _security_profile() -> Iterator[Plan]:
    for (auth, bound), end in COMBINATIONS.items():
        variant = _variant(auth, bound) | OPENID
        yield Plan(f"fapi2-security-profile{end}", SECURITY_PROFILE, variant, client=_client("fapi2", auth, bound))
    rich = {**_variant(KEY, DPOP), **OPENID, "authorization_request_type": "rar"}
    types = [str(detail["type"]) for detail in DETAILS]
    client = _client("fapi2", KEY, DPOP, authorization_details_types=types)
    yield Plan("fapi2-security-profile-rar", SECURITY_PROFILE, rich, client=client, details=DETAILS)
    plain = {**_variant(KEY, DPOP), **OPENID, "openid": "plain_oauth"}
    scopes = (*OWN_SCOPES, "offline_access")
    client = _client("fapi2", KEY, DPOP)
    yield Plan("fapi2-security-profile-oauth", SECURITY_PROFILE, plain, client=client, scopes=scopes, resource=PATH)
    for (auth, bound), end in COMBINATIONS.items():
        yield _alone(f"fapi2-client-credentials{end}", auth, bound)


def _alone(key: str, auth: str, bound: str) -> Plan:
    """Return a plan of clients that act for themselves, so that userinfo has nothing to tell them."""
    alone = {"fapi_profile": "fapi_client_credentials_grant", "openid": "plain_oauth"}
    variant = _variant(auth, bound) | alone
    client = _client("fapi2", auth, bound) | {"grant_types": ["client_credentials"], "response_types": []}
    return Plan(key, SECURITY_PROFILE, variant, client=client, scopes=OWN_SCOPES, resource=PATH)


def _message_signing() -> Iterator[Plan]:
    name = "fapi2-message-signing-final-test-plan"
    for (auth, bound), end in COMBINATIONS.items():
        signed = {**_variant(auth, bound), **OPENID, "fapi_request_method": "signed_non_repudiation"}
        clients = {
            "plain_response": _client("fapi2", auth, bound, require_signed_request_object=True),
            "jarm": _client("fapi2-message-signing", auth, bound),
        }
        for mode, client in clients.items():
            key = f"fapi2-message-signing-{mode.removesuffix('_response')}{end}"
            yield Plan(key, name, signed | {"fapi_response_mode": mode}, client=client)


def _advanced() -> Iterator[Plan]:
    """Yield FAPI 1.0 Advanced: tokens are always bound to certificates."""
    hybrid = {"response_types": ["code", "code id_token"], "grant_types": [*CODE_GRANTS, "implicit"]}
    for auth in (KEY, MTLS):
        for method in ("by_value", "pushed"):
            variant = {"client_auth_type": auth, "fapi_auth_request_method": method, "fapi_profile": "plain_fapi"}
            key = f"fapi1-advanced-{'key' if auth == KEY else auth}-{method.replace('_', '-')}"
            client = _client("fapi1-advanced", auth, MTLS) | {"require_pkce": False}
            plan = Plan(key, "fapi1-advanced-final-test-plan", variant, client=client)
            yield replace(
                plan,
                variant={**variant, "fapi_response_mode": "plain_response"},
                settings={"response_types": "code, code id_token"},
                client=client | hybrid,
            )
            yield replace(plan, key=f"{key}-jarm", variant={**variant, "fapi_response_mode": "jarm"})


def _variant(auth: str, bound: str) -> dict[str, str]:
    return {"client_auth_type": auth, "sender_constrain": bound}


def _client(profile: str, auth: str, bound: str, **members: Any) -> dict[str, Any]:
    metadata = ClientMetadata(
        security_profile=profile,
        dpop_bound_access_tokens=bound == DPOP,
        tls_client_certificate_bound_access_tokens=bound == MTLS,
        **members,
    )
    return {
        "token_endpoint_auth_method": TLS if auth == MTLS else auth,
        "post_logout_redirect_uris": [],
        "id_token_signed_response_alg": "PS256",
        "metadata": metadata,
    }
