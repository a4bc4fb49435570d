"""Activity: one's own audit trail, in plain words, and nobody else's."""

import pytest

from idp import audit
from idp.account.pages.activity import PAGE
from idp.activity import own_sentences
from idp.admin import users
from idp.audit import Event, Outcome
from idp.kernel.request_origin import Origin
from idp.persistence.audit_events import AuditEvent
from tests.support.account import SECURITY, Account, words
from tests.support.browser import Browser
from tests.support.harness import Harness

ACTIVITY = "/account/activity"
NOBODYS = {
    Event.DEVICE_COPIED, Event.CLIENT_REFUSED, Event.CLIENT_ADDED, Event.CLIENT_CHANGED, Event.CLIENT_REMOVED,
    Event.KEYS_ROTATED, Event.SEALING_KEY_CHANGED, Event.MAIL_ABANDONED, Event.AUTHORIZATION_REFUSED,
    Event.LOGOUT_TARGET_REFUSED, Event.PEOPLE_EXPORTED, Event.AUDIT_EXPORTED, Event.AUDIT_END_ACCEPTED,
    Event.REGISTRATION_ASKED,
    Event.CLIENT_REGISTERED, Event.CLIENT_APPROVED, Event.CLIENT_EXPIRED,
    Event.REGISTRATION_TOKEN_ADDED, Event.REGISTRATION_TOKEN_REMOVED,
    Event.POLICY_CHANGED, Event.GROUP_ADDED, Event.GROUP_CHANGED, Event.GROUP_REMOVED, Event.ATTRIBUTE_CHANGED,
    Event.API_CHANGED,
    Event.TRUSTED_ISSUER_CHANGED,
}  # fmt: skip
"""Events that are about no person."""


@pytest.fixture
def here(harness: Harness) -> Account:
    return Account(harness, harness.person(totp=True))


def note(harness: Harness, someone_id: str, times: int) -> None:
    with harness.services.database.write() as tx:
        for _ in range(times):
            audit.record(tx, Event.SIGN_OUT, user_id=someone_id)


@pytest.mark.promise("FM27")
def test_what_happened_is_told_with_browser_and_time(here: Account) -> None:
    page = words(here.open(ACTIVITY))
    for said in ("You signed in.", "Your password was entered.", "Your second step was given.", "Firefox on Linux"):
        assert said in page
    assert "1 June 2026, 12:00 UTC" in page
    assert page.index("You signed in.") < page.index("Your password was entered."), "newest first"


@pytest.mark.promise("FM27")
def test_failed_tries_of_strangers_are_told_too(harness: Harness, here: Account) -> None:
    thief = Browser(harness, user_agent="Mozilla/5.0 (Windows NT 10.0) Chrome/140.0.0.0")
    thief.get(SECURITY)
    thief.submit(username="jane", password="wrong")
    thief.submit(username="jane", password=here.someone.password)
    thief.submit(code="000000")
    page = words(here.open(ACTIVITY))
    assert "A wrong password was tried. Failed" in page
    assert "Your password was known, and a wrong second step was tried. Failed" in page
    assert "Chrome on Windows" in page


def test_each_row_says_from_where(harness: Harness, here: Account) -> None:
    seen = Origin(address="2001:db8::17", user_agent="curl/8.5.0")
    with harness.services.database.write(seen) as tx:
        audit.record(tx, Event.SIGN_OUT, user_id=here.someone.id)
    assert "You signed out. curl · 2001:db8::17 · 1 June 2026" in words(here.open(ACTIVITY))


def test_what_an_administrator_did_is_told(harness: Harness, here: Account) -> None:
    with harness.services.database.write() as tx:
        users.require_second_step(tx, users.find(tx, "jane"), required=True)
    page = words(here.open(ACTIVITY))
    assert "An administrator made the second step required for you. On the server" in page


def test_nobody_elses_rows_are_shown_whatever_is_asked_for(harness: Harness, here: Account) -> None:
    note(harness, harness.person("olga").id, 3)
    here.open(ACTIVITY)
    for before in ("", "1", "99999", "-1", "1e3", "٣", "9" * 18, "9" * 19, "x", "1&before=2", "1&user_id=olga"):
        page = here.browser.get(f"{ACTIVITY}?before={before}")
        assert page.status_code == 200, before
        assert "You signed out." not in words(page), before


def test_long_histories_come_in_pages(harness: Harness, here: Account) -> None:
    here.open(ACTIVITY)
    note(harness, here.someone.id, PAGE + 1)
    page = here.browser.get(ACTIVITY)
    assert words(page).count("You signed out.") == PAGE
    older = page.text.partition('id="older" href="')[2].partition('"')[0]
    page = here.browser.get(older)
    assert words(page).count("You signed out.") == 1
    assert "You signed in." in words(page)
    assert 'id="older"' not in page.text
    assert f'id="newest" href="{ACTIVITY}"' in page.text


def test_beyond_the_end_there_is_an_empty_page(here: Account) -> None:
    here.open(ACTIVITY)
    assert "Nothing more." in words(here.browser.get(f"{ACTIVITY}?before=1"))


def test_strangers_and_half_signed_in_people_see_nothing(here: Account) -> None:
    here.browser.get(ACTIVITY)
    assert here.at("/identify")
    here.browser.submit(username="jane", password=here.someone.password)
    assert here.at("/code")
    here.browser.get(ACTIVITY)
    assert here.at("/identify") or here.at("/code")


def test_the_apps_own_traffic_does_not_bury_everything(harness: Harness, here: Account) -> None:
    with harness.services.database.write() as tx:
        audit.record(tx, Event.TOKEN_ISSUED, user_id=here.someone.id)
    assert own_sentences.UNKNOWN not in words(here.open(ACTIVITY))


def event_of(event: str, outcome: str, **detail: object) -> AuditEvent:
    return AuditEvent(event=event, outcome=outcome, detail=detail)


def test_every_event_about_a_person_has_words_of_its_own() -> None:
    spoken = {*own_sentences.DONE, *own_sentences.NOT_DONE, *own_sentences.THROTTLED}
    assert spoken | own_sentences.QUIET | NOBODYS == set(Event)


def test_no_sentence_stays_unfinished() -> None:
    tables = (
        own_sentences.DONE,
        own_sentences.NOT_DONE,
        own_sentences.THROTTLED,
        own_sentences.DETAILED,
        own_sentences.WITH_APP,
    )
    for table in tables:
        for words_ in table.values():
            assert "{" not in words_.format(app="Shop", group="Staff")
            assert words_.endswith(".")


@pytest.mark.parametrize("outcome", Outcome)
def test_what_another_version_wrote_is_told_in_general_terms(outcome: str) -> None:
    assert own_sentences.sentence(event_of("newer.event", outcome, by=["a", "list"]), None) == own_sentences.UNKNOWN


def test_an_apps_name_is_only_a_name() -> None:
    told = own_sentences.sentence(event_of(Event.CONSENT_REVOKED, Outcome.SUCCESS), "{event.detail} {0}")
    assert told == "You removed {event.detail} {0} from your connected apps."
