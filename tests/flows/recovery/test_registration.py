"""Creating one's own account: only where the policy lets strangers, and only with a proven address."""

import functools

import pytest

from idp.admin.purging import purge
from idp.kernel.clock import HOUR
from idp.login.policy.rules import RuleKind
from idp.persistence.users import User
from tests.support.account import SECURITY, mails, words
from tests.support.browser import Browser
from tests.support.concurrency import rush
from tests.support.harness import Harness
from tests.support.login_driver import LoginDriver
from tests.support.mailed import links, rendered_mails
from tests.support.network import HOME, browser_at
from tests.support.policy import rule, store_rules
from tests.support.relying_party import RelyingParty
from tests.support.tables import count, events

ADDRESS = "Nora.Lind@mail.example"
PASSWORD = "violet tram sleeps under nine bridges"
ORGANISATION, APP = RuleKind.ORGANISATION, RuleKind.APP
FORM = "/sign-up"


@pytest.fixture
def allowed(harness: Harness) -> Harness:
    store_rules(harness, rule(ORGANISATION, self_registration=True))
    return harness


def ask(harness: Harness, address: str = ADDRESS, *, at: str = HOME) -> Browser:
    """Somebody asks for an account; returns their browser."""
    browser = browser_at(harness, at)
    browser.get(SECURITY)
    browser.get(browser.at.replace("/identify", "/register"))
    browser.submit(email=address)
    return browser


def open_form(harness: Harness, address: str = ADDRESS) -> Browser:
    """Asked, mailed, link pressed."""
    browser = ask(harness, address)
    browser.get(links(harness, "registration")[-1], site="cross-site")
    assert browser.at == FORM, browser.page.status
    return browser


def user_of(harness: Harness, address: str = ADDRESS) -> User | None:
    with harness.services.database.read() as tx:
        return tx.users.by_identifier(address)


def test_a_stranger_creates_an_account_on_the_way_to_an_app(allowed: Harness, driver: LoginDriver) -> None:
    browser = Browser(allowed)
    assert driver.authorize(browser, "pwd") is None
    identify = browser.at
    assert f'href="{identify.replace("/identify", "/register")}"' in browser.page.text
    browser.get(identify.replace("/identify", "/register"))
    browser.submit(email=ADDRESS)
    assert browser.at.endswith("/register/sent")
    ((recipient, letter),) = rendered_mails(allowed, "registration")
    assert recipient == ADDRESS
    (link,) = links(allowed, "registration")
    assert link in letter.text
    assert user_of(allowed) is None, "the address is not proven yet"
    browser.get(link)
    assert ADDRESS in words(browser.page)
    assert user_of(allowed) is None, "opening the link does nothing: mail scanners do it, too"
    browser.submit(name="Nora Lind", password=PASSWORD)
    assert "Your account is ready" in words(browser.page)
    assert browser.cookie("session") is None, "it signs nobody in"
    user = user_of(allowed)
    assert user
    assert (user.email, user.email_verified, user.profile) == (ADDRESS, True, {"name": "Nora Lind"})
    assert user.username.startswith("nora.lind-")
    assert events(allowed, "user.registered") == 1
    browser.get(identify.removesuffix("/identify"))
    browser.submit(username=ADDRESS, password=PASSWORD)
    claims = driver.claims(browser)
    assert claims
    assert claims["user"] == user.username


def test_the_second_step_is_asked_as_the_policy_requires(harness: Harness) -> None:
    store_rules(harness, rule(ORGANISATION, self_registration=True, second_step=True))
    browser = open_form(harness)
    browser.submit(name="Nora", password=PASSWORD)
    browser.get(SECURITY)
    browser.submit(username=ADDRESS, password=PASSWORD)
    assert browser.at.endswith("/enrol")


def test_nobody_is_offered_it_unless_every_rule_allows_it(harness: Harness) -> None:
    app = RelyingParty(harness)
    browser = Browser(harness)

    def offered() -> bool:
        app.send(browser)
        shown = 'id="register"' in browser.page.text
        page = browser.at.replace("/identify", "/register")
        browser.get(page)
        assert (browser.at == page) is shown, "the page itself is not there either"
        return shown

    assert not offered(), "off by default"
    store_rules(harness, rule(ORGANISATION, self_registration=True))
    assert offered()
    store_rules(harness, rule(APP, app.app.client_id, self_registration=False))
    assert not offered()
    browser.get(SECURITY)
    assert 'id="register"' in browser.page.text, "the rule is about that app"


