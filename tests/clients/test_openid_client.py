"""npm's openid-client, a certified relying-party library, with each way for an app to prove who it is."""

import json
import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from jwcrypto.jwk import JWK

from tests.support.command import free_port
from tests.support.http_person import HttpPerson
from tests.support.product import Product, RegisteredApp

SOURCES = Path(__file__).parent / "node"
NEEDED = "openid-client needs Node 20 or newer with npm on the PATH; the other relying parties were tried without it"
MAX_AGE = 600


@pytest.fixture(scope="session")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The app, beside its locked dependencies; npm's own cache makes the second time quick."""
    if not _has_node():
        pytest.skip(NEEDED)
    folder = tmp_path_factory.mktemp("openid-client") / "app"
    shutil.copytree(SOURCES, folder, ignore=shutil.ignore_patterns("node_modules"))
    command = ["npm", "ci", "--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder / "relying_party.mjs"


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post", "none", "private_key_jwt"])
def test_openid_client_signs_in_refreshes_and_signs_out(
    product: Product, script: Path, tmp_path: Path, method: str
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
    }
    person = HttpPerson(name, stop_at=base)
    told = _run(script, asked, person)

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


def _run(script: Path, asked: dict[str, Any], person: HttpPerson) -> dict[str, Any]:
    """Let the app send the person to us and have them back."""
    with subprocess.Popen(
        ["node", script, json.dumps(asked)],
        env={"PATH": os.environ["PATH"]},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as node:
        assert node.stdout
        assert node.stderr
        first = node.stdout.readline()
        assert first, node.stderr.read()
        person.get(json.loads(first)["go"])
        person.sign_in()
        output, errors = node.communicate(person.at + "\n", timeout=60)
        assert node.returncode == 0, errors
        found: dict[str, Any] = json.loads(output)
        return found


def _register(product: Product, name: str, base: str, method: str, *, keys: Path) -> RegisteredApp:
    """An app that proves itself by `method`."""
    return product.add_app(
        name,
        redirect_uri=f"{base}/cb",
        signed_out_uri=f"{base}/bye",
        auth_method=method,
        jwks_file=keys if method == "private_key_jwt" else None,
    )


def _has_node() -> bool:
    """Whether there is a Node the library runs on."""
    if not (shutil.which("node") and shutil.which("npm")):
        return False
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout
    return int(version.removeprefix("v").partition(".")[0] or 0) >= 20
