"""acr: what was reached x what is asked x how firmly x whether a page may be shown (mission section 1)."""

import json
from typing import Any

import pytest

from idp.persistence.client_metadata import ClientMetadata
from tests.support.account import words
from tests.support.browser import Browser
from tests.support.harness import Harness, Someone
from tests.support.relying_party import RelyingParty

UNMET = "unmet_authentication_requirements"
MORE = "interaction_required"


def wish(*values: str) -> dict[str, str]:
    """acr_values: voluntary."""
    return {"acr_values": " ".join(values)}


def claim(*values: str, essential: bool = True) -> dict[str, str]:
    """The acr claim, by `values`."""
    return {"claims": json.dumps({"id_token": {"acr": {"essential": essential, "values": list(values)}}})}


def one(value: str) -> dict[str, str]:
    """The acr claim, by `value`."""
    return {"claims": json.dumps({"id_token": {"acr": {"essential": True, "value": value}}})}


# what is asked -> the acr told or the error of prompt=none, and the page otherwise (empty: answered at once)
Row = tuple[dict[str, str], str, str]

WITH_MFA: list[Row] = [
    ({}, "mfa", ""),
    (wish("pwd"), "mfa", ""),
    (wish("remembered", "mfa"), "mfa", ""),
    (wish("mfa"), "mfa", ""),
    (wish("phr"), "mfa", ""),
    (wish("urn:unknown"), "mfa", ""),
    (claim("pwd"), "pwd", ""),
    (claim("remembered"), "remembered", ""),
    (claim("pwd", "mfa"), "mfa", ""),
    (claim("mfa", "phr"), "mfa", ""),
    (claim("urn:unknown", "mfa"), "mfa", ""),
    (one("mfa"), "mfa", ""),
    (claim("phr", essential=False), "mfa", ""),
    (claim("phr"), MORE, UNMET),
    (claim("phrh", "phr"), MORE, UNMET),
    (claim("phrh"), UNMET, UNMET),
    (claim("urn:unknown"), UNMET, UNMET),
    (claim(), "mfa", ""),
]
REMEMBERED: list[Row] = [
    ({}, "remembered", ""),
    (wish("pwd"), "remembered", ""),
    (wish("pwd", "mfa"), "remembered", ""),
    (wish("remembered"), "remembered", ""),
    (wish("mfa"), MORE, "code"),
    (wish("two-step"), MORE, "code"),
    (wish("phr"), MORE, "code"),  # as far as the person can go
    (claim("pwd"), "pwd", ""),
    (claim("remembered", "mfa"), "remembered", ""),
    (claim("mfa"), MORE, "code"),
    (one("mfa"), MORE, "code"),
    (claim("mfa", essential=False), MORE, "code"),
    (claim("phr"), MORE, UNMET),
]
PASSWORD_ONLY: list[Row] = [
    ({}, "pwd", ""),
    (wish("pwd", "mfa"), "pwd", ""),
    (wish("mfa"), "pwd", ""),
    (wish("remembered"), "pwd", ""),
    (claim("mfa", essential=False), "pwd", ""),
    (claim("pwd"), "pwd", ""),
    (claim("mfa"), MORE, "enrol"),
    (claim("remembered"), MORE, "enrol"),
    (one("phr"), MORE, UNMET),
    (one("phrh"), UNMET, UNMET),
]


def check(app: RelyingParty, browser: Browser, rows: list[Row], **extra: Any) -> None:
    """Asks each row silently, then with pages allowed."""
    for asked, told, page in rows:
        app.send(browser, prompt="none", **asked | extra)
        answer = app.answer(browser)
        assert (app.id_claims(app.tokens_from(answer))["acr"] if "code" in answer else answer["error"]) == told, asked
        app.send(browser, **asked | extra)
        if page and page != UNMET:
            assert browser.at.endswith(f"/{page}"), (asked, browser.at)
        else:
            assert app.answer(browser).get("error", "") == page, asked


@pytest.fixture
def olga(harness: Harness) -> Someone:
    return harness.person("olga", totp=True)


def test_a_session_of_two_factors(harness: Harness, browser: Browser, olga: Someone) -> None:
    app = RelyingParty(harness)
    app.sign_in(browser, olga)
    check(app, browser, WITH_MFA)


@pytest.mark.promise("SM11")
def test_a_session_on_a_remembered_device(harness: Harness, browser: Browser, olga: Someone) -> None:
    """An explicit wish for `mfa` is never satisfied by a remembered device, and amr lists no skipped factor."""
    app = RelyingParty(harness)
    remember(app, browser, olga)
    check(app, browser, REMEMBERED)
    app.send(browser)
    claims = app.id_claims(app.tokens_from(app.answer(browser)))
    assert (claims["acr"], claims["amr"]) == ("remembered", ["pwd"])


def test_a_session_of_somebody_without_second_step(harness: Harness, browser: Browser, jane: Someone) -> None:
    app = RelyingParty(harness)
    app.sign_in(browser, jane)
    check(app, browser, PASSWORD_ONLY)


