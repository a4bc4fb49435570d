"""*My account*: passkeys added, named, removed; what goes with them, and what is refused."""

import os
from typing import Any

import pyotp
import pytest

from tests.support.account import CODES, PASSKEYS, PROTECTED, SECURITY, TOTP, TURN_OFF, Account, mails, words
from tests.support.authenticator import Authenticator, b64
from tests.support.browser import Browser
from tests.support.concurrency import CROWD, rush, twin
from tests.support.harness import ISSUER, Harness
from tests.support.login_driver import LoginDriver
from tests.support.page_text import recovery_codes
from tests.support.passkeys import ADD, add, factors, options, use, with_passkey
from tests.support.tables import count, events, rows


@pytest.fixture
def account(harness: Harness) -> Account:
    return Account(harness, harness.person("jane"))


@pytest.fixture
def key() -> Authenticator:
    return Authenticator(ISSUER, synced=True)


def test_the_first_one_brings_recovery_codes_and_is_told(
    harness: Harness, account: Account, key: Authenticator
) -> None:
    add(account, key, "  Blue   phone ")
    assert account.browser.at == CODES
    account.browser.submit(action=CODES, saved="1")
    (kept,) = factors(harness, account.someone)
    assert (kept.kind, kept.label, kept.credential_id) == ("passkey", "Blue phone", b64(key.id))
    assert (kept.backup_eligible, kept.backed_up, kept.attestation) == (True, True, "none")
    assert kept.transports == ["hybrid", "internal"]
    assert mails(harness)[-1] == "passkey_added"
    assert events(harness, "factor.added", "success") == 1
    page = account.open()
    assert "Blue phone" in words(page)
    assert "8 of 8 left" in words(page)


def test_the_browser_is_told_whose_key_it_is_and_which_there_are(account: Account, key: Authenticator) -> None:
    add(account, key)
    account.browser.submit(action=CODES, saved="1")
    account.browser.get(ADD)
    use(account.browser, key)
    told = options(account.browser)
    assert [each["id"] for each in told["excludeCredentials"]] == [b64(key.id)]
    assert told["user"]["id"] == b64(account.someone.id.encode())
    assert told["rp"]["id"] == "id.example.test"
    assert told["attestation"] == "none"


def test_an_app_that_is_set_up_or_replaced_leaves_passkeys_alone(harness: Harness) -> None:
    owner = with_passkey(harness, totp=True)
    account = Account(harness, owner.someone)
    account.browser.get(TOTP)
    use(account.browser, owner.key)
    account.browser.submit(action=TOTP, code=pyotp.TOTP(account.key()).at(harness.clock.now()))
    assert "is replaced" in words(account.browser.page)
    assert sorted(each.kind for each in factors(harness, owner.someone)) == ["passkey", "totp"]


def enter(account: Account, key: Authenticator) -> str:
    """Signs in with the key and opens the page of the one passkey."""
    account.browser.get(SECURITY)
    if account.at("/identify"):
        use(account.browser, key)
    (kept,) = factors(account.harness, account.someone)
    path = f"{PASSKEYS}/{kept.id}"
    account.browser.get(path)
    assert account.browser.at == path
    return path


def removal(path: str) -> str:
    """Where the form that removes the passkey of this page goes."""
    return path.replace(PASSKEYS, f"{SECURITY}/factors") + "/remove"


def test_removing_the_last_one_turns_the_second_step_off(harness: Harness, driver: LoginDriver) -> None:
    owner = with_passkey(harness)
    driver.to_code(browser := Browser(harness), owner.someone)
    use(browser, owner.key, remember=True)
    account = Account(harness, owner.someone)
    path = enter(account, owner.key)
    account.browser.get(removal(path))
    assert account.at("/identify"), "that is as much as turning it off"
    assert count(harness, "factors") == 1
    use(account.browser, owner.key)
    account.browser.submit(action=removal(path))
    assert account.at("/identify")  # the session had been opened with what is gone
    account.browser.submit(username="jane", password=owner.someone.password)
    assert account.browser.at == SECURITY
    assert not count(harness, "factors")
    assert not count(harness, "recovery_codes")
    assert mails(harness)[-1] == "passkey_removed"
    assert driver.authorize(browser, "remembered") is None  # neither its proof nor the remembered device counts
    assert (driver.authorize(browser, "pwd") or {"acr": "pwd"})["acr"] == "pwd"


def test_what_policy_wants_is_not_removed(harness: Harness) -> None:
    owner = with_passkey(harness, totp=False)
    with harness.services.database.write() as tx:
        user = tx.users.by_id(owner.someone.id)
        assert user
        tx.users.require_second_step(user, required=True)
    account = Account(harness, owner.someone)
    path = enter(account, owner.key)
    before = account.protected()
    assert removal(path) not in account.browser.page.text
    assert account.browser.get(removal(path)).status_code == 403
    account.post(removal(path))
    assert account.at("/identify")
    assert account.protected() == before


def test_renaming_changes_the_name_alone(harness: Harness) -> None:
    owner = with_passkey(harness)
    account = Account(harness, owner.someone)
    path = enter(account, owner.key)
    account.browser.submit(action=f"{path}/rename", name="<b>Key</b>")
    assert "&lt;b&gt;Key&lt;/b&gt;" in account.browser.page.text
    assert factors(harness, owner.someone)[0].label == "<b>Key</b>"
    for bad in ("", "   ", "x" * 61):
        account.browser.get(path)
        assert account.browser.submit(action=f"{path}/rename", name=bad).status_code == 400


