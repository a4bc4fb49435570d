"""APIs in the console, and their scopes where people are asked for consent."""

import re

import pytest

from idp.persistence.roles import Role
from idp.persistence.trusted_issuers import TrustedIssuer
from tests.support.apis import ORDERS, READ, ResourceServer
from tests.support.browser import Browser
from tests.support.console import Console, console
from tests.support.harness import Harness
from tests.support.relying_party import RelyingParty

FIELDS = {"identifier": ORDERS, "name": "Orders", "scopes": f"{READ} = Read your orders"}
PAGE = f"/admin/apis/api?id={ORDERS}"


@pytest.fixture
def owner(harness: Harness) -> Console:
    """An owner at the list."""
    return console(harness, path="/admin/apis")


def test_an_api_is_added_changed_and_removed(harness: Harness, owner: Console) -> None:
    owner.post("/admin/apis/new", **FIELDS)
    text = owner.browser.page.text
    secret = re.search(r'id="secret" dir="ltr">([^<]+)<', text)
    assert secret
    owner.browser.get(PAGE)
    assert "/.well-known/oauth-protected-resource" in owner.browser.page.text
    owner.post("/admin/apis/api", **(FIELDS | {"id": ORDERS, "access_token_lifetime": "60"}))
    assert "The API was changed." in owner.browser.page.text
    owner.post("/admin/apis/api/secret", id=ORDERS)
    assert secret[1] not in owner.browser.page.text
    with harness.services.database.read() as tx:
        api = tx.apis.by_identifier(ORDERS)
        assert api
        assert (api.scopes, api.access_token_lifetime) == ({READ: "Read your orders"}, 60)
        assert not api.verify_secret(secret[1])
    owner.post("/admin/apis/api/remove", id=ORDERS)
    assert "The API was removed." in owner.browser.page.text


def test_issuers_that_are_trusted_are_listed(harness: Harness, owner: Console) -> None:
    """Only where there is one."""
    assert "Trusted issuers" not in owner.browser.page.text
    with harness.services.database.write() as tx:
        tx.trusted_issuers.add(TrustedIssuer("https://sso.example.test", jwks={}, clients=["reports"], scopes=[READ]))
    owner.browser.get("/admin/apis")
    text = owner.browser.page.text
    assert all(shown in text for shown in ("Trusted issuers", ">https://sso.example.test<", "reports"))


def test_a_wrong_field_has_its_error_beside_it_and_keeps_what_was_typed(owner: Console) -> None:
    owner.post("/admin/apis/new", **(FIELDS | {"scopes": "orders", "access_token_lifetime": "soon"}))
    assert "Type a number of seconds." in owner.browser.page.text
    owner.post("/admin/apis/new", **(FIELDS | {"identifier": "orders", "scopes": "orders"}))
    page = owner.browser.page
    assert (page.status_code, 'value="orders"' in page.text) == (400, True)
    assert 'id="scopes-error"' in page.text
    assert 'id="identifier-error"' in page.text


def test_who_may_exchange_tokens_is_changed_after_a_recent_sign_in_only(harness: Harness) -> None:
    ResourceServer(harness)
    harness.client("reports")
    admin = console(harness, Role.APPS, path=PAGE)
    harness.clock.advance(harness.settings.admin_change_age + 1)
    admin.post("/admin/apis/api", **(FIELDS | {"id": ORDERS, "exchange_clients": "reports"}))
    assert "/login/" in admin.browser.at
    with harness.services.database.read() as tx:
        api = tx.apis.by_identifier(ORDERS)
    assert api
    assert api.exchange_clients == []


def test_an_auditor_sees_and_changes_nothing(harness: Harness) -> None:
    ResourceServer(harness)
    auditor = console(harness, Role.AUDITOR, path="/admin/apis")
    assert ORDERS in auditor.browser.page.text
    auditor.post("/admin/apis/api/remove", id=ORDERS)
    assert auditor.browser.page.status_code == 403


def test_the_consent_page_has_the_title_of_a_scope_and_its_api(harness: Harness, browser: Browser) -> None:
    ResourceServer(harness, name="Orders of the shop")
    jane = harness.person()
    rp = RelyingParty(harness, scopes=["openid", READ], first_party=False)
    rp.send(browser, scope=f"openid {READ}", resource=ORDERS)
    browser.submit(username=jane.username, password=jane.password)
    assert "/consent/" in browser.at
    assert "Read your orders" in browser.page.text
    assert "Orders of the shop" in browser.page.text
