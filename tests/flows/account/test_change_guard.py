"""Every change of what opens the account asks for a sign-in of its own, however recent another one is."""

import functools

import pytest

from idp.audit import Event
from idp.login.policy import rate_limits
from tests.support.account import EMAIL, FORMS, PASSKEYS, PASSWORD, PHONE, SECURITY, TOTP, Account, words
from tests.support.concurrency import CROWD, rush, twin
from tests.support.harness import Harness
from tests.support.mailed import email_links
from tests.support.passkeys import use, with_passkey
from tests.support.routes import every
from tests.support.tables import events

WEAK = {
    "/account/profile": "claims that open nothing",
    "/account/profile/email/forget": "the address stays as it is",
    "/account/security/recovery-codes": "the codes of this session are saved",
    "/account/security/password/strength": "nothing is stored",
    "/account/security/passkeys/x/rename": "the name alone",
    "/account/security/devices/x/forget": "less is open afterwards",
    "/account/security/sessions/x/end": "less is open afterwards",
    "/account/security/sessions/end-others": "less is open afterwards",
    "/account/apps/x/remove": "less is open afterwards",
    "/account/sign-out": "less is open afterwards",
}
"""The only forms of the account that a session alone may post, and why. A new form must ask for a sign-in."""

NEW = "violet tram sleeps under nine bridges"


@pytest.fixture
def account(harness: Harness) -> Account:
    """Jane, signed in with both steps one second ago."""
    made = Account(harness, harness.person(totp=True, phone_number="+431234567", phone_number_verified=True))
    made.open(remember=True)
    harness.clock.advance(1)
    return made


@pytest.mark.promise("FM17", "MS8")
def test_no_form_changes_what_opens_the_account_in_a_session_one_second_old(harness: Harness, account: Account) -> None:
    posts = {path for method, path in every(harness) if method == "POST" and path.startswith("/account")}
    assert posts > set(WEAK)
    before = account.protected()
    for path in sorted(posts - set(WEAK)):
        account.browser.get(SECURITY)
        account.post(path, **FORMS.get(path.replace("/x/", "/some-id/"), {}))
        assert account.at("/identify"), path
    assert account.protected() == before


@pytest.mark.parametrize("page", [EMAIL, PHONE, f"{SECURITY}/recovery-codes/view", "/account/profile/download"])
def test_a_sign_in_for_one_page_opens_no_other(account: Account, page: str) -> None:
    account.open(PASSWORD)
    query = account.browser.at.partition("?")[2]
    account.browser.get(f"{page}?{query}")
    assert account.at("/identify") or account.browser.at == SECURITY, page
    account.browser.get(f"{PASSWORD}?{query}")
    assert account.browser.path == PASSWORD


def test_a_sign_in_for_a_new_address_is_good_for_one_link(harness: Harness, account: Account) -> None:
    account.open(EMAIL)
    asked = account.browser.at
    account.browser.submit(action=EMAIL, email="nowhere")
    account.browser.submit(action=EMAIL, email="jane@new.example.test")
    account.browser.get(asked)
    assert account.at("/identify")
    assert len(email_links(harness)) == 1


def test_of_32_forms_at_once_one_uses_the_sign_in(harness: Harness, account: Account) -> None:
    account.open(EMAIL)
    browsers = [twin(account.browser) for _ in range(CROWD)]
    rush([functools.partial(browser.submit, action=EMAIL, email="jane@new.example.test") for browser in browsers])
    # 410: each is asked to sign in again, and a browser has at most so many sign-ins at a time.
    assert {browser.page.status_code for browser in browsers} <= {200, 410, 429}
    assert len(email_links(harness)) == events(harness, Event.EMAIL_ASKED, "success") == 1


@pytest.mark.promise("ES4")
def test_a_password_is_changed_with_the_present_one(harness: Harness) -> None:
    """ASVS 6.2.3: a passkey alone is not enough."""
    owner = with_passkey(harness)
    account = Account(harness, owner.someone)
    account.browser.get(PASSWORD)
    use(account.browser, owner.key)
    assert account.browser.path == PASSWORD
    before = account.protected()
    for wrong in ("", "not the one", NEW):
        page = account.browser.submit(action=PASSWORD, current=wrong, password=NEW)
        assert page.status_code == 400
        assert 'id="current-error"' in page.text
    assert account.protected() == before
    account.browser.submit(action=PASSWORD, current=owner.someone.password, password=NEW)
    assert account.browser.at == f"{SECURITY}?done=password"


def test_the_present_password_cannot_be_guessed_there(harness: Harness) -> None:
    owner = with_passkey(harness)
    account = Account(harness, owner.someone)
    account.browser.get(PASSWORD)
    use(account.browser, owner.key)
    for _ in range(rate_limits.password_limit(harness.settings).short_count):
        account.browser.submit(action=PASSWORD, current="not the one", password=NEW)
    page = account.browser.submit(action=PASSWORD, current=owner.someone.password, password=NEW)
    assert page.status_code == 400
    assert "Too many wrong passwords" in page.text
    assert events(harness, Event.PASSWORD, "throttled") == 1


def test_somebody_who_typed_it_on_the_way_is_not_asked_twice(account: Account) -> None:
    assert 'name="current"' not in account.open(PASSWORD).text
    account.browser.submit(action=PASSWORD, password=NEW)
    assert account.browser.at == f"{SECURITY}?done=password"


def test_a_browser_that_is_not_signed_in_is_asked_once(account: Account) -> None:
    """Also from a remembered device, whose session alone would not be enough for the page."""
    account.browser.submit(action="sign-out")
    account.browser.get(PASSWORD)
    account.browser.submit(username="jane", password=account.someone.password)
    assert account.at("/code")
    account.prove()
    assert account.browser.path == PASSWORD


def test_removing_a_passkey_asks_for_a_sign_in_though_another_factor_stays(harness: Harness) -> None:
    owner = with_passkey(harness, totp=True)
    account = Account(harness, owner.someone)
    account.browser.get(SECURITY)
    use(account.browser, owner.key)
    passkey_id = account.browser.page.text.split(f"{PASSKEYS}/")[1].split('"')[0]
    account.browser.get(f"{SECURITY}/factors/{passkey_id}/remove")
    assert account.at("/identify")


def test_the_pages_that_ask_again_say_why_and_offer_every_other_way(harness: Harness) -> None:
    """A code that was just used is refused for half a minute; another way needs no waiting."""
    why = "We ask each time before you change how you sign in or open personal data"
    account = Account(harness, harness.person(totp=True))
    account.browser.get(TOTP)
    assert why not in words(account.browser.page), "nobody is signed in here"
    account.prove()
    account.browser.get(PASSWORD)
    assert account.at("/identify")
    assert why in words(account.browser.page)
    account.browser.submit(username="jane", password=account.someone.password)
    assert account.at("/code")
    assert why in words(account.browser.page)
    assert "Use a recovery code" in words(account.browser.page)
    account.browser.get(account.browser.at.replace("/code", "/recovery"))
    assert why in words(account.browser.page)
    account.browser.submit(code=account.someone.codes[0])
    assert account.browser.path == PASSWORD
