"""My account > Profile: what people say about themselves, and what apps are told of it."""

from typing import Any

import pytest

from idp.claims.standard import standard_claims
from tests.support.account import PROFILE, Account, mails, words
from tests.support.harness import Harness
from tests.support.tables import events, rows


def told(harness: Harness, account: Account) -> dict[str, object]:
    """What apps may be told."""
    with harness.services.database.read() as tx:
        user = tx.users.by_id(account.someone.id)
        assert user is not None
        return standard_claims(user)


def test_somebody_says_who_they_are_and_apps_are_told(harness: Harness) -> None:
    jane = Account(harness, harness.person(phone_number="+431234567"))
    before = told(harness, jane)["updated_at"]
    page = words(jane.open(PROFILE))
    assert "jane@example.test Not confirmed" in page
    assert "+431234567 Not confirmed" in page
    harness.clock.advance(3600)
    said: dict[str, Any] = {
        "name": "Jane Doe",
        "birthdate": "1985-02-28",
        "website": "https://jane.example",
        "locality": "Wien",
    }
    jane.browser.submit(action=PROFILE, **said)
    assert "Your profile is saved." in words(jane.browser.page)
    claims = told(harness, jane)
    assert {name: claims[name] for name in ("name", "birthdate", "website")}.items() <= said.items()
    assert claims["address"] == {"locality": "Wien", "formatted": "Wien"}
    assert claims["updated_at"] == harness.clock.now() != before
    assert events(harness, "profile.changed") == 1
    assert mails(harness) == ["sign_in_alert"], "harmless: no mail"
    harness.clock.advance(60)
    jane.browser.submit(action=PROFILE)
    assert told(harness, jane) == claims, "sending the form unchanged changes nothing, and no time"
    assert events(harness, "profile.changed") == 1
    assert "You changed your profile." in words(jane.open("/account/activity"))


def test_what_cannot_be_is_shown_again_with_the_reason_beside_it(harness: Harness) -> None:
    jane = Account(harness, harness.person())
    jane.open(PROFILE)
    before = rows(harness, "users", "audit_events")
    page = jane.browser.submit(action=PROFILE, name='Jane "<b>', website="jane.example")
    assert page.status_code == 400
    assert "Enter a whole web address that begins with https://" in words(page)
    assert 'value="Jane &#34;&lt;b&gt;"' in page.text
    assert 'value="jane.example"' in page.text
    assert rows(harness, "users", "audit_events") == before


@pytest.mark.parametrize("profile", [{}, {"locale": "de-AT", "zoneinfo": ["a"], "address": 7, "birthdate": "1985"}])
def test_language_and_zone_are_chosen_from_lists(harness: Harness, profile: dict[str, object]) -> None:
    jane = Account(harness, harness.person(profile=profile))
    page = jane.open(PROFILE).text
    for offered in ('<option value="ja">日本語', '<option value="Europe/Berlin">Europe/Berlin'):
        assert offered in page
    assert ('<option value="de-AT" selected>' in page) is bool(profile)
    page = jane.browser.submit(action=PROFILE, locale="de", zoneinfo="Asia/Tokyo").text
    assert '<html lang="de" dir="ltr">' in page
    claims = told(harness, jane)
    assert (claims["locale"], claims["zoneinfo"]) == ("de", "Asia/Tokyo")
    assert "Deutsch" in words(jane.open("/account/"))


def test_nobody_says_what_is_not_theirs_to_say(harness: Harness) -> None:
    jane = Account(harness, harness.person())
    jane.open(PROFILE)
    before = told(harness, jane)
    forged: dict[str, Any] = {
        "email": "x@evil.example",
        "email_verified": "true",
        "phone_number": "1",
        "sub": "1",
        "updated_at": "1",
    }
    jane.browser.submit(action=PROFILE, preferred_username="root", status="closed", epoch="9", **forged)
    assert told(harness, jane) == before
