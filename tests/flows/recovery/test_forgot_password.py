"""Forgot password: a mailed link sets a new one, ends everything the old one opened, and opens nothing itself."""

import logging

import pytest

from idp.admin.purging import purge
from idp.factors.totp import PERIOD
from idp.kernel.clock import HOUR, MINUTE
from tests.support.account import PASSWORD, SECURITY, Account, forget_mail, grant, mails, revoked, words
from tests.support.browser import Browser
from tests.support.harness import Harness
from tests.support.login_driver import LoginDriver
from tests.support.mailed import rendered_mails, reset_links
from tests.support.network import HOME, browser_at
from tests.support.tables import count, events, rows

NEW = "violet tram sleeps under nine bridges"
FORM = "/recover/new-password"


def ask(harness: Harness, name: str = "jane", *, address: str = HOME) -> Browser:
    """Somebody asks for a link; returns their browser."""
    browser = browser_at(harness, address)
    browser.get("/recover")
    browser.submit(username=name)
    return browser


def open_form(harness: Harness, name: str = "jane") -> Browser:
    """Asked, mailed, link pressed."""
    browser = ask(harness, name)
    browser.get(reset_links(harness)[-1], site="cross-site")
    assert browser.at == FORM, browser.page.status
    return browser


@pytest.mark.promise("FM18", "FM19", "FM25")
def test_the_link_sets_a_password_and_ends_everything_the_old_one_opened(harness: Harness) -> None:
    harness.client()
    jane = harness.person(totp=True)
    here, there = Account(harness, jane), Account(harness, jane)
    for account in (here, there):
        account.open(remember=True)
    pending = Account(harness, jane)
    pending.browser.get(SECURITY)
    pending.browser.submit(username="jane", password=jane.password)
    assert pending.at("/code")
    sids = [account.session.sid for account in (here, there) if account.session]
    grants = [grant(harness, jane.id, sid, offline=offline) for sid in sids for offline in (True, False)]
    factors = rows(harness, "factors", "recovery_sets", "recovery_codes")

    browser = open_form(harness)
    assert "jane" in words(browser.page)
    browser.submit(password=NEW)
    assert browser.at.startswith("/recover/done?")
    assert browser.cookie("session") is None, "it signs nobody in"
    assert browser.cookie("recover") is None

    assert all(revoked(harness, each) for each in grants)
    assert count(harness, "sessions") == 0
    for account in (here, there):
        account.browser.get(SECURITY)
        assert account.at("/identify")
        account.browser.submit(username="jane", password=NEW)
        assert account.at("/code"), "no device is remembered any longer"
    harness.clock.advance(PERIOD)
    pending.browser.submit(code=jane.code(harness.clock))
    assert pending.at("/identify"), "a sign-in begun with the old password is worth nothing"
    assert rows(harness, "factors", "recovery_sets", "recovery_codes") == factors
    assert mails(harness)[-1] == "password_reset"
    assert events(harness, "password.changed") == 1


def test_the_address_it_was_mailed_to_is_proven_by_its_use(harness: Harness) -> None:
    jane = harness.person("jane")
    form = open_form(harness)
    with harness.services.database.read() as tx:
        before = tx.users.by_id(jane.id)
    assert before is not None
    assert not before.email_verified, "opening the link proves nothing: mail scanners do it, too"
    form.submit(password=NEW)
    with harness.services.database.read() as tx:
        after = tx.users.by_id(jane.id)
    assert after is not None
    assert after.email_verified


def test_afterwards_the_second_step_is_still_asked_in_the_same_browser_and_in_others(harness: Harness) -> None:
    jane = harness.person(totp=True)
    browser = open_form(harness)
    browser.submit(password=NEW)
    for asked_in in (browser, Browser(harness)):
        asked_in.get(SECURITY)
        asked_in.submit(username="jane", password=jane.password)
        assert asked_in.page.status_code == 400, "the old password is no more"
        asked_in.submit(username="jane", password=NEW)
        assert asked_in.at.endswith("/code")


