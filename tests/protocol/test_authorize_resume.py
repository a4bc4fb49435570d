"""Coming back from a sign-in: judged anew, answered once, in the browser where it began."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from werkzeug.test import Client as WerkzeugClient

from idp.admin import users
from idp.config import Settings
from idp.persistence.transaction import Transaction
from idp.persistence.users import User
from tests.support import tables
from tests.support.browser import Browser
from tests.support.harness import ISSUER, Harness, Someone
from tests.support.relying_party import RelyingParty, is_page

TOGETHER = 32


@pytest.fixture
def app(harness: Harness) -> RelyingParty:
    return RelyingParty(harness)


def waiting(app: RelyingParty, browser: Browser, jane: Someone) -> str:
    """Signed in, and about to be answered: the address to resume at."""
    app.sign_in(browser, jane)
    app.send(browser, prompt="consent")
    assert browser.at.startswith("/consent/")
    browser.submit(choice="approve")
    app.send(browser, prompt="consent")
    attempt = browser.at.removeprefix("/consent/")
    with app.harness.services.database.write() as tx:
        login = tx.login_flows.by_id(attempt)
        assert login
        answer = {"consented": {"user_id": jane.id, "scopes": ["openid"]}}
        assert tx.login_flows.advance(login, request=login.request | answer)
    return f"/authorize/resume/{attempt}"


def test_resume_replay_race(harness: Harness, app: RelyingParty, browser: Browser, jane: Someone) -> None:
    """32 at once: exactly one code, the others a page; never a 5xx."""
    address = waiting(app, browser, jane)
    before = tables.count(harness, "grants")
    cookies = "; ".join(f"__Host-countersign-{name}={browser.cookie(name)}" for name in ("login", "session"))
    gate = Barrier(TOGETHER)

    def resume(_number: int) -> int:
        client = WerkzeugClient(harness.app, use_cookies=False)
        gate.wait()
        return client.get(address, base_url=ISSUER, headers={"Cookie": cookies}).status_code

    with ThreadPoolExecutor(TOGETHER) as pool:
        statuses = sorted(pool.map(resume, range(TOGETHER)))
    assert statuses == [303] + [410] * (TOGETHER - 1)
    assert tables.count(harness, "grants") == before + 1


def test_a_finished_sign_in_gives_no_second_code(
    harness: Harness, app: RelyingParty, browser: Browser, jane: Someone
) -> None:
    """Back button and reload."""
    app.sign_in(browser, jane)
    resumed, grants = browser.at, tables.count(harness, "grants")
    browser.get(resumed)
    assert is_page(browser, 410)
    assert tables.count(harness, "grants") == grants


def test_a_copied_address_opens_nothing(harness: Harness, app: RelyingParty, browser: Browser, jane: Someone) -> None:
    address = waiting(app, browser, jane)
    stranger = Browser(harness)
    stranger.get(address)
    assert is_page(stranger, 403)
    stranger.get("/authorize/resume/nothing")
    assert is_page(stranger, 404)


def test_a_sign_in_ends_after_its_time(harness: Harness, app: RelyingParty, browser: Browser) -> None:
    app.send(browser)
    attempt = browser.at.split("/")[2]
    harness.clock.advance(harness.settings.login_lifetime)
    browser.get(f"/authorize/resume/{attempt}")
    assert is_page(browser, 410)


def test_resuming_too_early_leads_back_to_the_sign_in(app: RelyingParty, browser: Browser, jane: Someone) -> None:
    app.send(browser)
    attempt = browser.at.split("/")[2]
    browser.get(f"/authorize/resume/{attempt}")
    assert browser.at == f"/login/{attempt}/identify"
    assert "code" in app.go_through(browser, jane)


@pytest.mark.parametrize("mode", ["query", "form_post"])
def test_cancel_tells_the_app(harness: Harness, app: RelyingParty, browser: Browser, mode: str) -> None:
    """FAPI user-rejects-authentication; once, with state."""
    app.send(browser, response_mode=mode)
    browser.submit(choice="cancel")
    assert app.error(browser) == "access_denied"
    browser.get(browser.at)
    assert is_page(browser, 410)
    assert tables.events(harness, "sign_in.cancelled") == 1


def test_the_request_is_judged_again(harness: Harness, app: RelyingParty, browser: Browser, jane: Someone) -> None:
    """What was unregistered meanwhile gets nothing."""
    address = waiting(app, browser, jane)
    grants = tables.count(harness, "grants")
    with harness.services.database.write() as tx:
        assert tx.clients.remove("web")
    browser.get(address)
    assert is_page(browser)
    assert tables.count(harness, "grants") <= grants


def test_signed_out_in_another_tab_means_signing_in_again(app: RelyingParty, browser: Browser, jane: Someone) -> None:
    address = waiting(app, browser, jane)
    with app.harness.services.database.write() as tx:
        for session in tx.sessions.for_user(jane.id):
            tx.sessions.end(session.sid)
    browser.get(address)
    assert browser.at.endswith("/identify")


def test_another_person_in_another_tab_is_not_answered_about(
    harness: Harness, app: RelyingParty, browser: Browser, jane: Someone
) -> None:
    """Jane's attempt never ends in a code for Olga unless Olga says so."""
    address = waiting(app, browser, jane)
    olga = harness.person("olga")
    app.send(browser, prompt="login")
    browser.get(browser.at + "?other=1")
    browser.submit(username=olga.username, password=olga.password)
    with harness.services.database.write() as tx:
        login = tx.login_flows.by_id(address.rpartition("/")[2])
        assert login
        proofs = [{"method": "password", "factor": "password", "at": tx.now}]
        assert tx.login_flows.advance(login, user_id=jane.id, epoch=1, proofs=proofs)
    browser.get(address)
    assert browser.at.endswith("/account")
    assert "olga" in browser.page.text