def test_a_link_dies_when_the_policy_changes(allowed: Harness) -> None:
    browser = open_form(allowed)
    store_rules(allowed, rule(ORGANISATION, self_registration=False))
    browser.submit(name="Nora", password=PASSWORD)
    assert browser.page.status_code == 410
    assert user_of(allowed) is None


def test_whether_an_address_has_an_account_is_told_to_its_owner_alone(allowed: Harness) -> None:
    allowed.person("jane")
    taken, free = ask(allowed, "JANE@example.test"), ask(allowed)
    assert words(taken.page) == words(free.page)
    assert mails(allowed) == ["registration_taken", "registration"]
    ((recipient, letter),) = rendered_mails(allowed, "registration_taken")
    assert recipient == "jane@example.test"
    assert "You have one already" in letter.text
    assert count(allowed, "registrations") == 2, "the same is stored for both"


def test_an_address_that_is_taken_meanwhile_gets_no_second_account(allowed: Harness) -> None:
    browser = open_form(allowed)
    allowed.person("nora", email=ADDRESS)
    browser.submit(name="Nora", password=PASSWORD)
    assert browser.page.status_code == 410
    assert count(allowed, "users") == 1


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"name": "", "password": PASSWORD}, "Type your name"),
        ({"name": "N\u202eora", "password": PASSWORD}, "cannot be seen"),
        ({"name": "Nora", "password": ""}, "Enter a new password"),
        ({"name": "Nora", "password": "short"}, "Use at least 15 characters"),
        ({"name": "Nora", "password": "nora.lind nora.lind"}, "too close to your name"),
    ],
)
def test_a_name_and_a_good_password_are_needed(allowed: Harness, typed: dict[str, str], says: str) -> None:
    browser = open_form(allowed)
    browser.submit(name=typed["name"], password=typed["password"])
    assert browser.page.status_code == 400
    assert says in words(browser.page)
    assert user_of(allowed) is None
    browser.submit(name="Nora", password=PASSWORD)
    assert user_of(allowed), "the link still works"


@pytest.mark.parametrize("typed", ["", "nora", "a@b.example, c@d.example", "n@x.example\r\nBcc: z@z.example"])
def test_what_is_no_address_is_refused(allowed: Harness, typed: str) -> None:
    browser = ask(allowed, typed)
    assert browser.page.status_code == 400
    assert mails(allowed) == []


def test_a_network_and_a_mailbox_have_limits(allowed: Harness) -> None:
    for _ in range(5):
        browser = ask(allowed)
        assert browser.at.endswith("/register/sent")
    assert mails(allowed) == ["registration"] * 3, "one mailbox is not flooded, and nothing is told"
    for number in range(5):
        ask(allowed, f"n{number}@mail.example")
    browser = ask(allowed, "one.more@mail.example")
    assert browser.page.status_code == 429
    assert len(mails(allowed)) == 8


def test_a_link_works_once_and_for_an_hour(allowed: Harness) -> None:
    late = open_form(allowed)
    allowed.clock.advance(HOUR)
    late.submit(name="Nora", password=PASSWORD)
    assert late.page.status_code == 410
    allowed.clock.advance(1)
    purge(allowed.services.database, allowed.settings)
    assert count(allowed, "registrations") == 0


def test_of_a_crowd_with_one_link_one_creates_the_account(allowed: Harness) -> None:
    ask(allowed)
    (link,) = links(allowed, "registration")
    browsers = [Browser(allowed) for _ in range(8)]
    for browser in browsers:
        browser.get(link)
    rush([functools.partial(each.submit, name="Nora", password=PASSWORD) for each in browsers])
    assert sorted(each.page.status_code for each in browsers) == [200] + [410] * 7
    assert count(allowed, "users") == 1


def test_a_form_of_another_page_creates_nothing(allowed: Harness) -> None:
    browser = open_form(allowed)
    browser.submit(name="Nora", password=PASSWORD, csrf="x")
    assert browser.page.status_code == 400
    assert user_of(allowed) is None
