"""Apps for chosen people only, apps that accept no remembered device, and token lifetimes of one app."""

from typing import Any

import pytest

from idp.kernel.clock import HOUR
from idp.persistence.groups import Group
from tests.support.account import words
from tests.support.back_channel import BackChannelClient
from tests.support.browser import Browser
from tests.support.harness import Harness, Someone
from tests.support.relying_party import RelyingParty
from tests.support.statements import metered
from tests.support.tables import events

SECURITY_API = "/api/security"


def allow_group(harness: Harness, someone: Someone) -> None:
    with harness.services.database.write() as tx:
        tx.groups.add(Group("g1", "Staff", "staff"))
        tx.groups.add_member("g1", someone.id)


def test_who_is_not_chosen_sees_a_page_and_the_app_gets_access_denied(
    harness: Harness, browser: Browser, jane: Someone
) -> None:
    app = RelyingParty(harness, restricted=True, client_uri="https://app.example.test/")
    app.send(browser)
    browser.submit(username=jane.username, password=jane.password)
    assert browser.page.status_code == 403
    assert "You cannot use Web" in words(browser.page)
    assert "error=access_denied" in browser.page.text
    assert events(harness, "authorization.refused", "failure") == 1
    app.send(browser, prompt="none")
    assert app.error(browser) == "access_denied"


def test_another_account_can_be_used_instead(harness: Harness, browser: Browser, jane: Someone) -> None:
    max_ = harness.person("max")
    app = RelyingParty(harness, restricted=True, allowed_user_ids=[max_.id])
    app.send(browser)
    browser.submit(username=jane.username, password=jane.password)
    link = next(part for part in browser.page.text.split('href="') if "select_account" in part).split('"')[0]
    browser.get(link.replace("&amp;", "&"))
    assert "/login/" in browser.at


@pytest.mark.parametrize("by_group", [False, True])
def test_the_chosen_may_use_it_for_one_statement_at_most(
    harness: Harness, browser: Browser, jane: Someone, by_group: bool
) -> None:
    allow_group(harness, jane)
    chosen: dict[str, Any] = {"allowed_group_ids": ["g1"]} if by_group else {"allowed_user_ids": [jane.id]}
    open_app, app = RelyingParty(harness, "open"), RelyingParty(harness, restricted=True, **chosen)
    app.sign_in(browser, jane)
    open_app.sign_in(browser, jane)
    costs = []
    for each in (open_app, app):
        with metered(harness) as meter:
            assert "code" in each.sign_in(browser, jane)
        costs.append(len(meter.statements))
    assert costs[1] == costs[0] + by_group


def test_a_refresh_ends_with_the_access(harness: Harness, jane: Someone) -> None:
    rp = BackChannelClient(harness, restricted=True, allowed_user_ids=[jane.id])
    token = rp.tokens(jane)["refresh_token"]
    with harness.services.database.write() as tx:
        tx.clients.change(rp.app.client_id, {"allowed_user_ids": []})
    answer = rp.refresh(token)
    assert (answer.status_code, (answer.json or {})["error"]) == (400, "invalid_grant")
    with harness.services.database.write() as tx:
        tx.clients.change(rp.app.client_id, {"allowed_user_ids": [jane.id]})
    assert rp.refresh(token).status_code == 200


def test_a_code_ends_with_the_access(harness: Harness, jane: Someone) -> None:
    rp = BackChannelClient(harness, restricted=True, allowed_user_ids=[jane.id])
    code = rp.granted(jane)
    with harness.services.database.write() as tx:
        tx.clients.change(rp.app.client_id, {"allowed_user_ids": []})
    answer = rp.redeem(code)
    assert (answer.status_code, (answer.json or {})["error"]) == (400, "invalid_grant")


def test_scopes_that_an_app_has_lost_are_not_in_what_its_code_gets(harness: Harness, jane: Someone) -> None:
    rp = BackChannelClient(harness)
    first, second = (rp.granted(jane, scopes=("openid", "email", "phone")) for _ in range(2))
    with harness.services.database.write() as tx:
        tx.clients.change(rp.app.client_id, {"scopes": ["openid", "phone"]})
    assert (rp.redeem(first).json or {})["scope"] == "openid phone"
    with harness.services.database.write() as tx:
        tx.clients.change(rp.app.client_id, {"scopes": ["profile"]})
    assert (rp.redeem(second).json or {})["error"] == "invalid_grant"


def test_claims_of_a_scope_that_an_app_has_lost_are_sent_no_more(harness: Harness, jane: Someone) -> None:
    """Asked for one by one, and stored with the grant."""
    rp = BackChannelClient(harness)
    asked = {"id_token": {"email": None}, "userinfo": {"email": None}}
    tokens = rp.tokens(jane, claims=asked)
    assert "email" in rp.claims_of(tokens["id_token"], "JWT")
    with harness.services.database.write() as tx:
        tx.clients.change(rp.app.client_id, {"scopes": ["openid", "offline_access"]})
    again = rp.refresh(tokens["refresh_token"]).json or {}
    assert "email" not in rp.claims_of(again["id_token"], "JWT")
    assert rp.userinfo(again["access_token"]).json == {"sub": jane.id}


