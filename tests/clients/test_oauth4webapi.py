"""npm's oauth4webapi, a certified low-level library, in each security profile: what is pushed, signed and bound."""

import json
import time
from pathlib import Path

import pytest
from jwcrypto.jwk import JWK

from tests.clients import node_party
from tests.support.command import free_port
from tests.support.http_person import HttpPerson
from tests.support.product import Product

SCRIPT = "profile_party.mjs"
ANSWERS = ("authorization_signed_response_alg", "introspection_signed_response_alg")


@pytest.mark.parametrize("profile", ["strict", "fapi2", "fapi2-message-signing"])
def test_oauth4webapi_completes_each_security_profile(
    product: Product, node_folder: Path, tmp_path: Path, profile: str
) -> None:
    """A public app where the profile allows one; it binds its tokens to a key all the same."""
    name, base = f"webapi-{profile}", f"http://localhost:{free_port()}"
    key = JWK.generate(kty="EC", crv="P-256", kid="app-key", alg="ES256")
    keys = tmp_path / "jwks.json"
    keys.write_text(json.dumps({"keys": [key.export_public(as_dict=True)]}))
    public, signs = profile == "strict", profile == "fapi2-message-signing"
    method = {"auth_method": "none"} if public else {"auth_method": "private_key_jwt", "jwks_file": keys}
    app = product.add_app(name, redirect_uri=f"{base}/cb", **method)
    chosen = {"dpop_bound_access_tokens": "true"} | (dict.fromkeys(ANSWERS, "ES256") if signs else {})
    settings = [word for member in chosen.items() for word in ("--set", "=".join(member))]
    algorithm = [] if public else ["--id-token-alg", "ES256"]
    product.command.done("clients", "set", name, "--profile", profile, *algorithm, *settings)
    product.add_person(name)
    asked = {
        "issuer": product.issuer,
        "clientId": app.client_id,
        "jwk": None if public else key.export(as_dict=True),
        "redirectUri": f"{base}/cb",
        "signs": signs,
    }
    told = node_party.run(node_folder / SCRIPT, asked, HttpPerson(name, stop_at=base))

    assert told["userinfo"]["email"] == f"{name}@example.test"
    assert time.time() - told["claims"]["auth_time"] < 600
    assert told["tokenType"] == "dpop"
    assert told["atAnApi"]["cnf"]["jkt"]
    assert told["bearer"] == 401, "without the key the token is worth nothing"
    if not public:
        assert told["before"]["cnf"] == told["atAnApi"]["cnf"]
        assert told["before"]["active"] is True
        assert told["after"]["active"] is False
