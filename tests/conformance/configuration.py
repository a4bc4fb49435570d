"""What the suite has to know of a run: where the product is, and which clients it has (suite: "test configuration")."""

from typing import Any

from tests.conformance.plan import Plan
from tests.conformance.provider import Provider

ALIAS = "countersign-{}"
"""Part of the redirect URIs; plans with the same would disturb each other."""
OPENID_METADATA = "/.well-known/openid-configuration"
OAUTH_METADATA = "/.well-known/oauth-authorization-server"


def configuration(plan: Plan, provider: Provider, approval_url: str = "") -> dict[str, Any]:
    """Return the configuration of a plan; without a `browser`, so that the suite leaves all pages to us.

    `approval_url` is called where a person has to answer in their account.
    """
    discovery = provider.issuer + (OPENID_METADATA if plan.openid else OAUTH_METADATA)
    made: dict[str, Any] = {
        "description": f"Countersign: {plan.key}",
        "server": {"discoveryUrl": discovery, "login_hint": "buffy@example.test"},
        "resource": _resource(plan, provider),
    } | ({"automated_ciba_approval_url": approval_url} if approval_url else {})
    if plan.dynamic:
        return made | {"client": {"client_name": "First"}, "client2": {"client_name": "Second"}}
    clients = {name: _client(plan, provider, name) for name in ("client", "client2", "client_secret_post")}
    certificates = {"mtls": "client", "mtls2": "client2"}
    shown = {key: provider.clients[name].certificate for key, name in certificates.items()}
    return made | {"alias": ALIAS.format(plan.key)} | clients | (shown if plan.needs_certificates else {})


def _resource(plan: Plan, provider: Provider) -> dict[str, Any]:
    origin = provider.mtls_origin if plan.binds_to_certificates else provider.issuer
    return {"resourceUrl": origin + plan.resource, "richAuthorizationRequest": list(plan.details)}


def _client(plan: Plan, provider: Provider, name: str) -> dict[str, Any]:
    registered = provider.clients[name]
    known: dict[str, Any] = {"client_id": registered.client_id, "client_secret": registered.secret}
    if plan.uses_keys:
        known = {"client_id": registered.client_id, "jwks": registered.private_keys, "dpop_signing_alg": "ES256"}
    hint = {"hint_type": "login_hint", "hint_value": provider.people[0].username, "acr_value": "mfa"}
    return known | {"scope": " ".join(plan.scopes)} | (hint if plan.is_answered_elsewhere else {})