def test_a_token_of_a_disabled_app_works_nowhere(harness: Harness, jane: Someone) -> None:
    """Also one that was issued while the app was disabled, when its grants had ended already."""
    rp = BackChannelClient(harness)
    access = rp.tokens(jane)["access_token"]
    with harness.services.database.write() as tx:
        tx.clients.change(rp.app.client_id, {"disabled": True})
    answer = rp.userinfo(access)
    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


@pytest.mark.parametrize("by_group", [False, True])
def test_tokens_end_with_the_access(harness: Harness, by_group: bool) -> None:
    jane = harness.person("jane", totp=True)
    allow_group(harness, jane)
    chosen: dict[str, Any] = {"allowed_group_ids": ["g1"]} if by_group else {"allowed_user_ids": [jane.id]}
    rp = BackChannelClient(harness, restricted=True, scopes=["openid", "offline_access", "security"], **chosen)
    tokens = rp.tokens(jane, scopes=("openid", "offline_access", "security"))
    access, refresh = tokens["access_token"], tokens["refresh_token"]
    assert rp.userinfo(access).status_code == rp.get(SECURITY_API, access).status_code == 200
    assert [(rp.introspect(token).json or {})["active"] for token in (access, refresh)] == [True, True]
    with harness.services.database.write() as tx:
        if by_group:
            tx.groups.remove_member("g1", jane.id)
        else:
            tx.clients.change(rp.app.client_id, {"allowed_user_ids": []})
    for path in ("/userinfo", SECURITY_API):
        answer = rp.get(path, access)
        assert answer.status_code == 401
        assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
    assert [rp.introspect(token).json for token in (access, refresh)] == [{"active": False}] * 2


def test_an_app_for_chosen_people_has_tokens_of_its_own(harness: Harness) -> None:
    rp = BackChannelClient(harness, restricted=True)
    token = (rp.client_credentials().json or {})["access_token"]
    assert (rp.introspect(token).json or {})["active"]


def test_a_remembered_device_is_not_enough_for_an_app_that_accepts_none(harness: Harness, browser: Browser) -> None:
    jane = harness.person("jane", totp=True)
    strict, other = RelyingParty(harness, "strict", remembered_device_accepted=False), RelyingParty(harness, "other")
    other.send(browser)
    browser.submit(username=jane.username, password=jane.password)
    browser.submit(code=jane.code(harness.clock), remember="1")
    other.answer(browser)
    harness.clock.advance(8 * 24 * HOUR)  # the session has ended, the device is remembered
    assert other.told(browser, jane)["acr"] == "remembered"
    strict.send(browser)
    assert browser.at.endswith("/code")
    assert strict.id_claims(strict.tokens_from(strict.go_through(browser, jane)))["acr"] == "mfa"


def test_an_app_without_second_step_asks_for_none(harness: Harness, browser: Browser, jane: Someone) -> None:
    app = RelyingParty(harness, remembered_device_accepted=False)
    assert app.told(browser, jane)["acr"] == "pwd"


def test_an_app_has_its_own_token_lifetimes(harness: Harness, jane: Someone) -> None:
    rp = BackChannelClient(harness, access_token_lifetime=60, id_token_lifetime=90)
    tokens = rp.tokens(jane, scopes=("openid",))
    assert tokens["expires_in"] == 60
    claims = rp.claims_of(tokens["access_token"])
    assert claims["exp"] - claims["iat"] == 60
    told = rp.claims_of(tokens["id_token"], "JWT")
    assert told["exp"] - told["iat"] == 90


def test_an_app_has_its_own_end_of_refreshing(harness: Harness, browser: Browser, jane: Someone) -> None:
    app = RelyingParty(harness, refresh_token_lifetime=HOUR)
    token = app.tokens_from(app.sign_in(browser, jane, scope="openid offline_access"))["refresh_token"]
    harness.clock.advance(HOUR + 1)
    assert app.refresh(token).status_code == 400


@pytest.mark.module("oidcc-registration-policy-uri", "oidcc-registration-tos-uri")
def test_the_links_of_an_app_are_where_people_sign_in_and_agree(
    harness: Harness, browser: Browser, jane: Someone
) -> None:
    policy, terms = "https://app.example.test/privacy", "https://app.example.test/terms"
    app = RelyingParty(harness, first_party=False, policy_uri=policy, tos_uri=terms)
    app.send(browser)
    assert f'href="{policy}"' in browser.page.text
    assert f'href="{terms}"' in browser.page.text
    browser.submit(username=jane.username, password=jane.password)
    assert "/consent/" in browser.at
    assert f'href="{terms}"' in browser.page.text
