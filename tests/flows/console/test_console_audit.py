"""The audit trail in the console: search, one event, export."""

import json
from typing import Any

import pytest

from idp import audit
from idp.activity import admin_sentences, event_kinds
from idp.activity.admin_sentences import Names
from idp.admin import users
from idp.admin.audit_chain import AuditChain
from idp.audit import Event, Outcome
from idp.console.paging import PAGE
from idp.kernel.clock import DAY
from idp.kernel.request_origin import Origin
from idp.persistence.audit_events import AuditEvent
from idp.persistence.roles import Role
from tests.support.account import words
from tests.support.console import Console, console
from tests.support.harness import Harness
from tests.support.statements import metered
from tests.support.tables import events

AUDIT = "/admin/audit"
WHERE = Origin("192.0.2.77", "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0", "req-00001")


@pytest.fixture
def owner(harness: Harness) -> Console:
    return console(harness, path=AUDIT)


def record(
    harness: Harness, event: Event, origin: Origin = WHERE, *, times: int = 1, ago: int = 0, **traits: Any
) -> None:
    with harness.services.database.write(origin) as tx:
        tx.audit._now = harness.clock.now() - ago
        for _ in range(times):
            audit.record(tx, event, **traits)


def test_a_request_of_an_app_came_from_its_server(harness: Harness, owner: Console) -> None:
    harness.client("web")
    record(harness, Event.TOKEN_ISSUED, Origin("192.0.2.9", "shop-backend/1.0", "req-00009"), client_id="web")
    record(harness, Event.TOKEN_ISSUED, WHERE, client_id="web")
    page = words(owner.browser.get(f"{AUDIT}?app=web"))
    assert page.count("The app's server") == 1, "an app in a browser sends its requests from there"
    assert "Unknown browser" not in page


def by_owner(owner: Console) -> Origin:
    return Origin("192.0.2.1", WHERE.user_agent, "req-00002", actor_id=owner.someone.id)


def test_what_an_administrator_did_names_both(harness: Harness, owner: Console) -> None:
    harness.person("jane")
    with harness.services.database.write(by_owner(owner)) as tx:
        users.require_second_step(tx, users.find(tx, "jane"), required=True)
    assert "olga turned on Required for jane." in words(owner.browser.get(AUDIT))


@pytest.mark.parametrize(
    ("field", "value", "count"),
    [
        ("person", "jane", 2),
        ("person", "JANE@example.test", 2),
        ("app", "web", 1),
        ("app", "Shop window", 1),
        ("event", "consent.given", 1),
        ("outcome", "failure", 1),
        ("request_id", "req-00001", 2),
        ("actor", "olga", 1),
        ("until", "2026-05-31", 3),
        ("since", "2026-06-01", 1),
    ],
)
def test_events_are_found_by_each_field(harness: Harness, owner: Console, field: str, value: str, count: int) -> None:
    jane = harness.person("jane")
    harness.client("web", client_name="Shop window")
    record(harness, Event.CONSENT_GIVEN, ago=DAY, user_id=jane.id, client_id="web")
    record(harness, Event.PASSKEY, ago=DAY, outcome=Outcome.FAILURE)
    record(harness, Event.MFA_RESET, by_owner(owner), ago=DAY, user_id=jane.id)
    record(harness, Event.USER_ADDED, Origin(request_id="req-00003"), user_id=owner.someone.id)
    page = owner.browser.get(f"{AUDIT}?{field}={value}").text
    texts = ("allowed Shop window", "was tried for", "removed the second", "added olga")
    assert sum(text in page for text in texts) == count, page


def test_somebody_unknown_is_said_beside_the_field(owner: Console) -> None:
    page = owner.browser.get(f"{AUDIT}?person=nobody")
    assert page.status_code == 200
    assert 'id="person-error"' in page.text
    assert "There is nobody with this user name" in words(page)
    assert 'id="since-error"' in owner.browser.get(f"{AUDIT}?since=yesterday").text