def test_step_up_asks_the_code_and_reaches_mfa(harness: Harness, browser: Browser, olga: Someone) -> None:
    app = RelyingParty(harness)
    remember(app, browser, olga)
    harness.clock.advance(100)
    app.send(browser, **claim("mfa"))
    claims = app.id_claims(app.tokens_from(app.go_through(browser, olga)))
    assert (claims["acr"], claims["amr"]) == ("mfa", ["pwd", "otp", "mfa"])
    assert claims["auth_time"] == harness.clock.now()
    app.send(browser, prompt="none", **claim("mfa"))
    assert "code" in app.answer(browser)


def test_a_client_may_demand_a_level(harness: Harness, browser: Browser, olga: Someone) -> None:
    """Mission: the request can raise the client's minimum, never lower it."""
    remember(RelyingParty(harness), browser, olga)
    app = RelyingParty(harness, "bank", min_acr="mfa")
    for asked in ({}, wish("pwd"), claim("pwd")):
        app.send(browser, prompt="none", **asked)
        assert app.error(browser) == MORE
    app.send(browser)
    assert app.id_claims(app.tokens_from(app.go_through(browser, olga)))["acr"] == "mfa"


def test_a_client_has_default_levels_for_requests_without_any(
    harness: Harness, browser: Browser, olga: Someone
) -> None:
    """OpenID Connect Dynamic Client Registration 1.0 section 2: default_acr_values."""
    remember(RelyingParty(harness), browser, olga)
    app = RelyingParty(harness, "bank", metadata=ClientMetadata(default_acr_values=["mfa"]))
    app.send(browser, prompt="none")
    assert app.error(browser) == MORE
    app.send(browser, prompt="none", **wish("pwd"))
    assert "code" in app.answer(browser)


def test_a_client_that_demands_what_nobody_reaches(harness: Harness, browser: Browser) -> None:
    app = RelyingParty(harness, "vault", min_acr="phrh")
    app.send(browser)
    assert app.error(browser) == UNMET


def test_a_silent_request_never_starts_a_set_up(harness: Harness, browser: Browser, jane: Someone) -> None:
    """Required since the sign-in: interaction_required for the silent, the set-up for the rest."""
    app = RelyingParty(harness)
    app.sign_in(browser, jane)
    with harness.services.database.write() as tx:
        user = tx.users.by_id(jane.id)
        assert user
        tx.users.require_second_step(user, required=True)
    app.send(browser, prompt="none")
    assert app.error(browser) == MORE
    app.send(browser)
    assert browser.at.endswith("/enrol")


@pytest.mark.module("oidcc-ensure-request-with-acr-values-succeeds")
def test_oidcc_ensure_request_with_acr_values_succeeds(harness: Harness, browser: Browser, jane: Someone) -> None:
    """All that discovery lists are sent; the one told is among them."""
    app = RelyingParty(harness)
    offered = (browser.get("/.well-known/openid-configuration").json or {})["acr_values_supported"]
    assert app.told(browser, jane, acr_values=" ".join(offered))["acr"] in offered


def remember(app: RelyingParty, browser: Browser, someone: Someone) -> None:
    """A session that a remembered device let off the second step."""
    app.send(browser)
    browser.submit(username=someone.username, password=someone.password)
    app.harness.clock.advance(30)
    browser.submit(code=someone.code(app.harness.clock), remember="1")
    browser.get("/logout")
    browser.submit()
    app.sign_in(browser, someone)


def test_a_step_up_says_who_asks_and_offers_no_tick_on_a_remembered_device(
    harness: Harness, browser: Browser, olga: Someone
) -> None:
    app = RelyingParty(harness)
    remember(app, browser, olga)
    for asked in (wish("mfa"), claim("mfa")):
        app.send(browser, **asked)
        page = words(browser.page)
        assert browser.at.endswith("/code")
        assert "Confirm it is you Web asks for it." in page
        assert "Countersign (o•••@example.test)" in page
        assert ">Confirm</button>" in browser.page.text
        assert "Verify and sign in" not in page
        assert 'name="remember"' not in browser.page.text
        browser.get(browser.at.replace("/code", "/recovery"))
        assert "Web asks for it." in words(browser.page)


def test_a_sign_in_from_the_start_is_no_step_up(harness: Harness, browser: Browser, olga: Someone) -> None:
    app = RelyingParty(harness)
    app.send(browser, **wish("mfa"))
    browser.submit(username=olga.username, password=olga.password)
    page = words(browser.page)
    assert browser.at.endswith("/code")
    assert "asks for it" not in page
    assert "Verify and sign in" in page
    assert 'name="remember"' in browser.page.text


def test_a_step_up_on_a_device_that_is_not_remembered_offers_the_tick(
    harness: Harness, browser: Browser, olga: Someone
) -> None:
    app = RelyingParty(harness)
    app.sign_in(browser, olga)
    harness.clock.advance(1)
    app.send(browser, max_age="0")
    browser.submit(username=olga.username, password=olga.password)
    assert "Web asks for it." in words(browser.page)
    assert 'name="remember"' in browser.page.text