@pytest.mark.parametrize("act", ["rename", "remove"])
def test_another_persons_passkey_is_out_of_reach(harness: Harness, act: str) -> None:
    """better-auth CVE-2025-71400: an id of somebody else's."""
    jane, mallory = with_passkey(harness), with_passkey(harness, "mallory")
    account = Account(harness, mallory.someone)
    enter(account, mallory.key)
    (hers,) = factors(harness, jane.someone)
    before = rows(harness, *PROTECTED)
    path = f"{PASSKEYS}/{hers.id}"
    if act == "remove":
        account.browser.get(removal(path))
        assert account.browser.at == SECURITY
        account.post(removal(path))
        assert account.at("/identify")
        use(account.browser, mallory.key)
    else:
        account.post(f"{path}/rename", name="Mine now")
    assert account.browser.at == SECURITY
    account.browser.get(path)
    assert account.browser.at == SECURITY
    after = rows(harness, *PROTECTED)
    assert {name for name, each in before.items() if each != after[name]} <= {"sessions"}


def test_changes_want_a_fresh_sign_in_with_the_second_factor(harness: Harness) -> None:
    owner = with_passkey(harness)
    account = Account(harness, owner.someone)
    path = enter(account, owner.key)
    harness.clock.advance(harness.settings.fresh_sign_in + 1)
    before = rows(harness, "factors", "users")
    for target in (removal(path), ADD, f"{PASSKEYS}/options"):
        account.post(target, name="x")
        assert account.at("/identify"), target
    assert rows(harness, "factors", "users") == before


@pytest.mark.parametrize("totp", [True, False])
def test_turning_off_takes_every_factor(harness: Harness, totp: bool) -> None:
    owner = with_passkey(harness, totp=totp)
    account = Account(harness, owner.someone)
    account.browser.get(TURN_OFF)
    use(account.browser, owner.key)
    assert "passkeys stop working" in words(account.browser.page)
    assert ("choose Replace" in words(account.browser.page)) is totp
    account.browser.submit(action=TURN_OFF)
    assert not factors(harness, owner.someone)


def test_a_lost_passkey_is_removed_with_a_recovery_code(harness: Harness, account: Account, key: Authenticator) -> None:
    add(account, key)
    codes = _codes(account)
    account.browser.submit(action=CODES, saved="1")
    other = Account(harness, account.someone)
    other.browser.get(SECURITY)
    other.browser.submit(username=other.someone.username, password=other.someone.password)
    other.browser.get(other.browser.at.replace("/code", "/recovery"))
    other.browser.submit(code=codes[0])
    (kept,) = factors(harness, account.someone)
    other.browser.get(removal(f"{PASSKEYS}/{kept.id}"))
    other.browser.submit(username=other.someone.username, password=other.someone.password)
    other.browser.get(other.browser.at.replace("/code", "/recovery"))
    other.browser.submit(code=codes[1])
    other.browser.submit(action="/remove")
    assert not factors(harness, account.someone)


LIES: dict[str, dict[str, Any]] = {
    "another origin": {"origin": "https://badid.example.test"},
    "another rp": {"rp_id": "example.test"},
    "another challenge": {"challenge": b64(bytes(32))},
    "another type": {"type": "webauthn.get"},
    "id is not rawId": {"id": b64(bytes(32))},
    "nobody there": {"present": 0},
}


@pytest.mark.parametrize("lie", LIES)
def test_an_untrue_key_is_not_added(harness: Harness, account: Account, key: Authenticator, lie: str) -> None:
    assert add(account, key, **LIES[lie]).status_code == 400
    assert not count(harness, "factors")
    assert not count(harness, "recovery_sets")


def test_a_new_key_is_added_once(harness: Harness, account: Account, key: Authenticator) -> None:
    account.open(ADD)
    answer = key.create(options(account.browser))
    account.browser.submit(action=ADD, credential=answer)
    account.browser.submit(action=CODES, saved="1")
    account.browser.get(ADD)
    use(account.browser, key)
    account.browser.submit(action=ADD, credential=answer)
    assert account.browser.page.status_code == 400
    assert count(harness, "factors") == 1


def test_one_key_shown_32_times_by_four_people_is_one_persons(harness: Harness, key: Authenticator) -> None:
    """Keycloak CVE-2026-8830: an id that is taken already, also by somebody who comes at the same moment."""
    made_id, crowd = os.urandom(32), list[tuple[Browser, str]]()
    for name in ("jane", "kim", "lou", "max"):
        account = Account(harness, harness.person(name))
        account.open(ADD)
        answer = key.create(options(account.browser), made_id=made_id)
        crowd += [(twin(account.browser), answer) for _ in range(CROWD // 4)]
    before = rows(harness, "users")["users"]
    rush([lambda b=browser, a=answer: b.submit(action=ADD, credential=a) for browser, answer in crowd])  # type: ignore[misc]  # mypy cannot tell the type of a default in a lambda
    assert all(browser.page.status_code < 500 for browser, _ in crowd)
    assert (
        events(harness, "factor.added", "success") == count(harness, "factors") == count(harness, "recovery_sets") == 1
    )
    assert len([row for row in rows(harness, "users")["users"] if row not in before]) == 1
    refused = [browser.page.status_code for browser, _ in crowd if "set up already" in browser.page.text]
    assert set(refused) == {400}


def _codes(account: Account) -> list[str]:
    return recovery_codes(account.browser.page.text)