def test_it_is_reached_from_the_sign_in_page_and_leads_back_there(harness: Harness, driver: LoginDriver) -> None:
    jane, browser = harness.person(), Browser(harness)
    assert driver.authorize(browser, "pwd") is None
    assert f'href="{browser.at.replace("/identify", "/forgot")}"' in browser.page.text
    identify = browser.at
    browser.get(browser.at.replace("/identify", "/forgot"))
    browser.submit(username="JANE@example.test")
    assert "If there is such an account, we have sent a link" in words(browser.page)
    browser.get(reset_links(harness)[-1])
    browser.submit(password=NEW)
    browser.get(identify.removesuffix("/identify"))
    browser.submit(username=jane.username, password=NEW)
    claims = driver.claims(browser)
    assert claims
    assert claims["user"] == "jane"


def test_the_last_page_leads_to_the_sign_in_it_was_asked_from_only_in_that_browser(harness: Harness) -> None:
    harness.person()
    browser = ask(harness)
    asked_from = browser.at.removesuffix("/forgot/sent")
    elsewhere = Browser(harness)
    for reader, back in ((browser, asked_from), (elsewhere, SECURITY)):
        reader.get(f"/recover/done?login={asked_from.removeprefix('/login/')}")
        assert f'href="{back}"' in reader.page.text
    for junk in ("", "https://evil.example", "a\x00b", "é" * 300):
        elsewhere.get("/recover/done?login=" + junk.replace("\x00", "%00"))
        assert f'href="{SECURITY}"' in elsewhere.page.text


def test_the_mail_says_who_asked_and_goes_to_the_stored_address_alone(harness: Harness) -> None:
    harness.person(email="Jane.Doe@Example.test")
    ask(harness, "jane.doe@EXAMPLE.test")
    ((recipient, letter),) = rendered_mails(harness, "reset_offer")
    assert recipient == "Jane.Doe@Example.test"
    for said in ("Hello Jane,", "Firefox on Linux", HOME, "1 June 2026, 12:00 UTC", "30 minutes"):
        assert said in letter.text
    assert letter.subject == "Set a new password \N{EN DASH} Countersign"


@pytest.mark.parametrize("seconds", [30 * MINUTE - 1, 30 * MINUTE])
def test_a_link_lives_half_an_hour_to_the_second(harness: Harness, seconds: int) -> None:
    harness.person()
    browser = open_form(harness)
    harness.clock.advance(seconds)
    browser.submit(password=NEW)
    assert (browser.page.status_code == 410) is (seconds == 30 * MINUTE)
    assert events(harness, "password.changed") == int(seconds < 30 * MINUTE)


def test_opening_the_link_spends_and_changes_nothing(harness: Harness) -> None:
    """Mail scanners press every link, and so do previews."""
    harness.person()
    browser = ask(harness)
    (link,) = reset_links(harness)
    before = rows(harness)
    for method in ("GET", "HEAD", "OPTIONS"):
        scanner = Browser(harness)
        for path in (link.removeprefix(harness.settings.issuer), FORM):
            scanner.client.open(path, base_url=harness.settings.issuer, method=method)
    assert rows(harness) == before
    browser.get(link, site="cross-site")
    browser.submit(password=NEW)
    assert browser.at.startswith("/recover/done?")


def test_the_handle_leaves_the_address_at_once_and_is_in_no_page_table_or_log(
    harness: Harness, caplog: pytest.LogCaptureFixture
) -> None:
    harness.person()
    with caplog.at_level(logging.DEBUG):
        browser = ask(harness)
        (link,) = reset_links(harness)
        handle = link.rpartition("/")[2]
        browser.get(link)
        first, second = browser.hops
        browser.get(link + ".")
        browser.get(FORM)
    assert len(handle) == 43, "256 bits"
    assert first.status_code == 303
    assert first.headers["Location"] == FORM
    assert first.headers["Referrer-Policy"] == second.headers["Referrer-Policy"] == "same-origin"
    assert handle not in second.text
    assert handle not in caplog.text
    assert handle not in repr(rows(harness))


