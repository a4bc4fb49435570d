"""What an attacker tries on the account, from the catalogue of bypasses seen in the wild."""

import pyotp
import pytest

from tests.support.account import (
    CHANGES,
    CODES,
    FORMS,
    PASSKEYS,
    PASSWORD,
    REGENERATE,
    SECURITY,
    TOTP,
    TURN_OFF,
    Account,
)
from tests.support.browser import Browser
from tests.support.harness import Harness
from tests.support.passkeys import ADD
from tests.support.relying_party import RelyingParty
from tests.support.routes import every


@pytest.fixture
def account(harness: Harness) -> Account:
    """Jane, signed in with both steps, just now."""
    made = Account(harness, harness.person(totp=True))
    made.open(remember=True)
    return made


def test_a_pending_sign_in_opens_nothing(harness: Harness, account: Account) -> None:
    """Password given, second step not: its cookie is no session, wherever it is put."""
    pending = Account(harness, account.someone)
    pending.browser.get(SECURITY)
    pending.browser.submit(username="jane", password=account.someone.password)
    assert pending.at("/code")
    secret, flow_id = pending.browser.cookie("login") or "", pending.browser.at.split("/")[2]
    before = account.protected()
    for cookie in (None, secret, flow_id):
        if cookie:
            pending.browser.set_cookie("session", cookie)
        for path, fields in FORMS.items():
            pending.post(path, **fields)
            assert pending.at("/identify") or path == "/account/sign-out", path
            pending.browser.get(path)
            assert not pending.browser.at.startswith(SECURITY) or pending.browser.page.status_code == 405
    assert account.protected() == before


@pytest.mark.promise("FM17", "SM1")
def test_a_session_of_the_password_alone_changes_no_factor(harness: Harness) -> None:
    """A browser signed in before the second step was set up keeps its session, and no rights."""
    account = Account(harness, harness.person())
    account.open()
    older = Account(harness, account.someone)
    older.open()
    account.set_up()
    before = account.protected()
    for path in (*CHANGES, CODES):
        older.post(path, **FORMS[path])
        assert older.at("/(?:identify|code)"), path
        older.browser.get(path)
        assert older.at("/(?:identify|code)"), path
    assert account.protected() == before


@pytest.mark.promise("FM17")
def test_a_remembered_device_changes_no_factor(account: Account) -> None:
    account.browser.submit(action="sign-out")
    account.browser.get(SECURITY)
    account.browser.submit(username="jane", password=account.someone.password)
    assert account.browser.at == SECURITY
    before = account.protected()
    for path in CHANGES:
        account.post(path, **FORMS[path])
        assert account.at("/identify"), path
        account.browser.get(path)
        assert account.at("/identify"), path
        account.browser.submit(username="jane", password=account.someone.password)
        assert account.at("/code"), path
    assert account.protected() == before


@pytest.mark.promise("ES2", "ES22", "ES23")
@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
@pytest.mark.promise("ES4", "FM17", "MS8")
def test_at_an_unlocked_browser_no_form_made_by_hand_does_what_its_page_asks_a_sign_in_for(
    harness: Harness, account: Account
) -> None:
    """However recent the last sign-in is, and whatever other sign-in the address names."""
    before = account.protected()
    codes = f"{SECURITY}/codes/email"
    for path in (TOTP, TURN_OFF, ADD, f"{PASSKEYS}/options", f"{codes}/send", codes):
        account.browser.get(SECURITY)
        account.post(path, **FORMS[path])
        assert account.at("/identify"), path
    assert account.protected() == before
    mallory = Account(harness, harness.person("mallory"))
    mallory.open(TOTP)
    assert mallory.browser.path == TOTP
    jane = Account(harness, account.someone)
    jane.open()
    jane.browser.get(mallory.browser.at)
    assert jane.at("/identify"), "that was asked of somebody else"


def test_a_sign_in_asked_for_a_page_is_good_for_one_change(harness: Harness, account: Account) -> None:
    account.open(TOTP)
    asked = account.browser.at
    account.browser.submit(action=TOTP, code=pyotp.TOTP(account.key()).at(harness.clock.now()))
    account.browser.get(asked)
    assert account.at("/identify")


