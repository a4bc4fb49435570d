"""Forms nobody filled in here: from another site, a stale page, another browser, or for a guessed address."""

import itertools

import pytest

from tests.support.browser import Browser
from tests.support.concurrency import twin
from tests.support.harness import ISSUER, Harness
from tests.support.login_driver import LoginDriver, csrf_of
from tests.support.login_stages import STEPS, stand_at
from tests.support.tables import rows

ELSEWHERE = "https://evil.example"
FOREIGN = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "nonsense"},
    {"Sec-Fetch-Site": "cross-site", "Origin": ISSUER},
    {"Origin": ELSEWHERE},
    {"Origin": "null"},
    {"Origin": f"{ISSUER}.evil.example"},
    {"Origin": f"{ISSUER}:444"},
    {"Origin": ISSUER.replace("https", "http")},
]


@pytest.mark.parametrize("step", STEPS)
def test_forms_from_other_sites_change_nothing(harness: Harness, driver: LoginDriver, step: str) -> None:
    stage = stand_at(step, driver)
    before, form = rows(harness), stage.right | {"csrf": csrf_of(stage.browser)}
    for headers in FOREIGN:
        answer = stage.browser.client.post(stage.page, base_url=ISSUER, data=form, headers=headers)
        assert answer.status_code in {303, 400}
        assert answer.headers.getlist("Set-Cookie") == []
        assert rows(harness) == before, headers
    stage.browser.submit(**stage.right)
    assert rows(harness) != before, "the same form from our own page is taken"


@pytest.mark.parametrize("step", STEPS)
def test_forms_with_a_bad_token_change_nothing_and_say_so(harness: Harness, driver: LoginDriver, step: str) -> None:
    stage = stand_at(step, driver)
    good = csrf_of(stage.browser)
    elsewhere = Browser(harness)
    driver.authorize(elsewhere)
    before = rows(harness)
    for token in ("", "0" * 64, good.upper(), good[:-1], good + "0", "é" * 64, csrf_of(elsewhere)):
        page = stage.browser.submit(**(stage.right | {"csrf": token}))
        assert page.status_code == (200 if step == "account" else 400)
        assert step == "account" or "This page was out of date" in page.text
        assert rows(harness) == before, token


@pytest.mark.parametrize("step", STEPS)
def test_a_token_of_another_sign_in_of_the_same_browser_does_not_fit(
    harness: Harness, driver: LoginDriver, step: str
) -> None:
    stage = stand_at(step, driver)
    other = twin(stage.browser)
    driver.authorize(other, "mfa", since=harness.clock.now() + 1)
    foreign = csrf_of(other)
    before = rows(harness)
    stage.browser.submit(**(stage.right | {"csrf": foreign}))
    assert rows(harness) == before


def test_a_page_from_before_the_password_leads_on_after_it_and_changes_nothing(
    harness: Harness, driver: LoginDriver
) -> None:
    stage = stand_at("identify", driver)
    old, path = stage.browser.page, stage.page
    stage.browser.submit(**stage.right)
    before = rows(harness)
    for form in (stage.wrong, stage.right):
        stage.browser.page, stage.browser.at = old, path
        stage.browser.submit(**form)
        assert stage.browser.at.endswith("/code"), "where GET of that page leads as well"
    assert rows(harness) == before


@pytest.mark.parametrize("form", ["password", "passkey"])
def test_a_second_tab_is_not_asked_again_after_the_first_has_finished(
    harness: Harness, driver: LoginDriver, form: str
) -> None:
    """Its form is out of date, but its sign-in has nothing left to ask."""
    max_, first = harness.person("max"), Browser(harness)
    driver.authorize(first, "pwd")
    second = twin(first)
    driver.authorize(second, "pwd")
    first.submit(username="max", password=max_.password)
    assert driver.claims(first)
    for name in ("session", "login", "browser"):
        second.set_cookie(name, first.cookie(name) or "")
    if form == "password":
        second.submit(username="max", password=max_.password)
    else:
        second.submit(action="/passkey", credential="x")
    assert driver.claims(second)


@pytest.mark.parametrize("step", STEPS)
def test_a_copied_link_opens_nothing_in_another_browser(harness: Harness, driver: LoginDriver, step: str) -> None:
    stage = stand_at(step, driver)
    stranger = Browser(harness)
    assert stranger.get(stage.page).status_code == 403
    driver.authorize(stranger)
    assert stranger.get(stage.page).status_code == 403, "nor in one with a sign-in of its own"
    assert "in the browser where it began" in stranger.page.text
    before = rows(harness)
    form = stage.right | {"csrf": csrf_of(stage.browser)}
    answer = stranger.client.post(stage.page, base_url=ISSUER, data=form)
    assert answer.status_code == 403
    assert rows(harness) == before


@pytest.mark.parametrize("flow_id", ["x", "A" * 22, "..", "%2e%2e", "%00", "%ff", "'", "1 OR 1=1", "é", "a" * 5000])
def test_a_guessed_address_is_not_known(harness: Harness, driver: LoginDriver, flow_id: str) -> None:
    browser = Browser(harness)
    driver.authorize(browser)
    before = rows(harness)
    for method, step in itertools.product(("GET", "POST"), ("", "/no", "/done", *(f"/{step}" for step in STEPS))):
        answer = browser.client.open(f"/login/{flow_id}{step}", method=method, base_url=ISSUER)
        assert answer.status_code in {404, 405, 303}, (method, answer.status)
    assert rows(harness) == before


@pytest.mark.parametrize("host", ["evil.example", "id.example.test.evil.example", "id.example.test:444"])
def test_no_answer_leads_to_the_host_the_request_names(driver: LoginDriver, host: str) -> None:
    stage = stand_at("identify", driver)
    form = stage.right | {"csrf": csrf_of(stage.browser)}
    headers = {"X-Forwarded-Host": host, "Forwarded": f"host={host}", "X-Forwarded-Proto": "http"}
    answer = stage.browser.client.post(stage.page, base_url=ISSUER, data=form, headers=headers)
    assert answer.headers["Location"] == f"{stage.base}/code"
    page = stage.browser.client.get(f"{stage.base}/code", base_url=ISSUER, headers=headers)
    assert host not in page.text
