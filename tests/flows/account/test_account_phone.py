"""Changing the phone number: proven by a code that is sent to it; told, and undone by mail."""

import functools
from collections.abc import Iterator
from pathlib import Path

import pytest

from idp.factors.sent_code import LIFETIME, MAX_TRIES
from idp.login.sent_codes import PAUSE
from tests.support.account import PHONE, PROFILE, SECURITY, Account, forget_mail, words
from tests.support.browser import Browser
from tests.support.concurrency import CROWD, rush, twin
from tests.support.databases import Databases
from tests.support.harness import Harness, fresh_harness
from tests.support.mailed import codes, rendered_mails, texts, undo_links
from tests.support.tables import events, rows

OLD, NEW = "+4915112345678", "+4915198765432"


@pytest.fixture
def harness(databases: Databases, tmp_path: Path) -> Iterator[Harness]:
    """An installation with text messages and WhatsApp."""
    gateway = {"message_webhook_url": "https://gateway.example.test/", "message_webhook_secret": "k" * 32}
    with fresh_harness(databases, tmp_path, sms_provider="webhook", whatsapp_provider="webhook", **gateway) as made:
        yield made


def jane_of(harness: Harness, number: str | None = OLD) -> Account:
    """Signed in just now; no mail waits."""
    jane = Account(harness, harness.person(totp=True, phone_number=number, phone_number_verified=number is not None))
    jane.open(remember=True)
    forget_mail(harness)
    return jane


def number_of(harness: Harness, account: Account) -> tuple[str | None, bool]:
    with harness.services.database.read() as tx:
        user = tx.users.by_id(account.someone.id)
        assert user is not None
        return user.phone_number, user.phone_number_verified


def ask(account: Account, number: str = NEW, channel: str = "sms") -> None:
    account.open(PHONE)
    account.browser.submit(action=PHONE, number=number, channel=channel)


@pytest.mark.promise("SM14")
def test_a_number_is_proven_by_its_code_and_the_change_is_told_and_undone(harness: Harness) -> None:
    jane = jane_of(harness)
    ask(jane, "+49 1519 8765432")
    assert jane.browser.path == f"{PHONE}/sms"
    assert "+49 ••• 32" in words(jane.browser.page)
    ((recipient, code),) = codes(harness, "sms")
    assert recipient == NEW
    assert number_of(harness, jane) == (OLD, True), "nothing has changed yet"
    wrong = jane.browser.submit(action=f"{PHONE}/sms", code="000000" if code != "000000" else "000001")
    assert wrong.status_code == 400
    assert 'id="code-error"' in wrong.text
    copied = jane.browser.cookie("session")
    jane.browser.submit(action=f"{PHONE}/sms", code=code)
    assert f"{NEW} Confirmed" in words(jane.browser.page)
    assert jane.browser.cookie("session") != copied
    assert number_of(harness, jane) == (NEW, True)
    assert events(harness, "phone.changed", "success") == 1
    ((channel, recipient, text),) = texts(harness, "phone_changed")
    assert (channel, recipient) == ("sms", OLD)
    assert text.startswith("Countersign: Your account has another phone number now")
    ((recipient, letter),) = rendered_mails(harness, "contact_changed")
    assert recipient == "jane@example.test"
    assert "phone number of your account was changed" in letter.text
    owner = Browser(harness)
    owner.get(undo_links(harness)[0])
    assert f"Before {OLD} Now {NEW}" in words(owner.page)
    owner.submit()
    assert number_of(harness, jane) == (OLD, True)
    assert jane.session is None


@pytest.mark.promise("SM13", "SM14")
def test_codes_for_signing_in_keep_their_number_until_they_are_set_up_anew(harness: Harness) -> None:
    jane = jane_of(harness)
    jane.open(f"{SECURITY}/codes/sms")
    jane.browser.submit(action="/send")
    jane.browser.submit(action="/codes/sms", code=codes(harness, "sms")[-1][1])
    harness.clock.advance(PAUSE)
    assert "until you remove them" in words(jane.open(PHONE))
    ask(jane)
    jane.browser.submit(action=f"{PHONE}/sms", code=codes(harness, "sms")[-1][1])
    assert number_of(harness, jane) == (NEW, True)
    with harness.services.database.read() as tx:
        assert [factor.address for factor in tx.factors.for_user(jane.someone.id) if factor.kind == "sms"] == [OLD]


def test_a_code_is_good_five_tries_ten_minutes_and_in_its_own_place(harness: Harness) -> None:
    jane = jane_of(harness, None)
    ask(jane, channel="whatsapp")
    ((_, code),) = codes(harness, "whatsapp")
    assert jane.post(f"{PHONE}/sms", code=code).status_code == 400, "of another channel"
    elsewhere = Account(harness, jane.someone)
    elsewhere.open(PHONE)
    assert elsewhere.post(f"{PHONE}/whatsapp", code=code).status_code == 400, "of another session"
    harness.clock.advance(LIFETIME)
    jane.open(PHONE)
    assert jane.post(f"{PHONE}/whatsapp", code=code).status_code == 400, "of ten minutes ago"
    ask(jane, channel="whatsapp")
    code = codes(harness, "whatsapp")[-1][1]
    for _ in range(MAX_TRIES):
        jane.post(f"{PHONE}/whatsapp", code="999999" if code != "999999" else "999998")
    assert jane.post(f"{PHONE}/whatsapp", code=code).status_code == 400, "the right one comes too late"
    assert "Too many wrong codes" in words(jane.browser.page)
    assert number_of(harness, jane) == (None, False)


def test_what_is_no_number_or_no_way_is_answered_beside_the_form(harness: Harness) -> None:
    jane = jane_of(harness)
    jane.open(PHONE)
    for number in ("", "0151 2345678", "+49", "+49 1", "x" * 50, OLD):
        page = jane.post(PHONE, number=number, channel="sms")
        assert (page.status_code, 'id="number-error"' in page.text) == (400, True), number
    for channel in ("", "email", "fax"):
        assert jane.post(PHONE, number=NEW, channel=channel).status_code == 400
    assert codes(harness, "sms") == []


def test_a_number_can_be_removed(harness: Harness) -> None:
    jane = jane_of(harness)
    jane.open(PHONE)
    jane.browser.submit(action="/remove")
    assert jane.browser.at == f"{PROFILE}?done=phone-removed"
    assert number_of(harness, jane) == (None, False)
    assert "Your phone number was removed." in words(jane.open("/account/activity"))
    assert [to for to, _ in rendered_mails(harness, "contact_changed")] == ["jane@example.test"]


def test_where_no_code_can_be_sent_the_page_says_whom_to_ask(databases: Databases, tmp_path: Path) -> None:
    with fresh_harness(databases, tmp_path) as harness:
        jane = jane_of(harness)
        assert "Ask your administrator" in words(jane.open(PHONE))
        before = rows(harness, "users", "sent_codes", "outbox")
        assert jane.post(PHONE, number=NEW, channel="sms").status_code == 400
        assert rows(harness, *before) == before


def test_one_code_sent_32_times_changes_the_number_once(harness: Harness) -> None:
    jane = jane_of(harness)
    ask(jane)
    code = codes(harness, "sms")[-1][1]
    browsers = [twin(jane.browser) for _ in range(CROWD)]
    rush([functools.partial(each.submit, action=f"{PHONE}/sms", code=code) for each in browsers])
    assert all(each.page.status_code < 500 for each in browsers)
    assert events(harness, "phone.changed", "success") == 1
    assert number_of(harness, jane) == (NEW, True)
    assert len(undo_links(harness)) == 1