@pytest.mark.parametrize(
    "change", [users.disable, lambda tx, user, _settings: users.reset_mfa(tx, user)], ids=["disabled", "reset"]
)
def test_an_attempt_whose_person_changed_falls_to_nobody_else(
    harness: Harness, app: RelyingParty, browser: Browser, change: Callable[[Transaction, User, Settings], None]
) -> None:
    """Olga is signed in, Ruth chose another account and gave her password; then Ruth's attempt ends under her."""
    olga, ruth = harness.person("olga"), harness.person("ruth", totp=True)
    app.sign_in(browser, olga)
    app.send(browser, prompt="select_account")
    browser.submit(choice="another")
    browser.submit(username=ruth.username, password=ruth.password)
    assert browser.at.endswith("/code")
    with harness.services.database.write() as tx:
        change(tx, users.find(tx, "ruth"), harness.settings)
    browser.get(browser.at)
    assert browser.at.endswith("/identify")
    assert "olga" not in browser.page.text


def test_two_tabs_each_get_their_answer(harness: Harness, app: RelyingParty, browser: Browser, jane: Someone) -> None:
    """One browser, two apps, one sign-in: the other tab goes on without asking again."""
    other = RelyingParty(harness, "other")
    app.send(browser)
    first = browser.at
    other.send(browser)
    assert "code" in other.go_through(browser, jane)
    browser.get(first)
    assert "code" in app.answer(browser)
    assert app.id_claims(app.tokens_from(app.answer(browser)))["sub"] == jane.id


def test_the_grant_says_what_was_proven(harness: Harness, app: RelyingParty, browser: Browser) -> None:
    """acr, amr, auth_time and session are copied to the grant; only digests of the code are kept."""
    olga = harness.person("olga", totp=True)
    answer = app.sign_in(browser, olga, scope="openid offline_access", claims='{"userinfo": {"email": null}}')
    (grant,) = tables.rows(harness, "grants")["grants"]
    assert answer["code"] not in repr(grant)
    assert "mfa" in repr(grant)
    assert "offline_access" in repr(grant)
    assert tables.events(harness, "authorization.granted") == 1
