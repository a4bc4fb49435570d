"""Signing in with a passkey, over both databases: what it is worth, and what is refused."""

from typing import Any

import pytest

from idp.kernel.clock import DAY
from tests.support.authenticator import Authenticator, b64
from tests.support.browser import Browser
from tests.support.concurrency import CROWD, rush, twin
from tests.support.harness import ISSUER, Harness
from tests.support.login_driver import LoginDriver, csrf_of
from tests.support.network import browser_at
from tests.support.passkeys import Owner, factors, options, send, use, with_passkey
from tests.support.tables import count, events


@pytest.fixture
def jane(harness: Harness) -> Owner:
    return with_passkey(harness)


@pytest.mark.parametrize(("synced", "kept"), [(True, "swk"), (False, "pop")])
def test_a_passkey_that_checks_its_owner_is_the_whole_sign_in(
    harness: Harness, driver: LoginDriver, browser: Browser, synced: bool, kept: str
) -> None:
    owner = with_passkey(harness, synced=synced)
    driver.authorize(browser, "phr")
    assert options(browser)["allowCredentials"] == []
    use(browser, owner.key)
    claims = driver.claims(browser)
    assert claims
    assert (claims["user"], claims["acr"], claims["amr"]) == ("jane", "phr", [kept, "user", "mfa"])
    assert claims["auth_time"] == claims["second_factor_at"] == harness.clock.now()


def test_a_link_for_a_new_password_outlives_a_sign_in_without_the_password(
    harness: Harness, driver: LoginDriver, browser: Browser, jane: Owner
) -> None:
    """They may have asked for it because they do not know the password; a sign-in with it ends the link."""
    browser.get("/recover")
    browser.submit(username="jane")
    driver.authorize(browser, "phr")
    use(browser, jane.key)
    assert driver.claims(browser)
    assert count(harness, "password_resets") == 1
    driver.to_code(browser_at(harness), jane.someone)
    assert count(harness, "password_resets") == 1, "the password alone is no sign-in"
    there = browser_at(harness)
    driver.to_code(there, jane.someone)
    use(there, jane.key, user_handle=None)
    assert count(harness, "password_resets") == 0


@pytest.mark.parametrize("verifies", [True, False])
def test_a_password_and_a_touch_resist_phishing(
    harness: Harness, driver: LoginDriver, browser: Browser, verifies: bool
) -> None:
    owner = with_passkey(harness, verifies=verifies)
    driver.to_code(browser, owner.someone)
    assert [each["id"] for each in options(browser)["allowCredentials"]] == [b64(owner.key.id)]
    use(browser, owner.key, user_handle=None)
    claims = driver.claims(browser)
    assert claims
    assert (claims["acr"], claims["amr"]) == ("phr", ["pwd", "pop", "user", "mfa"])


def test_a_touch_alone_is_one_factor_and_the_password_is_asked(
    driver: LoginDriver, browser: Browser, jane: Owner
) -> None:
    """ASVS 6.5.7: the UV flag decides (idenplane #695)."""
    driver.authorize(browser, "pwd")
    use(browser, jane.key, verifies=False)
    assert driver.claims(browser) is None
    assert browser.at.endswith("/identify")
    assert "did not check" in browser.page.text
    browser.submit(username="jane", password=jane.someone.password)
    claims = driver.claims(browser)
    assert claims
    assert (claims["acr"], claims["amr"]) == ("phr", ["pwd", "pop", "user", "mfa"])


def test_a_code_does_not_complete_a_touch(harness: Harness, driver: LoginDriver, browser: Browser) -> None:
    """Two things held are one kind of factor."""
    owner = with_passkey(harness, totp=True)
    driver.authorize(browser)
    use(browser, owner.key, verifies=False)
    harness.clock.advance(60)
    browser.get(browser.at.replace("/identify", "/code"))
    assert browser.at.endswith("/identify")
    assert driver.claims(browser) is None


def test_somebody_with_both_may_use_either(harness: Harness, driver: LoginDriver, browser: Browser) -> None:
    owner = with_passkey(harness, totp=True)
    driver.to_code(browser, owner.someone)
    harness.clock.advance(60)
    browser.submit(form=1, code=owner.someone.code(harness.clock))
    assert (driver.claims(browser) or {}).get("acr", "") == "mfa"
    assert driver.authorize(browser, "phr") is None
    use(browser, owner.key)
    assert (driver.claims(browser) or {}).get("acr", "") == "phr"


