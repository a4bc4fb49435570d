"""npm's openid-client, a certified relying-party library, with each way for an app to prove who it is."""

import json
import time
from pathlib import Path

import pytest
from jwcrypto.jwk import JWK

from tests.clients import node_party
from tests.support.command import free_port
from tests.support.http_person import HttpPerson
from tests.support.product import Product, RegisteredApp, running

SCRIPT = "relying_party.mjs"
MAX_AGE = 600


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post", "none", "private_key_jwt"])
def test_openid_client_signs_in_refreshes_and_signs_out(
    product: Product, node_folder: Path, tmp_path: Path, method: str
) -> None:
    """Its requests are plain by `client_secret_basic`, signed and pushed by `private_key_jwt`, else pushed."""
    name = f"node-{method.replace('_', '-')}"
    base = f"http://localhost:{free_port()}"
    key = JWK.generate(kty="EC", crv="P-256", kid="app-key", alg="ES256")
    keys = tmp_path / "jwks.json"
    keys.write_text(json.dumps({"keys": [key.export_public(as_dict=True)]}))
    app = _register(product, name, base, method, keys=keys)
    product.add_person(name)
    asked = {
        "issuer": product.issuer,
        "clientId": app.client_id,
        "method": method,
        "secret": app.secret,
        "jwk": key.export(as_dict=True),
        "redirectUri": f"{base}/cb",
        "signedOutUri": f"{base}/bye",
        "acr": "mfa",
        "maxAge": MAX_AGE,
        "response": "jarm" if method == "private_key_jwt" else "plain",
    }
    person = HttpPerson(name, stop_at=base)
    told = node_party.run(node_folder / SCRIPT, asked, person)

    assert told["claims"]["acr"] == told["renewed"]["acr"] == "mfa"
    assert set(told["claims"]["amr"]) == {"pwd", "otp", "mfa"}
    assert time.time() - told["claims"]["auth_time"] < MAX_AGE
    assert told["renewed"]["auth_time"] == told["claims"]["auth_time"]
    assert told["userinfo"]["email"] == f"{name}@example.test"
    if method != "none":
        assert told["before"]["active"] is True
        assert told["after"] == {"active": False}
        assert "refresh_token" not in told["own"]

    person.get(told["goodbye"])
    assert person.at == f"{base}/bye?state=leaving"
    person.get(f"{product.issuer}/account/security")
    assert person.at.endswith("/identify"), "signed out at the provider, too"


def test_openid_client_checks_the_hashes_of_a_hybrid_response(node_folder: Path, tmp_path: Path) -> None:
    """`code id_token`: nonce, c_hash and s_hash, and then the code as ever."""
    base = f"http://localhost:{free_port()}"
    with running(tmp_path / "product", response_types="code, code id_token") as product:
        app = _register(product, "hybrid", base, "client_secret_basic", keys=tmp_path)
        hybrid = ("--add-grant", "implicit", "--add-response-type", "code id_token", "--id-token-alg", "PS256")
        product.command.done("clients", "set", "hybrid", *hybrid)
        product.add_person("hybrid")
        asked = {
            "issuer": product.issuer,
            "clientId": app.client_id,
            "method": "client_secret_basic",
            "secret": app.secret,
            "redirectUri": f"{base}/cb",
            "signedOutUri": f"{base}/bye",
            "acr": "mfa",
            "maxAge": MAX_AGE,
            "response": "detached",
            "alg": "PS256",
        }
        told = node_party.run(node_folder / SCRIPT, asked, HttpPerson("hybrid", stop_at=base))
    assert told["claims"]["sub"] == told["renewed"]["sub"] == told["userinfo"]["sub"]


def _register(product: Product, name: str, base: str, method: str, *, keys: Path) -> RegisteredApp:
    """An app that proves itself by `method`."""
    return product.add_app(
        name,
        redirect_uri=f"{base}/cb",
        signed_out_uri=f"{base}/bye",
        auth_method=method,
        jwks_file=keys if method == "private_key_jwt" else None,
    )