@pytest.mark.parametrize("ending", ["use", "sign-in", "password change", "new factor", "disabled"])
def test_a_link_dies_with(harness: Harness, ending: str) -> None:
    jane = harness.person()
    browser = open_form(harness)
    account = Account(harness, jane)
    if ending == "use":
        (link,) = reset_links(harness)
        browser.submit(password=NEW)
        browser.get(link)
    elif ending == "sign-in":
        account.open()
    elif ending == "password change":
        account.open(PASSWORD)
        ask(harness)
        browser.get(reset_links(harness)[-1])
        account.browser.submit(action=PASSWORD, password="quiet zebra paints seven lighthouses")
    elif ending == "new factor":
        account.open(f"{SECURITY}/totp")
        harness.clock.advance(21 * MINUTE)
        ask(harness)
        browser.get(reset_links(harness)[-1])
        account.set_up()
    else:
        with harness.services.database.write() as tx:
            user = tx.users.by_id(jane.id)
            assert user
            tx.users.set_status(user, "disabled")
    before = rows(harness, "users", "sessions")
    page = browser.get(FORM)
    assert page.status_code == 410
    assert "This link no longer works" in words(page)
    assert rows(harness, "users", "sessions") == before


def test_a_used_link_sent_again_from_a_page_still_open_changes_nothing(harness: Harness) -> None:
    harness.person()
    browser, again = open_form(harness), Browser(harness)
    again.get(reset_links(harness)[-1])
    browser.submit(password=NEW)
    before = rows(harness)
    assert again.submit(password="quiet zebra paints seven lighthouses").status_code == 410
    assert rows(harness) == before


def test_in_somebody_elses_session_it_is_still_about_whom_it_was_mailed_to(harness: Harness) -> None:
    harness.person("jane")
    kim = Account(harness, harness.person("kim", password="seven quiet zebras paint lighthouses"))
    kim.open()
    ask(harness, "jane")
    (link,) = reset_links(harness)
    kim.browser.get(link, site="cross-site")
    page = words(kim.browser.page)
    assert "jane" in page
    assert "kim" not in page
    kim.browser.submit(password=NEW)
    assert kim.session is not None, "kim's session goes on"
    assert kim.browser.get(SECURITY).status_code == 200
    for name, password, right in (("kim", NEW, False), ("kim", kim.someone.password, True), ("jane", NEW, True)):
        browser = Browser(harness)
        browser.get(SECURITY)
        browser.submit(username=name, password=password)
        assert (browser.at == SECURITY) is right, (name, password)


def test_a_host_that_a_stranger_made_up_is_in_no_link(harness: Harness) -> None:
    harness.person()
    evil = dict.fromkeys(("HTTP_X_FORWARDED_HOST", "SERVER_NAME"), "evil.example")
    browser = browser_at(harness, **evil, HTTP_FORWARDED="host=evil.example")
    browser.get("/recover")
    browser.submit(username="jane")
    assert browser_at(harness, HTTP_HOST="evil.example").get("/recover").status_code == 421
    ((_, letter),) = rendered_mails(harness, "reset_offer")
    assert reset_links(harness)[0].startswith(f"{harness.settings.issuer}/recover/")
    assert "evil.example" not in letter.text + letter.html


@pytest.mark.parametrize(
    "twin", ["j\u0430ne@example.test", "jane@ex\u0430mple.test", "jan\u00e9@example.test", "jane\u0131@example.test",
             "\uff4aane@example.test", "jane\uff20example.test", "jane@\u200bexample.test", "JANE@EXAMPLE.TEST",
             "mike@example.test", "m\u0131ke@example.test", "jane@example.test\r\nBcc: eve@evil.example"],
)  # fmt: skip
def test_look_alike_addresses_get_no_mail_only_the_stored_one_does(harness: Harness, twin: str) -> None:
    harness.person()
    ask(harness, twin)
    assert {recipient for recipient, _ in rendered_mails(harness, "reset_offer")} <= {"jane@example.test"}


@pytest.mark.parametrize(
    ("new", "said"),
    [("", "Enter a new password"), ("short pass 14c", "at least 15"), ("countersign123456", "too close to your name"),
     ("x" * 5000, "at most 128")],
)  # fmt: skip
def test_a_bad_new_password_is_refused_and_the_link_still_works(harness: Harness, new: str, said: str) -> None:
    harness.person()
    browser = open_form(harness)
    before = rows(harness)
    page = browser.submit(password=new)
    assert page.status_code == 400
    assert said in words(page)
    assert rows(harness) == before
    browser.submit(password=NEW)
    assert browser.at.startswith("/recover/done?")


