"""What the suite has to know of a run: where the product is, and which clients it has (suite: "test configuration")."""

from typing import Any

from tests.conformance.plans import Plan
from tests.conformance.provider import Provider

ALIAS = "countersign-{}"
"""Part of the redirect URIs; plans with the same would disturb each other."""
DISCOVERY = "/.well-known/openid-configuration"


def configuration(plan: Plan, provider: Provider) -> dict[str, Any]:
    """Return the configuration of a plan; without a `browser`, so that the suite leaves all pages to us."""
    made: dict[str, Any] = {
        "description": f"Countersign: {plan.key}",
        "server": {"discoveryUrl": provider.issuer + DISCOVERY, "login_hint": "buffy@example.test"},
        "resource": {"resourceUrl": provider.issuer + "/userinfo"},
    }
    if plan.dynamic:
        return made | {"client": {"client_name": "First"}, "client2": {"client_name": "Second"}}
    clients = {name: _client(plan, provider, name) for name in ("client", "client2", "client_secret_post")}
    return made | {"alias": ALIAS.format(plan.key)} | clients


def _client(plan: Plan, provider: Provider, name: str) -> dict[str, Any]:
    registered = provider.clients[name]
    known: dict[str, Any] = {"client_id": registered.client_id, "client_secret": registered.secret}
    if plan.uses_keys:
        known = {"client_id": registered.client_id, "jwks": registered.private_keys, "dpop_signing_alg": "ES256"}
    return known | {"scope": "openid profile email phone address offline_access"}
