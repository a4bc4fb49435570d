"""What is known about a person is theirs to take along, and theirs to have deleted."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from idp.admin import users
from idp.persistence.factors import Factor
from idp.persistence.lookup_keys import lookup_key
from tests.support.account import CLOSE, DOWNLOAD, PROFILE, SECURITY, Account, forget_mail, grant, mails, words
from tests.support.browser import Browser
from tests.support.databases import Databases
from tests.support.harness import Harness, fresh_harness
from tests.support.mailed import rendered_mails
from tests.support.tables import events, rows


@pytest.fixture
def lenient(databases: Databases, tmp_path: Path) -> Iterator[Harness]:
    """People may close their accounts."""
    with fresh_harness(databases, tmp_path, people_may_close_account=True) as made:
        yield made


def test_everything_about_a_person_is_in_their_copy_and_nothing_that_opens_anything(harness: Harness) -> None:
    jane = Account(harness, harness.person(totp=True, phone_number="+431234567", profile={"name": "Jane Doe"}))
    with harness.services.database.write() as tx:
        tx.factors.add(Factor("by-text", "sms", "+43 1 234567", jane.someone.id, address="+431234567"))
    jane.open(PROFILE, remember=True)
    harness.client()
    assert jane.session is not None
    grant(harness, jane.someone.id, jane.session.sid, offline=True)
    secrets = [
        value
        for table in ("users", "factors", "recovery_codes", "recovery_sets", "sessions", "browsers", "grants")
        for row in rows(harness, table)[table]
        for value in row
        if isinstance(value, str) and len(value) > 30 and "Firefox" not in value
    ]
    jane.open(DOWNLOAD)
    again = jane.browser.at
    page = jane.browser.submit(action=DOWNLOAD)
    assert page.headers["Content-Disposition"] == 'attachment; filename="my-account.json"'
    assert page.headers["Cache-Control"] == "no-store"
    assert page.mimetype == "application/json"
    copy = json.loads(page.text)
    assert copy["account"]["user_name"] == "jane"
    assert copy["profile"] == {"name": "Jane Doe"}
    assert copy["email"] == {"address": "jane@example.test", "confirmed": False}
    assert copy["phone_number"]["number"] == "+431234567"
    assert {each["kind"]: each["address"] for each in copy["second_step"]} == {"totp": None, "sms": "+431234567"}
    assert copy["recovery_codes"]["left"] == 8
    assert copy["devices"][0]["remembered_until"] == "2026-06-15T12:00:30Z"
    assert copy["sessions"][0]["browser"] == "Firefox on Linux"
    assert copy["apps"][0] == {"app": "Web", "given": ["openid"], "since": "2026-06-01T12:00:30Z"}
    assert [event["event"] for event in copy["activity"]][:2] == ["account.exported", "sign_in"]
    assert [secret for secret in secrets if secret in page.text] == []
    jane.browser.get(again)
    assert jane.at("/identify"), "a sign-in is good for one download"
    assert events(harness, "account.exported") == 1


def test_nobody_closes_an_account_where_policy_does_not_let_them(harness: Harness) -> None:
    jane = Account(harness, harness.person())
    assert "Close account" not in words(jane.open(PROFILE))
    before = rows(harness, "users", "outbox")
    page = jane.browser.get(CLOSE)
    assert page.status_code == 403
    assert "Ask your administrator" in words(page)
    jane.post(CLOSE, username="jane")
    assert jane.at("/identify")
    assert jane.prove().status_code == 403
    assert rows(harness, *before) == before


def test_a_closed_account_is_gone_for_good(lenient: Harness) -> None:
    harness = lenient
    harness.client(backchannel_logout_uri="https://app.example.test/logout")
    jane = Account(harness, harness.person(totp=True, phone_number="+431234567", profile={"name": "Jane Doe"}))
    elsewhere = Account(harness, jane.someone)
    elsewhere.open()
    jane.open(PROFILE, remember=True)
    assert jane.session is not None
    grant(harness, jane.someone.id, jane.session.sid, offline=True)
    jane.browser.get(CLOSE)
    assert jane.at("/identify"), "however recent the last sign-in is"
    jane.prove()
    forget_mail(harness)
    assert jane.browser.submit(action=CLOSE, username="jim").status_code == 400
    assert 'id="username-error"' in jane.browser.page.text
    assert mails(harness) == []
    jane.browser.submit(action=CLOSE, username=" JANE ")
    assert "Your account is closed" in words(jane.browser.page)
    assert jane.browser.cookie("session") is None
    left = rows(harness)
    for table in ("sessions", "factors", "recovery_sets", "recovery_codes", "devices", "alert_links"):
        assert left[table] == [], table
    assert "Jane Doe" not in repr(left["users"])
    assert "431234567" not in repr(left["users"])
    ((recipient, letter),) = rendered_mails(harness, "account_closed")
    assert (recipient, "If it was not you" in letter.text) == ("jane@example.test", True)
    assert any(row for row in left["outbox"] if "backchannel_logout" in row), "the app is told"
    assert events(harness, "account.closed") == 1
    elsewhere.browser.get(SECURITY)
    assert elsewhere.at("/identify")
    stranger = Browser(harness)
    stranger.get(SECURITY)
    stranger.submit(username="jane", password=jane.someone.password)
    assert "do not belong together" in words(stranger.page)
    with harness.services.database.write() as tx:
        assert [user.username for user in tx.people.listed()] == []
        closed = tx.users.by_id(jane.someone.id)
        assert closed is not None
        assert closed.status == "closed"
        assert tx.users.by_identifier(closed.username_key) is None
        assert lookup_key(closed.username_key) != closed.username_key
    again = harness.person("jane")
    assert again.id != jane.someone.id, "the name is free, the subject is not"
    with harness.services.database.write() as tx:
        assert users.find(tx, "jane@example.test").id == again.id
