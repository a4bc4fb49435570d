"""Debian's mod_auth_openidc: a web server that lets in only whom it believes to have given a second factor."""

import json
import re
import time
from pathlib import Path
from urllib.parse import quote

import pytest
from jwcrypto.jwk import JWK

from tests.clients import apache, recipes
from tests.support.command import free_port
from tests.support.http_person import HttpPerson
from tests.support.product import Product

NEEDED = (
    "mod_auth_openidc is not on this machine, and only root can install it: "
    "apt-get install apache2 libapache2-mod-auth-openidc"
)
SIGNED_ONLY = "require_signed_request_object=true"
pytestmark = pytest.mark.skipif(apache.program() is None, reason=NEEDED)


@pytest.mark.parametrize(("response_mode", "request_method"), [("query", "GET"), ("form_post", "POST")])
def test_mod_auth_openidc_signs_in_refreshes_and_signs_out(
    product: Product, response_mode: str, request_method: str
) -> None:
    name = f"apache-{request_method.lower()}"
    port = free_port()
    base = f"http://localhost:{port}"
    app = product.add_app(name, redirect_uri=f"{base}/cb", signed_out_uri=f"{base}/bye/")
    product.add_person(name)
    person = HttpPerson(name)
    modes = {"response_mode": response_mode, "request_method": request_method}
    with apache.protected_by(product.issuer, app, port, **modes) as server:
        person.get(f"{base}/")
        person.pass_on()
        assert person.at.startswith(f"{product.issuer}/login/"), server.complaints
        person.sign_in()
        person.pass_on()
        assert (person.at, person.page.text) == (f"{base}/", "for members"), server.complaints
        assert person.page.headers["X-Remote-User"] == f"{name}@example.test"

        first = person.get(f"{base}/cb?info=json").json()
        assert first["id_token"]["acr"] == "mfa"
        assert set(first["id_token"]["amr"]) == {"pwd", "otp", "mfa"}
        assert time.time() - first["id_token"]["auth_time"] < 600
        assert first["userinfo"]["email"] == f"{name}@example.test"

        person.get(f"{base}/cb?refresh={quote(base + '/', safe='')}&access_token={first['access_token']}")
        assert person.page.text == "for members", server.complaints
        renewed = person.get(f"{base}/cb?info=json").json()
        assert renewed["access_token"] != first["access_token"]
        assert renewed["refresh_token"] != first["refresh_token"]

        person.get(f"{base}/cb?logout={quote(base + '/bye/', safe='')}")
        assert person.page.text == "goodbye", (person.at, server.complaints)
        person.get(f"{base}/")
        person.pass_on()
        assert person.at.endswith("/identify"), "signed out in both places"


SIGNED = """{
    "request_object_type": "request",
    "copy_from_request": ["claims", "client_id", "redirect_uri", "response_type", "scope", "state", "nonce",
        "code_challenge", "code_challenge_method"],
    "static": {"aud": "%s", "exp": %d, "nbf": %d},
    "crypto": {"sign_alg": "RS256"}
}"""
"""The request object of RFC 9101; the module knows no times, so they are those of the test."""


def test_mod_auth_openidc_completes_the_strict_profile(product: Product, tmp_path: Path) -> None:
    """OAuth 2.1 with a key in place of a secret and signed requests: the most that this module can do."""
    port = free_port()
    base = f"http://localhost:{port}"
    key = JWK.generate(kty="RSA", size=2048, kid="apache-key", use="sig")
    keys, private, public = tmp_path / "jwks.json", tmp_path / "private.pem", tmp_path / "public.pem"
    keys.write_text(json.dumps({"keys": [key.export_public(as_dict=True)]}))
    private.write_bytes(key.export_to_pem(private_key=True, password=None))
    public.write_bytes(key.export_to_pem())
    app = product.add_app("apache-strict", redirect_uri=f"{base}/cb", auth_method="private_key_jwt", jwks_file=keys)
    product.command.done("clients", "set", app.client_id, "--profile", "strict", "--set", SIGNED_ONLY)
    product.add_person("apache-strict")
    now = int(time.time())
    signed = " ".join((SIGNED % (product.issuer, now + 600, now - 10)).split())
    lines = (
        f"OIDCPublicKeyFiles apache-key#{public}",
        f"OIDCPrivateKeyFiles apache-key#{private}",
        f"OIDCRequestObject {json.dumps(signed)}",
    )
    person = HttpPerson("apache-strict")
    with apache.protected_by(product.issuer, app, port, auth_method="private_key_jwt", more="\n".join(lines)) as server:
        person.get(f"{base}/")
        assert person.at.startswith(f"{product.issuer}/login/"), (person.at, server.complaints)
        person.sign_in()
        person.pass_on()
        assert (person.at, person.page.text) == (f"{base}/", "for members"), server.complaints
        assert person.page.headers["X-Remote-User"] == "apache-strict@example.test"


PASSPHRASE = re.compile(r"^OIDCCryptoPassphrase .*$", re.MULTILINE)


def test_mod_auth_openidc_works_with_the_printed_settings(product: Product) -> None:
    """All of them but the passphrase, which is a file of the administrator's own."""
    port, base = recipes.new_base()
    pasted = recipes.paste(product, "apache", "apache-printed", base)
    person = recipes.new_person(product, "apache-printed")
    with apache.configured_with(PASSPHRASE.sub("OIDCCryptoPassphrase only-this-test-knows-it", pasted), port) as server:
        person.get(f"{base}/")
        assert person.at.startswith(f"{product.issuer}/login/"), server.complaints
        person.sign_in()
        assert (person.at, person.page.text) == (f"{base}/", "for members"), server.complaints
        person.get(f"{base}/callback?logout={quote(base + '/signed-out', safe='')}")
        assert person.page.text == "goodbye", (person.at, server.complaints)
