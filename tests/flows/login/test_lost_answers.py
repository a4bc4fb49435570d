"""The answer to a proof does not reach the browser: the same form gets it again, and nobody else does."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from idp.login.flow.answers import REPEATABLE
from tests.support.browser import Browser
from tests.support.concurrency import twin
from tests.support.databases import Databases
from tests.support.harness import ISSUER, Harness, Someone, fresh_harness
from tests.support.login_driver import LoginDriver, csrf_of
from tests.support.login_stages import FURTHER, STEPS, Stage, stand_at
from tests.support.relying_party import RelyingParty
from tests.support.tables import count, rows


@pytest.fixture
def harness(databases: Databases, tmp_path: Path) -> Iterator[Harness]:
    """An installation in which a second step can wait, so that "Later" is one of the steps."""
    with fresh_harness(databases, tmp_path, second_step_grace_days=7) as made:
        yield made


@pytest.fixture
def jane(harness: Harness) -> Someone:
    return harness.person(totp=True)


COOKIES = ("login", "session", "browser")
ROTATING = [step for step in STEPS if step != "account"]
"""Choosing an account proves nothing, so it changes no cookie."""


def lose_answer(stage: Stage) -> Browser:
    """Send the right form; the browser as it is without the answer, while `stage.browser` got it."""
    without = twin(stage.browser)
    stage.browser.submit(action=stage.target, **stage.right)
    return without


def link(browser: Browser, label: str) -> str:
    """Where a link of the page leads."""
    found = re.search(rf'href="([^"]+)">{label}<', browser.page.text)
    assert found, browser.page.text
    return found[1]


@pytest.mark.parametrize("step", [*ROTATING, *FURTHER])
def test_the_same_form_gets_the_same_answer(harness: Harness, driver: LoginDriver, step: str) -> None:
    stage = stand_at(step, driver)
    reached, without = stage.browser, lose_answer(stage)
    before = rows(harness)
    without.submit(action=stage.target, **stage.right)
    assert (without.at, without.page.status_code) == (reached.at, 200)
    assert [without.cookie(name) for name in COOKIES] == [reached.cookie(name) for name in COOKIES]
    assert rows(harness) == before, "nothing happens twice"


@pytest.mark.parametrize("step", ROTATING)
def test_another_form_or_page_gets_nothing_but_a_new_beginning(
    harness: Harness, driver: LoginDriver, step: str
) -> None:
    stage = stand_at(step, driver)
    path = stage.page
    without = lose_answer(stage)
    before = rows(harness, "login_flows", "sessions", "devices")
    form = stage.right | {"csrf": csrf_of(without), "more": "1"}
    for answer in (without.client.post(path, base_url=ISSUER, data=form), without.get(path)):
        assert answer.status_code == 410
        assert "did not reach this browser" in answer.text
        assert answer.headers.getlist("Set-Cookie") == []
    assert rows(harness, "login_flows", "sessions", "devices") == before


@pytest.mark.parametrize("step", ROTATING)
def test_a_thief_of_the_cookie_who_guesses_the_form_gets_no_answer(driver: LoginDriver, step: str) -> None:
    """Even with the right code: the page's id is not guessed. Otherwise 100,000 codes could be tried in two minutes."""
    stage = stand_at(step, driver)
    path = stage.page
    without = lose_answer(stage)
    for page_id in ({}, {"page_id": ""}, {"page_id": "A" * 43}):
        form = stage.right | {"csrf": csrf_of(without)} | page_id
        answer = without.client.post(path, base_url=ISSUER, data=form)
        assert answer.status_code == 410
        assert answer.headers.getlist("Set-Cookie") == []


def test_an_answer_to_a_form_without_a_page_id_is_had_once(
    harness: Harness, driver: LoginDriver, jane: Someone
) -> None:
    browser = Browser(harness)
    driver.authorize(browser)
    path, form = browser.at, {"username": "jane", "password": jane.password, "csrf": csrf_of(browser)}
    without = twin(browser)
    assert browser.client.post(path, base_url=ISSUER, data=form).status_code == 303
    assert without.client.post(path, base_url=ISSUER, data=form).status_code == 410


@pytest.mark.parametrize(("waited", "status"), [(REPEATABLE - 1, 303), (REPEATABLE, 410)])
def test_the_answer_can_be_had_again_for_two_minutes(
    harness: Harness, driver: LoginDriver, waited: int, status: int
) -> None:
    stage = stand_at("identify", driver)
    without = lose_answer(stage)
    harness.clock.advance(waited)
    without.submit(**stage.right)
    assert without.hops[0].status_code == status


def test_other_sign_ins_of_the_browser_go_on_with_the_cookie_it_has(
    harness: Harness, driver: LoginDriver, jane: Someone
) -> None:
    first = Browser(harness)
    driver.authorize(first)
    second = twin(first)
    driver.authorize(second)
    second.set_cookie("login", first.cookie("login") or "")
    kept = second.cookie("login")
    first.submit(username="jane", password=jane.password)
    assert first.cookie("login") != kept, "this answer is lost"
    second.get(second.at)
    second.submit(username="jane", password=jane.password)
    second.submit(code=jane.code(harness.clock))
    assert driver.claims(second)


def test_the_cookie_of_before_reaches_no_proof_through_another_sign_in(
    harness: Harness, driver: LoginDriver, jane: Someone
) -> None:
    """An attacker planted the binding cookie, and proves themselves in a second sign-in to get the new one."""
    mallory = harness.person("mallory", totp=True)
    victim = Browser(harness)
    driver.authorize(victim)
    attacker = twin(victim)
    driver.authorize(attacker)
    attacked = victim.at
    victim.submit(username="jane", password=jane.password)
    assert victim.at.endswith("/code")
    attacker.get(attacker.at)
    attacker.submit(username="mallory", password=mallory.password)
    assert attacker.at.endswith("/code"), "their own sign-in goes on"
    assert attacker.get(attacked.replace("/identify", "/code")).status_code in {403, 410}
    victim.submit(code=jane.code(harness.clock))
    assert driver.claims(victim)


def test_whoever_lost_the_answer_for_good_starts_the_same_request_again(harness: Harness, jane: Someone) -> None:
    app, browser = RelyingParty(harness), Browser(harness)
    app.send(browser, scope="openid email")
    without = twin(browser)
    browser.submit(username="jane", password=jane.password)
    without.get(without.at)
    assert without.page.status_code == 410
    without.get(link(without, "Start again"))
    assert without.at.endswith("/identify")
    assert "code" in app.go_through(without, jane)


def test_a_session_is_opened_once_however_often_its_answer_is_sent(harness: Harness, driver: LoginDriver) -> None:
    stage = stand_at("code", driver)
    without = lose_answer(stage)
    for _ in range(3):
        twin(without).submit(**stage.right)
    assert count(harness, "sessions") == 1
