"""Synapse, a Matrix server, with the settings that the product prints for it."""

from pathlib import Path

import requests

from tests.clients import installs, recipes
from tests.support.product import Product

MORE = """
server_name: localhost
public_baseurl: {base}/
listeners: [{{port: {port}, bind_addresses: [127.0.0.1], type: http, resources: [{{names: [client]}}]}}]
database: {{name: sqlite3, args: {{database: ":memory:"}}}}
signing_key: ed25519 a_test AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8
macaroon_secret_key: only-this-test-knows-it
form_secret: only-this-test-knows-it
enable_media_repo: false
trusted_key_servers: []
report_stats: false
sso: {{client_whitelist: ["{client}"]}}
"""
OVER_HTTP = "    skip_verification: true\n"
"""The issuer of a test is not https."""


def test_a_person_signs_in_with_the_printed_settings(product: Product, tmp_path: Path) -> None:
    python = installs.python_with("synapse")
    port, base = recipes.new_base()
    client = f"{base}/client"
    settings = tmp_path / "homeserver.yaml"
    pasted = recipes.paste(product, "synapse", "synapse", base)
    settings.write_text(pasted + OVER_HTTP + MORE.format(base=base, port=port, client=client))
    person = recipes.new_person(product, "matrix")
    person.stop_at = client
    log = tmp_path / "log"
    with recipes.running([python, "-m", "synapse.app.homeserver", "--config-path", settings], port, log):
        api = f"{base}/_matrix/client/v3"
        person.get(f"{api}/login/sso/redirect/oidc-countersign?redirectUrl={client}")
        assert person.at.startswith(f"{product.issuer}/login/"), (person.at, person.page.text, log.read_text())
        person.sign_in()
        assert "loginToken=" in person.at, (person.at, person.page.text, log.read_text())
        login = {"type": "m.login.token", "token": person.at.partition("loginToken=")[2]}
        user = requests.post(f"{api}/login", json=login, timeout=30).json()
        assert user["user_id"] == "@matrix:localhost", user
        profile = requests.get(f"{api}/profile/{user['user_id']}", timeout=30).json()
        assert profile["displayname"] == "Matrix"
        bearer = {"Authorization": f"Bearer {user['access_token']}"}
        addresses = requests.get(f"{api}/account/3pid", headers=bearer, timeout=30).json()["threepids"]
        assert [address["address"] for address in addresses] == ["matrix@example.test"]
    assert product.command.run("audit", "--client", "synapse", "--outcome", "failure").stdout == ""
