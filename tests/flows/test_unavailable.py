"""What people get while the database is away, locked or full."""

import logging
from pathlib import Path

import pytest
from sqlalchemy import update

from idp.persistence.factors import factors
from idp.server.background import BackgroundJobs
from tests.support import routes
from tests.support.browser import Browser
from tests.support.command import Command
from tests.support.harness import ISSUER, Harness, migrate
from tests.support.login_driver import LoginDriver
from tests.support.outages import AWAY, KINDS, LOCKED, outage, wait_briefly
from tests.support.postgres import running_server
from tests.support.relying_party import RelyingParty

SENTENCE = "We cannot answer at the moment"
FOR_SCRIPTS = ("/options", "/strength", "/check")
BACK_CHANNEL = (
    "/token", "/introspect", "/revoke", "/par", "/device_authorization", "/bc-authorize", "/userinfo", "/api/security",
)  # fmt: skip


def test_a_lost_sealing_key_is_said_and_logged(
    harness: Harness, driver: LoginDriver, browser: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    jane = harness.person(totp=True)
    driver.to_code(browser, jane)
    with harness.services.database.engine.begin() as connection:
        connection.execute(update(factors).values(sealed_secret="v1.gone.AAAA"))
    page = browser.submit(code=jane.code(harness.clock))
    assert page.status_code == 503
    assert "A key of this service is missing or was replaced" in page.text
    assert "sealing.json in the keys directory is not the one that sealed it" in caplog.text
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("kind", KINDS)
def test_no_address_answers_500(harness: Harness, browser: Browser, kind: str) -> None:
    RelyingParty(harness).sign_in(browser, harness.person(totp=True), acr_values="mfa")
    wait_briefly(harness)
    found: dict[str, int] = {}
    with outage(kind, harness):
        for method, path in routes.every(harness):
            response = browser.client.open(
                path, method=method, base_url=ISSUER, headers={"Origin": ISSUER, "Sec-Fetch-Site": "same-origin"}
            )
            status = response.status_code
            assert status < 500 or status == 503, (method, path, status)
            if status == 503:
                found[path] = status
                is_json = path.endswith(FOR_SCRIPTS) or path in BACK_CHANNEL
                assert response.mimetype == ("application/json" if is_json else "text/html"), path
                assert int(response.headers["Retry-After"]) > 0
                assert is_json or SENTENCE in response.text
    assert len(found) >= (40 if kind == AWAY else 0), found


@pytest.mark.parametrize("kind", [AWAY, LOCKED])
def test_a_sign_in_goes_on_where_the_outage_met_it(harness: Harness, browser: Browser, kind: str) -> None:
    rp, jane = RelyingParty(harness), harness.person()
    wait_briefly(harness)
    rp.send(browser)
    form = browser.page
    with outage(kind, harness):
        page = browser.submit(username="jane", password=jane.password)
        assert (page.status_code, page.mimetype) == (503, "text/html")
        assert SENTENCE in page.text
        assert page.headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in page.headers
    browser.page = form
    browser.submit(username="jane", password=jane.password)
    assert rp.answer(browser)["code"]


def test_a_page_that_was_asked_for_can_be_asked_for_again(harness: Harness, browser: Browser) -> None:
    RelyingParty(harness).sign_in(browser, harness.person(totp=True), acr_values="mfa")
    with outage(AWAY, harness):
        page = browser.get("/account/security")
        assert '<a class="button button-primary" href="">Try again</a>' in page.text
    assert browser.get(browser.at).status_code == 200


def test_a_page_that_only_reads_is_shown_while_nothing_can_be_written(harness: Harness, browser: Browser) -> None:
    """The time of last use is written behind the page; that it cannot be is no reason to refuse it."""
    RelyingParty(harness).sign_in(browser, harness.person(totp=True), acr_values="mfa")
    harness.clock.advance(3600)
    wait_briefly(harness)
    with outage(LOCKED, harness):
        assert browser.get("/account/security").status_code == 200


def test_background_work_waits_without_stack_traces(harness: Harness, caplog: pytest.LogCaptureFixture) -> None:
    jobs = BackgroundJobs(harness.services)
    with outage(AWAY, harness), caplog.at_level(logging.ERROR):
        jobs.run_once()
    assert caplog.records
    assert not [record for record in caplog.records if record.exc_info]
    assert all("unavailable" in record.getMessage() for record in caplog.records)


def test_readiness_follows_the_database(harness: Harness) -> None:
    database = harness.services.database
    with outage(AWAY, harness):
        assert not database.reachable()
    assert database.reachable()


def test_a_command_says_what_is_wrong_in_one_sentence(harness: Harness) -> None:
    command = Command.of(harness.settings)
    with outage(AWAY, harness):
        said = command.refused("users", "list")
    assert said.startswith("Error: The database")
    assert "Traceback" not in said


def test_listing_waits_for_no_writer(harness: Harness) -> None:
    command = Command.of(harness.settings)
    with outage(LOCKED, harness):
        command.done("users", "list")


def test_a_postgresql_server_that_stops_and_starts(tmp_path: Path) -> None:
    with running_server() as server:
        url = server.url(server.create_database())
        migrate(url)
        harness = Harness(url, tmp_path)
        browser, rp = Browser(harness), RelyingParty(harness)
        rp.sign_in(browser, harness.person(totp=True), acr_values="mfa")
        server.stop()
        response = rp.client_credentials()
        assert (response.status_code, response.get_json()["error"]) == (503, "temporarily_unavailable")
        assert browser.get("/account/security").status_code == 503
        assert SENTENCE in browser.page.text
        server.start()
        assert rp.client_credentials().status_code == 200
        assert browser.get("/account/security").status_code == 200
        harness.close()


def test_a_port_that_refuses(tmp_path: Path) -> None:
    harness = Harness("postgresql+psycopg://idp@127.0.0.1:1/idp", tmp_path)
    page = Browser(harness).get("/authorize?client_id=web")
    assert (page.status_code, page.mimetype) == (503, "text/html")
    harness.close()