def test_somebody_who_owes_a_second_step_reaches_nothing_but_its_set_up_and_the_way_out(harness: Harness) -> None:
    """Signed in when it became required, and no time is given: every page and form of the account leads to set-up."""
    app, account = RelyingParty(harness), Account(harness, harness.person())
    account.open()
    with harness.services.database.write() as tx:
        user = tx.users.by_id(account.someone.id)
        assert user is not None
        tx.users.require_second_step(user, True)
    before, ways_out = account.protected(), {"/account/sign-out", "/account/signed-out", "/account/closed"}
    for method, path in every(harness):
        if not path.startswith("/account") or path in ways_out:
            continue
        if method == "POST":
            account.post(path, **FORMS.get(path, {}))
        else:
            account.browser.get(path)
        assert account.at("/enrol") or account.at("/identify"), (method, path, account.browser.at)
    app.send(account.browser)
    assert account.at("/enrol")
    app.send(account.browser, prompt="none")
    assert app.error(account.browser) == "interaction_required"
    assert account.protected() == before
    account.browser.get("/account/signed-out")
    account.post("/account/sign-out")
    assert account.session is None


def test_what_belongs_to_somebody_else_is_not_there(harness: Harness, account: Account) -> None:
    mallory = Account(harness, harness.person("mallory", totp=True))
    mallory.open(remember=True)
    session = account.session
    assert session is not None
    before = account.protected()
    for path in (
        f"{SECURITY}/sessions/{session.sid}/end",
        f"{SECURITY}/devices/{session.device_id}/forget",
        f"{SECURITY}/sessions/nobody/end",
        f"{SECURITY}/devices/%00/forget",
        f"{SECURITY}/sessions/{'x' * 4000}/end",
        f"{SECURITY}/sessions/%ED%A0%80/end",
    ):
        assert mallory.post(path).status_code == 404, path
    assert account.protected() == before


def test_a_set_up_key_is_good_in_its_own_session_only(harness: Harness) -> None:
    """Somebody else's key, or one shown before the password was asked again, confirms nothing."""
    account = Account(harness, harness.person())
    account.open(TOTP)
    seed = account.key()
    elsewhere = Account(harness, account.someone)
    elsewhere.open(TOTP)
    assert elsewhere.key() != seed
    page = elsewhere.browser.submit(action=TOTP, code=pyotp.TOTP(seed).at(harness.clock.now()))
    assert page.status_code == 400
    harness.clock.advance(5)
    account.open(TOTP)
    assert account.key() != seed


def test_a_planted_session_cookie_stays_anonymous(harness: Harness, account: Account) -> None:
    """The attacker's copy of a cookie from before a step is worth nothing after it."""
    victim = Account(harness, account.someone)
    for step in ("identify", "code"):
        victim.browser.set_cookie("session", "planted-by-the-attacker")
        victim.browser.get(SECURITY)
        assert victim.at("/identify"), step
    victim.prove()
    attacker = Browser(harness)
    attacker.set_cookie("session", "planted-by-the-attacker")
    attacker.get(SECURITY)
    assert attacker.at.endswith("/identify")
    assert victim.browser.cookie("session") != "planted-by-the-attacker"


def test_another_person_signing_in_on_the_way_changes_their_own_account_only(
    harness: Harness, account: Account
) -> None:
    mallory = harness.person("mallory")
    account.browser.get(TURN_OFF)
    account.browser.get(account.browser.at + "?other=1")
    account.browser.submit(username="mallory", password=mallory.password)
    assert account.browser.at == SECURITY, "mallory has no second step to turn off"
    with harness.services.database.read() as tx:
        assert len(tx.factors.for_user(account.someone.id)) == 1


def test_a_disabled_person_is_out_at_once(harness: Harness, account: Account) -> None:
    with harness.services.database.write() as tx:
        user = tx.users.by_id(account.someone.id)
        assert user is not None
        tx.users.set_status(user, "disabled")
    for path in (SECURITY, *CHANGES):
        account.browser.get(path)
        assert account.at("/identify")


@pytest.mark.parametrize("change", [TOTP, TURN_OFF, REGENERATE, PASSWORD])
def test_every_change_renames_the_session_and_ends_all_trust(harness: Harness, account: Account, change: str) -> None:
    account.open(change)
    fields = FORMS[change] | ({"code": pyotp.TOTP(account.key()).at(harness.clock.now())} if change == TOTP else {})
    copied = account.browser.cookie("session") or ""
    account.post(account.browser.at, **fields)
    assert account.browser.cookie("session") not in {copied, None}
    with harness.services.database.read() as tx:
        user = tx.users.by_id(account.someone.id)
        assert user is not None
        assert not [each for epoch in range(user.epoch + 1) for each in tx.devices.trusted_for_user(user.id, epoch)]
        assert len(tx.sessions.for_user(user.id)) == 1
    thief = Browser(harness)
    thief.set_cookie("session", copied)
    thief.get(SECURITY)
    assert thief.at.endswith("/identify")
