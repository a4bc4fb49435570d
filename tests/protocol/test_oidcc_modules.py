"""Modules of the conformance suite that are one walk each, by their names; the others have tests of their own.

Every sign-in is that of a person with all claims, by password, in a browser that knows nobody.
"""

from collections.abc import Callable

import pytest
from werkzeug.test import TestResponse

from idp.claims.standard import SCOPES
from idp.factors.totp import PERIOD
from tests.conformance.people import PROFILE
from tests.support.browser import Browser
from tests.support.harness import Harness, Someone
from tests.support.oidcc_modules import CLAIMS_OF, PROTOCOL, REQUESTS
from tests.support.relying_party import RelyingParty


@pytest.fixture
def app(harness: Harness) -> RelyingParty:
    return RelyingParty(harness)


@pytest.fixture
def conny(harness: Harness) -> Someone:
    return harness.person("conny", profile=PROFILE, phone_number="+33123456789", email_verified=True)


@pytest.mark.module(*REQUESTS)
def test_requests_that_end_in_tokens(harness: Harness, app: RelyingParty, conny: Someone) -> None:
    for module, changes in REQUESTS.items():
        tokens = app.tokens_from(app.sign_in(Browser(harness), conny, **changes))
        assert app.id_claims(tokens).keys() <= PROTOCOL, module
        assert tokens["expires_in"] > 0, module
        assert app.userinfo(tokens["access_token"]).status_code == 200, module


@pytest.mark.module(*CLAIMS_OF)
def test_scopes_are_answered_at_userinfo_alone(app: RelyingParty, browser: Browser, conny: Someone) -> None:
    for module, scope in CLAIMS_OF.items():
        if browser.at:
            app.send(browser, scope=f"openid {scope}")
            tokens = app.tokens_from(app.answer(browser))
        else:
            tokens = app.tokens_from(app.sign_in(browser, conny, scope=f"openid {scope}"))
        expected = {claim for each in scope.split() for claim in SCOPES[each]} | {"sub"}
        assert (app.userinfo(tokens["access_token"]).json or {}).keys() == expected, module
        assert app.id_claims(tokens).keys() <= PROTOCOL, module


@pytest.mark.module("oidcc-userinfo-get", "oidcc-userinfo-post-header", "oidcc-userinfo-post-body")
def test_userinfo_in_three_ways(app: RelyingParty, browser: Browser, conny: Someone) -> None:
    tokens = app.tokens_from(app.sign_in(browser, conny))
    token, bearer = tokens["access_token"], {"Authorization": f"Bearer {tokens['access_token']}"}
    ways: dict[str, Callable[[], TestResponse]] = {
        "oidcc-userinfo-get": lambda: app.userinfo(token),
        "oidcc-userinfo-post-header": lambda: app.post("/userinfo", {}, headers=bearer, anonymous=True),
        "oidcc-userinfo-post-body": lambda: app.post("/userinfo", {"access_token": token}, anonymous=True),
    }
    for module, asked in ways.items():
        answer = asked()
        assert (answer.status_code, answer.mimetype) == (200, "application/json"), module
        assert (answer.json or {})["sub"] == app.id_claims(tokens)["sub"], module


def test_pages_have_names_that_a_script_can_rely_on(harness: Harness, browser: Browser) -> None:
    """Conformance section 2.8: whoever automates a sign-in finds fields and buttons by id, in every language."""
    app, olga = RelyingParty(harness, first_party=False), harness.person("olga", totp=True)

    def names(*expected: str) -> None:
        assert [each for each in expected if f'id="{each}"' not in browser.page.text] == [], browser.at

    app.send(browser, ui_locales="fr")
    names("username", "password", "submit", "cancel")
    browser.submit(username=olga.username, password=olga.password)
    names("code", "submit", "cancel")
    harness.clock.advance(PERIOD)
    browser.submit(code=olga.code(harness.clock))
    names("approve", "cancel")
    browser.get("/logout")
    names("submit", "cancel")


@pytest.mark.module("oidcc-codereuse", "oidcc-codereuse-30seconds")
@pytest.mark.parametrize("wait", [0, 30], ids=["oidcc-codereuse", "oidcc-codereuse-30seconds"])
def test_a_code_is_used_once(harness: Harness, app: RelyingParty, browser: Browser, conny: Someone, wait: int) -> None:
    answer = app.sign_in(browser, conny)
    token = app.tokens_from(answer)["access_token"]
    harness.clock.advance(wait)
    form = {"grant_type": "authorization_code", "code": answer["code"], "redirect_uri": app.app.redirect_uri}
    again = app.post("/token", form | {"code_verifier": app.verifier})
    assert (again.status_code, (again.json or {})["error"]) == (400, "invalid_grant")
    assert app.userinfo(token).status_code == 401


@pytest.mark.module("oidcc-max-age-10000")
def test_oidcc_max_age_10000(app: RelyingParty, browser: Browser, conny: Someone, harness: Harness) -> None:
    first = app.told(browser, conny, max_age="15000")
    harness.clock.advance(60)
    app.send(browser, max_age="10000")
    assert app.id_claims(app.tokens_from(app.answer(browser)))["auth_time"] == first["auth_time"]


@pytest.mark.module("oidcc-refresh-token", "oidcc-server-client-secret-post")
def test_oidcc_refresh_token_and_server_client_secret_post(harness: Harness, browser: Browser, conny: Someone) -> None:
    """A refreshed ID token is about the same sign-in."""
    app = RelyingParty(harness, token_endpoint_auth_method="client_secret_post")
    tokens = app.tokens_from(app.sign_in(browser, conny, scope="openid offline_access"))
    before = app.id_claims(tokens)
    harness.clock.advance(5)
    answer = app.refresh(tokens["refresh_token"])
    after = app.claims_of((answer.json or {})["id_token"], "JWT")
    same = ("iss", "sub", "aud", "auth_time")
    assert {name: after[name] for name in same} == {name: before[name] for name in same}
    assert after["iat"] > before["iat"]