def test_after_its_life_a_passkey_is_worth_a_single_factor(
    harness: Harness, driver: LoginDriver, browser: Browser, jane: Owner
) -> None:
    driver.authorize(browser)
    use(browser, jane.key)
    harness.clock.advance(harness.settings.second_factor_lifetime + 1)
    if driver.authorize(browser, "pwd") is None:
        assert browser.at.endswith("/identify")
    use(browser, jane.key)
    assert driver.claims(browser)


def test_a_device_is_remembered_for_a_passkey(
    harness: Harness, driver: LoginDriver, browser: Browser, jane: Owner
) -> None:
    driver.to_code(browser, jane.someone)
    use(browser, jane.key, remember=True)
    assert driver.claims(browser)
    browser.get("/logout")
    browser.submit()
    harness.clock.advance(2 * DAY)
    driver.authorize(browser)
    browser.submit(username="jane", password=jane.someone.password)
    claims = driver.claims(browser)
    assert claims
    assert (claims["acr"], claims["amr"]) == ("remembered", ["pwd"])


LIES: dict[str, dict[str, Any]] = {
    "a longer host": {"origin": "https://badid.example.test"},
    "another scheme": {"origin": "http://id.example.test"},
    "another port": {"origin": f"{ISSUER}:8443"},
    "a subdomain": {"origin": "https://evil.id.example.test"},
    "another rp": {"rp_id": "example.test"},
    "another challenge": {"challenge": b64(bytes(32))},
    "no challenge": {"challenge": ""},
    "another type": {"type": "webauthn.create"},
    "a broken signature": {"signature": b64(bytes(70))},
    "id is not rawId": {"id": b64(bytes(32))},
    "nobody there": {"present": 0},
    "another user handle": {"user_handle": b64(b"somebody-else")},
    "another kind of key": {"synced": True},
    "a handle that is no text": {"user_handle": b64(b"\xff\xfe")},
}


@pytest.mark.parametrize("second", [False, True])
@pytest.mark.parametrize("lie", LIES)
def test_an_untrue_answer_is_refused_and_its_challenge_is_spent(
    driver: LoginDriver, browser: Browser, jane: Owner, lie: str, second: bool
) -> None:
    """Threats 26 to 31: nothing of it may count, here or afterwards."""
    driver.to_code(browser, jane.someone) if second else driver.authorize(browser)
    told = options(browser)
    at = browser.page
    assert send(browser, jane.key.get(told, **LIES[lie])).status_code == 400
    assert "did not work" in browser.page.text
    assert driver.claims(browser) is None
    if "challenge" not in LIES[lie] and "handle that" not in lie:
        browser.page = at
        assert send(browser, jane.key.get(told)).status_code == 400


DEEP = f'{{"rawId":"AA","response":{{"clientDataJSON":"e30","userHandle":{"[" * 970}{"]" * 970}}}}}'


@pytest.mark.parametrize(
    "rubbish", ["", "{}", "[]", "null", "\x00", '{"rawId":1}', '{"response":{}}', "[" * 9000, DEEP, '{"rawId":"é"}']
)
def test_rubbish_is_refused_politely(driver: LoginDriver, browser: Browser, jane: Owner, rubbish: str) -> None:
    driver.authorize(browser)
    assert send(browser, rubbish).status_code == 400
    browser.submit(username="jane", password=jane.someone.password)
    assert send(browser, rubbish).status_code == 400


def test_another_persons_key_never_proves_my_second_step(
    harness: Harness, driver: LoginDriver, browser: Browser, jane: Owner
) -> None:
    """w3c/webauthn #753: B's key, with B's or with A's user handle, on A's sign-in."""
    mallory = with_passkey(harness, "mallory")
    driver.to_code(browser, jane.someone)
    for handle in (mallory.key.user_handle, jane.key.user_handle, None):
        assert use(browser, mallory.key, user_handle=handle).status_code == 400
        assert driver.claims(browser) is None


def test_another_persons_key_signs_in_that_person_and_nobody_else(
    harness: Harness, driver: LoginDriver, browser: Browser, jane: Owner
) -> None:
    mallory = with_passkey(harness, "mallory")
    driver.to_code(browser, jane.someone)
    browser.get(browser.at.replace("/code", "/identify?other=1"))
    use(browser, mallory.key)
    claims = driver.claims(browser)
    assert claims
    assert (claims["user"], claims["amr"]) == ("mallory", ["pop", "user", "mfa"])


