"""Rules of administrators at real sign-ins: each kind, each field, at once and at no further cost."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from idp.kernel.clock import DAY, HOUR
from idp.login.policy.assurance import Level
from idp.login.policy.methods import Method
from idp.login.policy.rules import RuleKind
from idp.persistence.groups import Group
from tests.support.account import Account, words
from tests.support.browser import Browser
from tests.support.databases import Databases
from tests.support.harness import Harness, fresh_harness
from tests.support.policy import group_of, rule, store_rules
from tests.support.relying_party import RelyingParty
from tests.support.statements import metered

ORGANISATION = RuleKind.ORGANISATION
PASSKEYS = frozenset({Method.PASSKEY})
APPS = frozenset({Method.TOTP})


@pytest.fixture
def behind_proxy(databases: Databases, tmp_path: Path) -> Iterator[Harness]:
    """The product behind one proxy, which says where people come from."""
    with fresh_harness(databases, tmp_path, trusted_proxies=1) as made:
        yield made


def signing_in(harness: Harness, username: str, **traits: Any) -> Account:
    """Somebody whose password was just accepted."""
    someone = Account(harness, harness.person(username, **traits))
    someone.browser.get("/account/")
    someone.browser.submit(username=username, password=someone.someone.password)
    return someone


def at_page(someone: Account) -> str:
    """The page of the sign-in; empty when it is done."""
    return someone.browser.at.split("/", 3)[3] if someone.at("") else ""


@pytest.mark.promise("SM4", "ES23")
def test_the_organisations_rule_leads_everybody_to_the_set_up(harness: Harness) -> None:
    store_rules(harness, rule(ORGANISATION, second_step=True))
    assert at_page(signing_in(harness, "jane")) == "enrol"


def test_the_organisations_rule_replaces_the_settings(databases: Databases, tmp_path: Path) -> None:
    with fresh_harness(databases, tmp_path, second_step="required", remember_days=0) as strict:
        store_rules(strict, rule(ORGANISATION, second_step=False, remember_days=5))
        assert at_page(signing_in(strict, "jane")) == ""
        assert "for 5 days" in words(signing_in(strict, "max", totp=True).browser.page)


def test_a_rule_of_a_group_is_for_its_members(harness: Harness) -> None:
    jane = harness.person("jane")
    store_rules(harness, rule(RuleKind.GROUP, group_of(harness, "staff", jane.id), second_step=True))
    someone = Account(harness, jane)
    someone.browser.get("/account/")
    someone.browser.submit(username="jane", password=jane.password)
    assert at_page(someone) == "enrol"
    assert at_page(signing_in(harness, "max")) == ""


def test_a_rule_of_a_person_is_for_them_alone(harness: Harness) -> None:
    jane = harness.person("jane")
    store_rules(harness, rule(RuleKind.PERSON, jane.id, min_level=Level.MFA))
    someone = Account(harness, jane)
    someone.browser.get("/account/")
    someone.browser.submit(username="jane", password=jane.password)
    assert at_page(someone) == "enrol"
    assert at_page(signing_in(harness, "max")) == ""


def test_a_rule_of_an_app_is_for_its_requests(harness: Harness) -> None:
    strict, other = RelyingParty(harness, "strict", first_party=True), RelyingParty(harness, "other", first_party=True)
    store_rules(harness, rule(RuleKind.APP, "strict", min_level=Level.MFA))
    jane = Account(harness, harness.person("jane"))
    other.send(jane.browser)
    jane.browser.submit(username="jane", password=jane.someone.password)
    assert "code" in other.answer(jane.browser)
    strict.send(jane.browser)
    assert at_page(jane) == "enrol", "the session is not enough there"
    assert other.send(jane.browser) is not None
    assert "code" in other.answer(jane.browser)


def test_a_rule_of_a_network_is_for_who_comes_from_there(behind_proxy: Harness) -> None:
    store_rules(behind_proxy, rule(RuleKind.NETWORK, "203.0.113.0/24", second_step=True))
    for address, page in (("203.0.113.9", "enrol"), ("198.51.100.1", "")):
        someone = Account(behind_proxy, behind_proxy.person(f"from-{address[:3]}"))
        someone.browser.headers |= {"X-Forwarded-For": address}
        someone.browser.get("/account/")
        someone.browser.submit(username=someone.someone.username, password=someone.someone.password)
        assert at_page(someone) == page


def test_a_kind_that_does_not_count_is_replaced_at_the_next_sign_in(harness: Harness) -> None:
    """The present second step is proven first: a thief of the password cannot add another."""
    jane = Account(harness, harness.person("jane", totp=True))
    store_rules(harness, rule(ORGANISATION, kinds=PASSKEYS, second_step=True))
    jane.browser.get("/account/")
    jane.browser.submit(username="jane", password=jane.someone.password)
    assert at_page(jane) == "code"
    jane.browser.submit(code=jane.someone.code(harness.clock))
    assert at_page(jane) == "enrol/passkey"
    jane.browser.get(jane.browser.at.removesuffix("/passkey"))
    assert at_page(jane) == "enrol/passkey", "no app is offered in its place"


def test_a_kind_that_does_not_count_is_not_set_up_before_its_time_either(harness: Harness) -> None:
    store_rules(harness, rule(ORGANISATION, kinds=PASSKEYS, second_step=True, grace_days=7))
    jane = signing_in(harness, "jane")
    assert at_page(jane) == "offer"
    jane.browser.submit(choice="now")
    assert at_page(jane) == "enrol/passkey"


def test_a_kind_that_does_not_count_is_not_offered_in_the_account(harness: Harness) -> None:
    jane = Account(harness, harness.person("jane", totp=True))
    assert "Add a passkey" in words(jane.open())
    store_rules(harness, rule(ORGANISATION, kinds=APPS))
    assert "Add a passkey" not in words(jane.open())
    jane.open("/account/security/passkeys/add")
    assert jane.browser.at == "/account/security"


def test_a_device_is_not_remembered_where_a_rule_forbids_it(harness: Harness) -> None:
    jane = Account(harness, harness.person("jane", totp=True))
    jane.open(remember=True)
    jane.post("/account/sign-out")
    jane.browser.get("/account/")
    jane.browser.submit(username="jane", password=jane.someone.password)
    assert at_page(jane) == "", "it is remembered"
    jane.post("/account/sign-out")
    store_rules(harness, rule(ORGANISATION, remember_days=0))
    jane.browser.get("/account/")
    jane.browser.submit(username="jane", password=jane.someone.password)
    assert at_page(jane) == "code"
    assert "Remember this device" not in words(jane.browser.page)


@pytest.mark.promise("SM11")
def test_fewer_days_end_what_was_remembered_for_longer(harness: Harness) -> None:
    jane = Account(harness, harness.person("jane", totp=True))
    jane.open(remember=True)
    jane.post("/account/sign-out")
    store_rules(harness, rule(ORGANISATION, remember_days=2))
    for days, page in ((1, ""), (2, "code")):
        harness.clock.advance(days * DAY)
        jane.browser.get("/account/")
        jane.browser.submit(username="jane", password=jane.someone.password)
        assert at_page(jane) == page
        if not page:
            jane.post("/account/sign-out")


def test_people_sign_in_again_after_some_hours(harness: Harness) -> None:
    store_rules(harness, rule(ORGANISATION, sign_in_hours=8))
    jane = signing_in(harness, "jane")
    harness.clock.advance(8 * HOUR - 60)
    jane.browser.get("/account/")
    assert at_page(jane) == ""
    harness.clock.advance(120)
    jane.browser.get("/account/")
    assert at_page(jane) == "identify"


def test_days_of_grace_are_given_by_a_rule(harness: Harness) -> None:
    store_rules(harness, rule(ORGANISATION, second_step=True, grace_days=5))
    jane = signing_in(harness, "jane")
    assert at_page(jane) == "offer"
    jane.browser.submit(choice="later")
    assert at_page(jane) == ""
    harness.clock.advance(6 * DAY)
    jane.browser.get("/account/")
    assert at_page(jane) in {"identify", "enrol"}


def test_recovery_codes_and_closing_follow_a_rule(harness: Harness) -> None:
    jane = Account(harness, harness.person("jane", totp=True))
    assert "Show recovery codes" not in words(jane.open())
    store_rules(harness, rule(ORGANISATION, codes_viewable=True, may_close=True))
    assert "Show recovery codes" in words(jane.open())
    assert "Close" in words(jane.open("/account/profile"))
    store_rules(harness, rule(RuleKind.PERSON, jane.someone.id, codes_viewable=False, may_close=False))
    assert "Show recovery codes" not in words(jane.open())
    assert jane.browser.get("/account/profile/close").status_code in {303, 403} or jane.at("")


def test_what_nobody_can_set_up_ends_with_a_sentence(harness: Harness) -> None:
    store_rules(harness, rule(ORGANISATION, min_level=Level.PHR))
    jane = signing_in(harness, "jane")
    assert at_page(jane) == "refuse"
    assert jane.browser.page.status_code == 403
    assert "Ask your administrator" in words(jane.browser.page)


def test_many_rules_and_groups_cost_no_statement(harness: Harness, browser: Browser) -> None:
    app, jane = RelyingParty(harness, first_party=True), harness.person("jane")
    app.send(browser)
    browser.submit(username="jane", password=jane.password)
    with metered(harness) as before:
        app.send(browser)
    with harness.services.database.write() as tx:
        for number in range(50):
            tx.groups.add(Group(f"g{number}", f"G{number}", f"g{number}"))
            tx.groups.add_member(f"g{number}", jane.id)
    store_rules(harness, *(rule(RuleKind.GROUP, f"g{number}", remember_days=number) for number in range(200)))
    with metered(harness) as first:
        app.send(browser)
    with metered(harness) as after:
        app.send(browser)
    assert len(first.statements) == len(before.statements) + 1, "once in each process: the rules"
    assert len(after.statements) == len(before.statements)
    assert "code" in app.answer(browser)
