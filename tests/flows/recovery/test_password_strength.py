"""How strong a new password is, told while it is typed: the verdict of the form itself, and nothing else."""

import logging
from typing import Any

import pytest

from idp.login.policy import rate_limits
from tests.support.account import PASSWORD, Account
from tests.support.browser import Browser
from tests.support.harness import ISSUER, Harness
from tests.support.login_driver import LoginDriver
from tests.support.mailed import reset_links
from tests.support.page_text import form_token
from tests.support.tables import rows

STRENGTH = f"{PASSWORD}/strength"
TABLES = ("users", "login_flows", "sessions", "audit_events", "outbox")


def told(account: Account, typed: str) -> dict[str, Any]:
    page = account.post(STRENGTH, password=typed)
    assert page.status_code == 200, page.text
    assert page.headers["Cache-Control"] == "no-store"
    found: dict[str, Any] = page.get_json()
    return found


def test_it_is_the_verdict_of_the_form_and_leaves_no_trace(harness: Harness, caplog: pytest.LogCaptureFixture) -> None:
    account = Account(harness, harness.person(email="initech.fan@example.test"))
    account.open(PASSWORD)
    before = rows(harness, *TABLES)
    with caplog.at_level(logging.DEBUG):
        assert told(account, "violet tram over nine hills") == {"score": 4, "words": "Very strong.", "advice": ""}
        short = told(account, "violet tram 9x")
        assert short["score"] == 2
        assert "at least 15" in short["advice"], "this person has no second step"
        assert told(account, "password1password1")["score"] < 2
        own = told(account, "initech.fan-number-1")
        assert own["score"] == 0
        assert "too close to your name or ours" in own["advice"]
        assert "at most 128" in told(account, "tram " * 30)["advice"]
    assert rows(harness, *TABLES) == before
    assert "violet tram" not in caplog.text

    assert told(account, account.someone.password)["advice"] == "", (
        "the present one is not told: it could be guessed at"
    )
    for wrong in ({}, {"password": ""}, {"password": "x" * 5000}):
        assert account.post(STRENGTH, **wrong).status_code == 400


def test_only_this_persons_own_page_may_ask_and_not_without_end(harness: Harness) -> None:
    account = Account(harness, harness.person(totp=True))
    account.open(PASSWORD)
    assert told(account, "violet tram 9x")["advice"] == "", "with a second step 8 characters will do"
    assert account.browser.send_request("POST", STRENGTH, {"Origin": ISSUER}, {"password": "x"}).status_code == 400
    stranger = Browser(harness)
    stranger.send_request("POST", STRENGTH, {"Origin": ISSUER}, {"password": "x", "csrf": account.token})
    assert stranger.at.endswith("/identify")
    with harness.services.database.write() as tx:
        bucket = rate_limits.strength_bucket(account.someone.id)
        while tx.throttles.consume(bucket, rate_limits.STRENGTH_LIMIT):
            pass
    assert account.post(STRENGTH, password="violet tram 9x").status_code == 429
    harness.clock.advance(15 * 60)
    account.open(PASSWORD)
    assert told(account, "violet tram 9x")["score"] >= 3


def test_whoever_holds_a_link_is_told_for_as_long_as_it_works(
    harness: Harness, driver: LoginDriver, browser: Browser
) -> None:
    harness.person(email="initech.fan@example.test")
    driver.authorize(browser)
    browser.get(browser.at.replace("/identify", "/forgot"))
    browser.submit(username="jane")
    page = browser.get(reset_links(harness)[0])
    assert 'data-strength="/recover/new-password/strength"' in page.text
    token = form_token(page.text)

    def ask(typed: str, csrf: str = token) -> Any:  # noqa: ANN401 - a test response
        return Browser.send_request(
            browser, "POST", "/recover/new-password/strength", {"Origin": ISSUER}, {"password": typed, "csrf": csrf}
        )

    assert ask("initech.fan-number-1").get_json()["score"] == 0
    assert ask("violet tram over nine hills").get_json()["words"] == "Very strong."
    assert ask("violet tram over nine hills", "").status_code == 400
    browser.get("/recover/new-password")
    browser.submit(password="violet tram over nine hills")
    assert ask("violet tram over nine hills").status_code == 400
