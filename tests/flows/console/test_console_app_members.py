"""The advanced settings of an app, and apps that register themselves, in the console."""

import re
from pathlib import Path
from typing import Any

from idp.admin.client_members import MEMBERS
from idp.persistence.roles import Role
from tests.support.account import words
from tests.support.console import console
from tests.support.databases import Databases
from tests.support.harness import Harness, fresh_harness

PATH = "/admin/apps/web/advanced"


def test_every_member_has_a_field_and_is_stored(harness: Harness) -> None:
    harness.client("web")
    owner = console(harness, Role.APPS, path=PATH)
    page = owner.browser.page
    assert all(f'name="{name}"' in page.text for name in MEMBERS)
    assert "FAPI 2.0: keys in place of secrets" in words(page)
    chosen: dict[str, Any] = {
        "security_profile": "standard",
        "subject_type": "pairwise",
        "initiate_login_uri": "https://app.example.test/start",
        "contacts": "ops@example.test dev@example.test",
        "require_signed_request_object": "1",
    }
    owner.browser.submit(action="/advanced", **chosen)
    assert "Give everybody a new id in Web?" in words(owner.browser.page)
    with harness.services.database.read() as tx:
        asked = tx.clients.by_id("web")
    assert asked
    assert asked.metadata.subject_type == "public", "nothing is stored before the answer"
    owner.browser.submit(action="/advanced")
    with harness.services.database.read() as tx:
        client = tx.clients.by_id("web")
    assert client
    assert client.metadata.subject_type == "pairwise"
    assert client.metadata.contacts == ["ops@example.test", "dev@example.test"]
    assert client.metadata.require_signed_request_object
    owner.browser.get(PATH)
    owner.browser.submit(action="/advanced", security_profile="standard", require_signed_request_object="1")
    assert "Nothing was changed." in words(owner.browser.page)


def test_a_contradiction_is_said_beside_its_field_and_nothing_is_stored(harness: Harness) -> None:
    harness.client("web")
    owner = console(harness, Role.APPS, path=PATH)
    owner.browser.submit(action="/advanced", security_profile="strict", initiate_login_uri="http://app.example.test/")
    assert owner.browser.page.status_code == 400
    assert 'id="initiate_login_uri-error"' in owner.browser.page.text
    owner.browser.submit(action="/advanced", security_profile="fapi2", initiate_login_uri="")
    said = words(owner.browser.page)
    assert "one of private_key_jwt" in said
    assert "sign with PS256, ES256, EdDSA" in said
    assert "Change this first, under Technical settings or Addresses." in said
    with harness.services.database.read() as tx:
        client = tx.clients.by_id("web")
    assert client
    assert client.metadata.security_profile == "standard"


def test_an_app_that_waits_for_approval_says_so_first(databases: Databases, tmp_path: Path) -> None:
    with fresh_harness(databases, tmp_path, client_registration="approval") as made:
        owner = console(made, Role.APPS, path="/admin/apps")
        browser = owner.browser
        sent = {"redirect_uris": ["https://app.example.test/cb"], "client_name": "Suite"}
        client_id = (browser.client.post("/register", json=sent, base_url="https://id.example.test").json or {})[
            "client_id"
        ]
        assert "Waits for approval" in words(browser.get("/admin/apps"))
        said = words(browser.get(f"/admin/apps/{client_id}"))
        assert said.index("Enable the app") < said.index("Remove the app") < said.index("Comes back to")
        assert "Stop the app" not in said
        browser.submit(action="/state", state="enabled")
        assert "Waits for approval" not in words(browser.get(f"/admin/apps/{client_id}"))
        assert "Waits for approval" not in words(browser.get("/admin/apps"))


def test_a_token_is_made_shown_once_and_ended(databases: Databases, tmp_path: Path) -> None:
    with fresh_harness(databases, tmp_path, client_registration="token") as made:
        owner = console(made, Role.APPS, path="/admin/apps/-/registration")
        browser = owner.browser
        browser.submit(action="/registration", note="", uses="1", days="7")
        assert browser.page.status_code == 400
        browser.submit(action="/registration", note="Suite", uses="3", days="7")
        found = re.search(r'<p class="secret"[^>]*>([^<]+)</p>', browser.page.text)
        assert found
        sent = {"redirect_uris": ["https://app.example.test/cb"]}
        headers = {"Authorization": f"Bearer {found[1]}"}
        answer = browser.client.post("/register", json=sent, headers=headers, base_url="https://id.example.test")
        assert answer.status_code == 201
        browser.get("/admin/apps/-/registration")
        assert found[1] not in browser.page.text
        assert "2 registrations left" in words(browser.page)
        browser.get(f"/admin/apps/{(answer.json or {})['client_id']}")
        assert "The app itself, from" in words(browser.page)
