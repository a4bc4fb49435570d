"""Authlib's own client for command-line programs and jobs, over plain HTTP, with joserfc checking the tokens."""

import json
import time
from pathlib import Path
from typing import Any

import requests
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.support.command import free_port
from tests.support.http_person import HttpPerson
from tests.support.product import DISCOVERY, Product

NONCE = "a-nonce-of-this-test"
CLAIMS = [
    {
        "claim": "groups",
        "source": "groups",
        "prefix": "claims-",
        "strip_prefix": True,
        "multiple": True,
        "targets": ["id_token", "userinfo"],
    },
    {
        "claim": "role",
        "source": "group_values",
        "values": [{"group": "claims-admins", "value": "Admin"}, {"group": "claims-editors", "value": "Editor"}],
        "targets": ["id_token"],
    },
    {
        "claim": "policy",
        "source": "group_values",
        "values": [{"group": "claims-admins", "value": "consoleAdmin"}],
        "default": "readonly",
        "multiple": True,
        "targets": ["userinfo"],
    },
]
VERIFIER = "a-verifier-of-at-least-forty-three-characters-long"


def test_authlib_signs_in_twice_refreshes_and_revokes(product: Product) -> None:
    """The second sign-in finds the authenticator app the first one set up, and asks for its code."""
    base = f"http://localhost:{free_port()}"
    app = product.add_app("authlib", redirect_uri=f"{base}/cb")
    product.add_person("authlib", required=True)
    metadata = _read(product.issuer + DISCOVERY)
    client = OAuth2Session(
        app.client_id,
        app.secret,
        scope="openid profile email offline_access",
        redirect_uri=f"{base}/cb",
        code_challenge_method="S256",
        default_timeout=60,
    )
    client.trust_env = False
    person = HttpPerson("authlib", stop_at=base)
    _sign_in(client, metadata, person)
    claims = _claims(client.token["id_token"], metadata, app.client_id)
    assert claims["acr"] == "mfa"

    returning = HttpPerson("authlib", stop_at=base)
    returning.seed, returning.used_step = person.seed, person.used_step
    _sign_in(client, metadata, returning)
    claims = _claims(client.token["id_token"], metadata, app.client_id)
    assert claims["acr"] == "mfa"
    assert set(claims["amr"]) == {"pwd", "otp", "mfa"}
    assert time.time() - claims["auth_time"] < 60

    userinfo = client.get(metadata["userinfo_endpoint"]).json()
    assert (userinfo["sub"], userinfo["email"]) == (claims["sub"], "authlib@example.test")

    spent = client.token["refresh_token"]
    client.refresh_token(metadata["token_endpoint"])
    assert client.token["refresh_token"] != spent
    told = client.introspect_token(metadata["introspection_endpoint"], token=client.token["access_token"]).json()
    assert (told["active"], told["sub"], told["acr"]) == (True, claims["sub"], "mfa")
    client.revoke_token(metadata["revocation_endpoint"], token=client.token["refresh_token"])
    told = client.introspect_token(metadata["introspection_endpoint"], token=client.token["access_token"]).json()
    assert told == {"active": False}


def test_groups_and_roles_reach_an_app_by_its_claims(product: Product, tmp_path: Path) -> None:
    """Grafana's `role` and MinIO's `policy` are a group mapped to a value; `groups` is filtered by a prefix."""
    base = f"http://localhost:{free_port()}"
    app = product.add_app("claims", redirect_uri=f"{base}/cb")
    product.add_person("claims")
    for group in ("claims-admins", "claims-editors", "others"):
        product.command.done("groups", "add", group)
    for group in ("claims-admins", "others"):
        product.command.done("groups", "add-member", group, "claims")
    file = tmp_path / "claims.json"
    file.write_text(json.dumps(CLAIMS))
    product.command.done("clients", "claims", "claims", "--file", str(file))
    metadata = _read(product.issuer + DISCOVERY)
    client = OAuth2Session(
        app.client_id, app.secret, scope="openid", redirect_uri=f"{base}/cb", code_challenge_method="S256"
    )
    client.trust_env = False
    _sign_in(client, metadata, HttpPerson("claims", stop_at=base))
    claims = _claims(client.token["id_token"], metadata, app.client_id)
    assert (claims["groups"], claims["role"]) == (["admins"], "Admin")
    userinfo = client.get(metadata["userinfo_endpoint"], timeout=60).json()
    assert (userinfo["groups"], userinfo["policy"]) == (["admins"], ["consoleAdmin"])
    assert "groups" in metadata["claims_supported"]


def _sign_in(client: OAuth2Session, metadata: dict[str, Any], person: HttpPerson) -> None:
    """Send the person to us, and redeem the code they come back with."""
    endpoint = metadata["authorization_endpoint"]
    address, state = client.create_authorization_url(endpoint, code_verifier=VERIFIER, nonce=NONCE)
    person.get(address)
    person.sign_in()
    client.fetch_token(
        metadata["token_endpoint"], authorization_response=person.at, state=state, code_verifier=VERIFIER
    )


def _claims(id_token: str, metadata: dict[str, Any], client_id: str) -> dict[str, Any]:
    """OpenID Connect Core 1.0 section 3.1.3.7, by joserfc and Authlib."""
    keys = KeySet.import_key_set({"keys": _read(metadata["jwks_uri"])["keys"]})
    token = jwt.decode(id_token, keys, algorithms=metadata["id_token_signing_alg_values_supported"])
    options = {"iss": {"essential": True, "value": metadata["issuer"]}}
    claims = CodeIDToken(token.claims, token.header, options, {"client_id": client_id, "nonce": NONCE})
    claims.validate(leeway=5)
    return dict(claims)


def _read(address: str) -> dict[str, Any]:
    found: dict[str, Any] = requests.get(address, timeout=60, proxies={"http": ""}).json()
    return found
