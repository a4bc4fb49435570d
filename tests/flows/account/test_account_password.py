"""Changing the password, and what ends with it."""

import pytest

from tests.support.account import PASSWORD, SECURITY, Account, grant, mails, revoked, words
from tests.support.harness import Harness
from tests.support.mailed import rendered_mails
from tests.support.tables import events

NEW = "violet tram sleeps under nine bridges"


@pytest.mark.promise("SA2", "FM18")
def test_the_new_password_works_and_the_old_one_does_not(harness: Harness) -> None:
    account = Account(harness, harness.person())
    page = account.open(PASSWORD)
    assert 'autocomplete="new-password"' in page.text
    assert "a password manager does best" in words(page)
    account.browser.submit(action=PASSWORD, password=NEW)
    assert account.browser.at == f"{SECURITY}?done=password"
    assert mails(harness) == ["sign_in_alert", "password_changed"]
    assert events(harness, "password.changed") == 1
    elsewhere = Account(harness, account.someone)
    elsewhere.browser.get(SECURITY)
    assert elsewhere.browser.submit(username="jane", password=account.someone.password).status_code == 400
    elsewhere.browser.submit(username="jane", password=NEW)
    assert elsewhere.browser.at == SECURITY


@pytest.mark.parametrize("totp", [True, False])
def test_only_people_with_a_second_step_are_told_of_remembered_devices(harness: Harness, totp: bool) -> None:
    account = Account(harness, harness.person(totp=totp))
    account.open(PASSWORD)
    account.browser.submit(action=PASSWORD, password=NEW)
    told = words(account.browser.page)
    assert "Everywhere else you are signed out." in told
    assert ("No device is remembered any longer." in told) is totp


@pytest.mark.parametrize("remember", [True, False])
def test_mails_tell_of_forgotten_devices_only_those_who_had_some(harness: Harness, remember: bool) -> None:
    account = Account(harness, harness.person(totp=True))
    account.open(PASSWORD, remember=remember)
    account.browser.submit(action=PASSWORD, password=NEW)
    (mail,) = [mail for _, mail in rendered_mails(harness, "security_notice") if "password" in mail.subject]
    assert "Every other browser was signed out." in mail.text
    assert ("No device is remembered any longer.\n\nWhen:" in mail.text) is remember
    assert ("No device is remembered any longer.</p>" in mail.html) is remember


@pytest.mark.promise("FM20")
def test_everything_issued_before_ends_except_this_session(harness: Harness) -> None:
    harness.client()
    account = Account(harness, harness.person(totp=True))
    account.open(remember=True)
    elsewhere = Account(harness, account.someone)
    elsewhere.open(remember=True)
    pending = Account(harness, account.someone)
    pending.browser.get(SECURITY)
    pending.browser.submit(username="jane", password=account.someone.password)
    assert pending.at("/code")
    user_id, here, there = account.someone.id, account.session, elsewhere.session
    assert here is not None
    assert there is not None
    grants = [grant(harness, user_id, each.sid, offline=offline) for each in (here, there) for offline in (True, False)]
    account.open(PASSWORD)
    copied = account.browser.cookie("session") or ""
    account.browser.submit(action=PASSWORD, password=NEW)

    assert all(revoked(harness, each) for each in grants)
    assert account.browser.get(SECURITY).status_code == 200
    assert account.browser.at == SECURITY, "this session goes on"
    assert "None. Tick" in words(account.browser.page), "no device is remembered any longer"
    elsewhere.browser.get(SECURITY)
    assert elsewhere.at("/identify")
    harness.clock.advance(30)
    pending.browser.submit(code=account.someone.code(harness.clock))
    assert pending.at("/identify"), "a sign-in begun with the old password is worth nothing"
    thief = Account(harness, account.someone)
    thief.browser.set_cookie("session", copied)
    thief.browser.get(SECURITY)
    assert thief.at("/identify"), "this session has a new name"


@pytest.mark.parametrize(
    ("new", "said"),
    [
        ("", "Enter a new password"),
        ("short pass 14c", "at least 15"),
        ("x" * 129, "at most 128"),
        ("x" * 5000, "at most 128"),
        ("correct horse battery staple", "the password you have now"),
        ("passwordpassword", "Repeats like"),
        ("countersign123456", "too close to your name or ours"),
        ("id.example.test!!", "too close to your name or ours"),
        ("jane.m.doe-jane.m", "too close to your name or ours"),
        ("a\x00" + "b" * 20, "Enter a new password"),
    ],
)
def test_a_bad_new_password_is_refused_with_the_reason(harness: Harness, new: str, said: str) -> None:
    account = Account(harness, harness.person(email="jane.m.doe@example.test", profile={"name": "Jane Doe"}))
    account.open(PASSWORD)
    before = account.protected()
    page = account.browser.submit(action=PASSWORD, password=new)
    assert page.status_code == 400
    assert said in words(page)
    assert new not in page.text or not new
    assert account.protected() == before


def test_a_second_step_allows_a_shorter_password(harness: Harness) -> None:
    account = Account(harness, harness.person(totp=True))
    assert "At least 8 characters" in words(account.open(PASSWORD))
    account.browser.submit(action=PASSWORD, password="vQ9#tram-x")
    assert account.browser.at == f"{SECURITY}?done=password"


def test_every_character_counts(harness: Harness) -> None:
    account = Account(harness, harness.person())
    account.open(PASSWORD)
    new = "  Tram 42 über die Brücke 🚋 " + "".join(chr(97 + number * 7 % 26) for number in range(99)) + "ß"
    assert len(new) == 128
    account.browser.submit(action=PASSWORD, password=new)
    at_73 = new[:72] + ("x" if new[72] != "x" else "y") + new[73:]
    for typed, right in (
        (new[:-1] + "s", False),
        (at_73, False),
        (new.strip(), False),
        (new.lower(), False),
        (new, True),
    ):
        elsewhere = Account(harness, account.someone)
        elsewhere.browser.get(SECURITY)
        elsewhere.browser.submit(username="jane", password=typed)
        assert (elsewhere.browser.at == SECURITY) is right


@pytest.mark.parametrize(("seconds", "still"), [(600, True), (601, False)])
def test_a_new_password_needs_a_sign_in_of_the_last_ten_minutes(harness: Harness, seconds: int, still: bool) -> None:
    account = Account(harness, harness.person())
    account.open(PASSWORD)
    harness.clock.advance(seconds)
    before = account.protected()
    account.browser.submit(action=PASSWORD, password=NEW)
    assert account.at("/identify") is not still
    assert (account.protected() == before) is not still


def test_two_changes_at_once_make_one(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    account = Account(harness, harness.person())
    account.open(PASSWORD)
    hasher = harness.services.hasher
    hash_it = hasher.hash

    def while_another_is_made(secret: str) -> str:
        with harness.services.database.write() as tx:
            user = tx.users.by_id(account.someone.id)
            assert user is not None
            tx.users.raise_epoch(user)
        return hash_it(secret)

    monkeypatch.setattr(hasher, "hash", while_another_is_made)
    account.browser.submit(action=PASSWORD, password=NEW)
    assert account.at("/identify"), "asked for again, as things stand now"
    assert events(harness, "password.changed") == 0
