"""Connected apps: what each may see, since when; removed with all it holds."""

import pytest

from idp.persistence.client_metadata import ClientMetadata
from tests.support.account import SECURITY, Account, grant, revoked, words
from tests.support.browser import Browser
from tests.support.harness import ISSUER, Harness
from tests.support.relying_party import RelyingParty
from tests.support.tables import events, rows

APPS = "/account/apps"
KEPT = ("consents", "grants", "refresh_tokens")
SCOPE = "openid email offline_access"


@pytest.fixture
def shop(harness: Harness) -> RelyingParty:
    """An app that is not the organisation's own."""
    return RelyingParty(
        harness, "shop", client_name="Shop <b>", client_uri="https://shop.example.test/", first_party=False
    )


@pytest.fixture
def here(harness: Harness) -> Account:
    return Account(harness, harness.person(totp=True))


def connect(here: Account, shop: RelyingParty, scope: str = SCOPE) -> dict[str, str]:
    """Signs in to the app and allows what it asks; its tokens."""
    shop.send(here.browser, scope=scope)
    here.browser.submit(choice="approve")
    tokens: dict[str, str] = shop.tokens_from(shop.answer(here.browser))
    return tokens


@pytest.fixture
def tokens(here: Account, shop: RelyingParty) -> dict[str, str]:
    here.open()
    return connect(here, shop)


def test_nobody_without_apps_sees_an_empty_page_that_helps(here: Account) -> None:
    page = words(here.open(APPS))
    assert "When you sign in to an app with this account, it appears here" in page


def test_an_app_is_shown_with_what_it_sees_since_when_and_last_use(
    harness: Harness, here: Account, shop: RelyingParty, tokens: dict[str, str]
) -> None:
    harness.clock.advance(86_400)
    assert shop.refresh(tokens["refresh_token"]).status_code == 200
    page = here.open(APPS)
    assert "Shop &lt;b&gt;" in page.text
    for said in ("shop.example.test", "Who you are · Your email address · Staying connected"):
        assert said in words(page)
    assert "Since 1 June 2026" in words(page)
    assert "last used 2 June 2026" in words(page)


def test_a_removed_app_is_dead_at_once(
    harness: Harness, here: Account, shop: RelyingParty, tokens: dict[str, str]
) -> None:
    assert shop.userinfo(tokens["access_token"]).status_code == 200
    here.open(APPS)
    here.browser.submit(action="/shop/remove")
    assert here.browser.at == f"{APPS}?done=removed"
    assert "can no longer see anything" in words(here.browser.page)
    assert "appears here" in words(here.browser.page)
    assert shop.userinfo(tokens["access_token"]).status_code == 401
    assert shop.refresh(tokens["refresh_token"]).status_code == 400
    assert not (shop.introspect(tokens["access_token"]).json or {})["active"]
    assert events(harness, "consent.revoked") == 1
    shop.send(here.browser, scope=SCOPE)
    assert here.browser.at.startswith("/consent/"), "asked again"


def test_an_app_of_the_organisation_needs_no_consent_and_is_shown_all_the_same(harness: Harness, here: Account) -> None:
    harness.client("web", client_name="Intranet", first_party=True)
    here.open()
    assert here.session is not None
    held = grant(harness, here.someone.id, here.session.sid, offline=True)
    page = words(here.open(APPS))
    assert "Intranet Your organisation" in page
    assert "own app.example.test Who you are" in page
    here.browser.submit(action="/web/remove")
    assert revoked(harness, held)
    assert "Intranet" not in words(here.browser.page)


def test_nobody_elses_apps_are_seen_or_removed(harness: Harness, shop: RelyingParty, tokens: dict[str, str]) -> None:
    mallory = Account(harness, harness.person("mallory", totp=True), Browser(harness))
    assert "Shop" not in words(mallory.open(APPS))
    before = rows(harness, *KEPT)
    for client_id in ("shop", "nothing", "%00", "x" * 4000, "%ED%A0%80", "shop%20"):
        assert mallory.post(f"{APPS}/{client_id}/remove").status_code == 404, client_id
    assert rows(harness, *KEPT) == before
    assert shop.userinfo(tokens["access_token"]).status_code == 200


def test_the_same_app_of_another_person_stays(harness: Harness, here: Account, shop: RelyingParty) -> None:
    other = Account(harness, harness.person("olga"), Browser(harness))
    other.open()
    kept = connect(other, shop)
    here.open()
    connect(here, shop)
    here.open(APPS)
    here.browser.submit(action="/shop/remove")
    assert shop.userinfo(kept["access_token"]).status_code == 200


@pytest.mark.usefixtures("tokens")
def test_forged_and_foreign_forms_remove_nothing(harness: Harness, here: Account) -> None:
    here.open(APPS)
    before = rows(harness, *KEPT)
    path = f"{APPS}/shop/remove"
    assert here.browser.send_request("POST", path, {"Origin": ISSUER}, {"csrf": "guess"}).status_code == 400
    assert here.browser.send_request("POST", path, {"Origin": ISSUER}, {}).status_code == 400
    evil = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    assert here.browser.send_request("POST", path, evil, {"csrf": here.token}).status_code in {400, 403}
    assert here.browser.get(path).status_code == 405
    stranger = Browser(harness)
    stranger.send_request("POST", path, {"Origin": ISSUER}, {"csrf": here.token})
    assert stranger.at.endswith("/identify")
    assert rows(harness, *KEPT) == before


@pytest.mark.usefixtures("tokens")
def test_removing_asks_for_a_factor_proven_in_the_last_ten_minutes(harness: Harness, here: Account) -> None:
    """A borrowed browser must not cut its owner off."""
    harness.clock.advance(601)
    here.browser.get(APPS)
    before = rows(harness, *KEPT)
    here.browser.submit(action="/shop/remove")
    assert here.at("/identify")
    assert rows(harness, *KEPT) == before
    here.prove()
    assert here.browser.at == f"{APPS}?done=confirmed"


@pytest.mark.parametrize("path", ["/account/", SECURITY, APPS, "/account/activity", f"{SECURITY}/password"])
def test_every_page_leads_to_the_apps_and_the_activity(here: Account, path: str) -> None:
    page = here.open(path).text
    assert f'href="{APPS}"' in page
    assert 'href="/account/activity"' in page


def test_a_sign_in_to_an_app_starts_here_if_it_can(harness: Harness, here: Account) -> None:
    here.open()
    metadata = ClientMetadata(initiate_login_uri="https://game.example.test/start")
    connect(here, RelyingParty(harness, "game", first_party=False, metadata=metadata))
    assert 'href="https://game.example.test/start?iss=https%3A%2F%2Fid.example.test"' in here.open(APPS).text