def test_a_link_tells_nobody_what_the_present_password_is(harness: Harness) -> None:
    jane = harness.person()
    browser = open_form(harness)
    browser.submit(password=jane.password)
    assert browser.at.startswith("/recover/done?"), "else its holder could guess at it without end"
    assert events(harness, "password.changed") == 1


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {}])
def test_forms_from_elsewhere_change_nothing(harness: Harness, headers: dict[str, str]) -> None:
    harness.person()
    browser = ask(harness)
    harness.clock.advance(20 * MINUTE)
    asked = browser.at.removesuffix("/sent")
    before = rows(harness)
    browser.get(reset_links(harness)[0])
    for path, form in ((asked, {"username": "jane"}), (FORM, {"password": NEW})):
        forged = form | {"csrf": "0" * 64}
        answer = browser.client.post(path, base_url=harness.settings.issuer, data=forged, headers=headers)
        assert answer.status_code == 400
        assert rows(harness) == before


def test_a_mailbox_is_not_flooded_and_always_holds_a_link_that_works(harness: Harness) -> None:
    harness.person()
    for minute in range(3 * HOUR // MINUTE):
        ask(harness, "jane" if minute % 2 else "jane@example.test", address=f"10.0.0.{minute}")
        browser = Browser(harness)
        browser.get(reset_links(harness)[-1])
        assert browser.page.status_code == 200, "strangers who ask cannot keep the owner out"
        harness.clock.advance(MINUTE)
    assert len(reset_links(harness)) == 9, "three an hour"


def test_one_network_asks_only_so_often_whomever_it_asks_about(harness: Harness) -> None:
    harness.person()
    statuses = [ask(harness, name).page.status_code for name in ("jane", *(f"nobody{n}" for n in range(10)))]
    assert statuses == [200] * 10 + [429]
    assert ask(harness, "jane", address="10.1.2.3").page.status_code == 200
    subscriber = ["2001:db8::1", "2001:db8::ffff:1", "2001:db8:0:0:9::"]
    statuses = [ask(harness, f"x{n}", address=subscriber[n % 3]).page.status_code for n in range(11)]
    assert statuses == [200] * 10 + [429]
    assert ask(harness, "jane", address="2001:db8:0:1::1").page.status_code == 200


def test_it_gives_no_more_tries_at_the_second_step(harness: Harness) -> None:
    jane = harness.person(totp=True)
    code_lane = f"code:user:{jane.id}:strangers"
    browser = Browser(harness)
    browser.get(SECURITY)
    browser.submit(username="jane", password=jane.password)
    browser.submit(code="000000")
    wrong = Browser(harness)
    wrong.get(SECURITY)
    wrong.submit(username="jane", password="wrong")
    open_form(harness).submit(password=NEW)
    lanes = [row[0] for row in rows(harness, "throttles")["throttles"]]
    assert code_lane in lanes
    assert not any(bucket.startswith(f"password:user:{jane.id}") for bucket in lanes)


def test_without_an_address_or_when_disabled_nothing_is_sent(harness: Harness) -> None:
    harness.person("silent", email=None)
    harness.person("gone", status="disabled")
    for name in ("silent", "gone", "gone@example.test", "nobody"):
        assert "we have sent a link" in words(ask(harness, name).page)
    assert reset_links(harness) == []
    assert count(harness, "password_resets") == 0
    assert events(harness, "password.reset_asked", "failure") == 3
    assert events(harness, "password.reset_asked", "throttled") == 1, "two names of one account share its lane"


def test_an_empty_name_is_asked_for_again(harness: Harness) -> None:
    for typed in ("", "  ", "x" * 300, "a\x00b"):
        assert ask(harness, typed).page.status_code == 400
    assert count(harness, "outbox") == 0


def test_links_that_ended_are_forgotten(harness: Harness) -> None:
    harness.person()
    ask(harness)
    forget_mail(harness)
    harness.clock.advance(31 * MINUTE)
    purge(harness.services.database, harness.settings)
    assert count(harness, "password_resets") == 0