def test_a_replayed_answer_is_refused_everywhere(
    harness: Harness, driver: LoginDriver, browser: Browser, jane: Owner
) -> None:
    driver.authorize(browser)
    answer = jane.key.get(options(browser))
    other = Browser(harness)
    driver.authorize(other)
    assert send(other, answer).status_code == 400  # bound to the sign-in it was asked for
    send(browser, answer)
    assert driver.claims(browser)
    again = Browser(harness)
    driver.authorize(again)
    assert send(again, answer).status_code == 400


@pytest.mark.parametrize(("age", "good"), [(299, True), (300, False)])
def test_a_challenge_lasts_five_minutes(
    driver: LoginDriver, browser: Browser, jane: Owner, age: int, good: bool
) -> None:
    driver.authorize(browser)
    told = options(browser)
    driver.harness.clock.advance(age)
    send(browser, jane.key.get(told))
    assert bool(driver.claims(browser)) is good


@pytest.mark.parametrize(
    ("stored", "shown", "synced", "good"),
    [
        (5, 6, False, True),
        (5, 5, False, False),
        (5, 4, False, False),
        (5, 0, False, False),
        (0, 0, False, True),
        (5, 0, True, True),
    ],
)
def test_a_counter_that_goes_back_means_a_copy(  # noqa: PLR0917 - one column each
    harness: Harness, driver: LoginDriver, browser: Browser, stored: int, shown: int, synced: bool, good: bool
) -> None:
    owner = with_passkey(harness, sign_count=stored, synced=synced)
    driver.authorize(browser)
    use(browser, owner.key, sign_count=shown)
    assert bool(driver.claims(browser)) is good
    assert factors(harness, owner.someone)[0].sign_count == (shown if good else stored)


def test_a_closed_account_is_not_opened_by_its_passkey(
    harness: Harness, driver: LoginDriver, browser: Browser, jane: Owner
) -> None:
    with harness.services.database.write() as tx:
        user = tx.users.by_id(jane.someone.id)
        assert user
        tx.users.set_status(user, "disabled")
    driver.authorize(browser)
    assert use(browser, jane.key).status_code == 400


def test_a_removed_passkey_proves_nothing(harness: Harness, driver: LoginDriver, browser: Browser, jane: Owner) -> None:
    with harness.services.database.write() as tx:
        tx.factors.remove_all(jane.someone.id)
    driver.authorize(browser)
    assert use(browser, jane.key).status_code == 400


def test_of_many_at_once_one_answer_is_taken(
    harness: Harness, driver: LoginDriver, browser: Browser, jane: Owner
) -> None:
    driver.authorize(browser)
    answer = jane.key.get(options(browser))
    crowd = [twin(browser) for _ in range(CROWD)]
    rush([lambda each=each: send(each, answer) for each in crowd])  # type: ignore[misc]  # mypy cannot tell the type of a default in a lambda
    assert len({each.cookie("session") for each in crowd}) == 1
    assert events(harness, "sign_in.passkey", "success") == 1
    assert all(each.page.status_code < 500 for each in crowd)


def test_options_want_our_own_form(harness: Harness, driver: LoginDriver, browser: Browser) -> None:
    driver.authorize(browser)
    path = browser.at.replace("/identify", "/passkey/options")
    before = count(harness, "webauthn_challenges")
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = browser.client.post(path, base_url=ISSUER, data={"csrf": csrf_of(browser)}, headers=headers)
        assert answer.status_code == 400
    assert browser.client.post(path, base_url=ISSUER).status_code == 400
    assert Browser(harness).client.post(path, base_url=ISSUER).status_code == 403
    assert count(harness, "webauthn_challenges") == before


def test_options_are_the_same_for_everybody_and_unguessable(harness: Harness, driver: LoginDriver) -> None:
    with_passkey(harness)
    told = []
    for name in ("jane", "nobody"):
        browser = Browser(harness)
        driver.authorize(browser)
        browser.submit(username=name, password="wrong")
        told.append(options(browser))
    assert len({each.pop("challenge") for each in told}) == 2
    assert told[0] == told[1]


def test_a_key_that_nobody_added_is_refused(driver: LoginDriver, browser: Browser) -> None:
    driver.authorize(browser)
    assert use(browser, Authenticator(ISSUER, user_handle=b64(b"x"))).status_code == 400
