"""Authlib's own client for command-line programs and jobs, over plain HTTP, with joserfc checking the tokens."""

import time
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
        default_timeout=10,
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
    found: dict[str, Any] = requests.get(address, timeout=10, proxies={"http": ""}).json()
    return found