def test_pages_go_on_and_back(harness: Harness, owner: Console) -> None:
    jane = harness.person("jane")
    record(harness, Event.CONSENT_GIVEN, times=2 * PAGE + 1, user_id=jane.id)
    first = owner.browser.get(f"{AUDIT}?person=jane")
    assert first.text.count("allowed An app") == PAGE
    last = owner.browser.get(_link(first.text, "Last"))
    assert last.text.count("allowed An app") == PAGE
    middle = owner.browser.get(_link(first.text, "Next"))
    assert owner.browser.get(_link(middle.text, "Next")).text.count("allowed An app") == 1
    assert _link(middle.text, "Previous")


def _link(page: str, name: str) -> str:
    before = page.partition(f">{name}</a>")[0]
    return before.rpartition('href="')[2].partition('"')[0].replace("&amp;", "&")


def test_the_number_of_statements_does_not_grow_with_the_rows(harness: Harness, owner: Console) -> None:
    counts = []
    for number in (1, PAGE):
        people = [harness.person(f"person{number}-{each}") for each in range(min(number, 3))]
        for each in range(number):
            record(harness, Event.CONSENT_GIVEN, user_id=people[each % len(people)].id)
        with metered(harness) as meter:
            owner.browser.get(AUDIT)
        counts.append(len(meter.statements))
    assert counts[0] == counts[1]


def test_one_event_shows_everything(harness: Harness, owner: Console) -> None:
    jane = harness.person("jane")
    record(harness, Event.SECOND_STEP, outcome=Outcome.FAILURE, user_id=jane.id, method="totp", codes_left=3)
    with harness.services.database.read() as tx:
        event = tx.audit.latest(event=Event.SECOND_STEP)[0]
    page = words(owner.browser.get(f"{AUDIT}/{event.id}"))
    for word in ("wrong second step was tried", "Authenticator app", "Recovery codes left", "192.0.2.77", "req-00001"):
        assert word in page
    assert "Not yet protected against changes" in page
    AuditChain.open(harness.services.database, harness.settings, now=harness.clock.now()).extend()
    assert "Protected against changes at position" in words(owner.browser.get(f"{AUDIT}/{event.id}"))
    for unknown in ("999999999", "9" * 30, "x", "-1"):
        assert owner.browser.get(f"{AUDIT}/{unknown}").status_code == 404


def test_the_export_holds_what_the_filter_shows_and_is_recorded(harness: Harness, owner: Console) -> None:
    jane = harness.person("jane")
    record(harness, Event.CONSENT_GIVEN, times=1200, user_id=jane.id)
    record(harness, Event.CONSENT_GIVEN, user_id=owner.someone.id)
    answer = owner.post(f"{AUDIT}/export", person="jane", event="consent.given")
    assert answer.mimetype == "application/jsonl"
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert len(lines) == 1200
    assert {line["username"] for line in lines} == {"jane"}
    assert {line["text"] for line in lines} == {"jane allowed An app to see details of theirs."}
    assert events(harness, "audit.exported", "success") == 1


def test_the_export_needs_our_own_form(harness: Harness, owner: Console) -> None:
    assert owner.browser.send_request("POST", f"{AUDIT}/export", {}, {"csrf": "wrong"}).status_code != 200
    assert events(harness, "audit.exported") == 0


def test_helpdesk_and_auditors_look_and_apps_do_not(harness: Harness) -> None:
    for role in (Role.AUDITOR, Role.PEOPLE):
        assert console(harness, role, role, path=AUDIT).browser.at == AUDIT
    assert console(harness, Role.APPS, "alex").browser.get(AUDIT).status_code == 403


def test_every_kind_of_event_has_a_name_and_words_for_administrators() -> None:
    assert set(event_kinds.KINDS) == set(Event)
    assert set(admin_sentences.DONE) | set(admin_sentences.NOT_DONE) == set(Event)


def test_no_sentence_for_administrators_stays_unfinished() -> None:
    for event in [*Event, "newer.event"]:
        for outcome in Outcome:
            made = admin_sentences.sentence(AuditEvent(event, outcome, {"group": "Staff"}), Names({}, {}))
            assert "{" not in made
            assert made.endswith(".")
    for made in admin_sentences.DETAILED.values():
        assert "{" not in made.format(person="jane", actor="olga", app="Shop")
