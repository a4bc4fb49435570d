"""The overview: figures counted once each in the background, and what needs somebody."""

import re

import pytest

from idp import audit
from idp.admin import overview
from idp.audit import Event, Outcome
from idp.console import charts
from idp.kernel.clock import DAY, HOUR, MINUTE
from idp.kernel.dates import Day
from idp.language.localization import localize_text
from idp.language.reader import Reader
from idp.login.policy.rules import RuleKind
from idp.messaging.notices import Notice, notify
from idp.persistence.factors import Factor
from idp.persistence.figures import CountedEvent
from idp.persistence.roles import Role
from idp.server.background import BackgroundJobs
from tests.support.account import Account, words
from tests.support.concurrency import rush
from tests.support.console import administrator, console
from tests.support.harness import Harness
from tests.support.policy import rule, store_rules
from tests.support.statements import metered


def record(harness: Harness, event: Event, outcome: Outcome = Outcome.SUCCESS, times: int = 1) -> None:
    with harness.services.database.write() as tx:
        for _ in range(times):
            audit.record(tx, event, outcome)


def counted(harness: Harness) -> dict[str, int]:
    """Totals of all days, by kind."""
    totals = dict[str, int]()
    with harness.services.database.read() as tx:
        for day in tx.figures.days(since=0):
            totals[day.kind] = totals.get(day.kind, 0) + day.number
    return totals


def test_each_event_is_counted_once_also_after_a_restart(harness: Harness) -> None:
    record(harness, Event.SIGN_IN, times=3)
    record(harness, Event.PASSWORD, Outcome.FAILURE, times=2)
    record(harness, Event.PASSWORD)
    harness.clock.advance(2 * MINUTE)
    assert overview.count_events(harness.services.database) == 6
    assert overview.count_events(harness.services.database) == 0
    record(harness, Event.SIGN_IN)
    assert overview.count_events(harness.services.database) == 0, "a transaction may still add an earlier one"
    harness.clock.advance(2 * MINUTE)
    assert overview.count_events(harness.services.database) == 1
    assert counted(harness) == {"sign-ins": 4, "failures": 2}


def test_many_nodes_count_each_event_once(harness: Harness) -> None:
    record(harness, Event.SIGN_IN, times=50)
    harness.clock.advance(HOUR)
    overview.count_events(harness.services.database, proceed=lambda: False)
    rush([lambda: overview.count_events(harness.services.database)] * 8)
    assert counted(harness) == {"sign-ins": 50}


def test_long_trails_are_counted_in_batches(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overview, "BATCH", 7)
    record(harness, Event.SIGN_IN, times=20)
    harness.clock.advance(HOUR)
    assert overview.count_events(harness.services.database) == 20
    assert counted(harness) == {"sign-ins": 20}
    assert CountedEvent(1, 2, "x", "y").id == 1


def test_the_page_shows_what_was_counted_and_a_table_behind_each_chart(harness: Harness) -> None:
    for name in ("jane", "kim"):
        harness.person(name)
    owner = console(harness)
    assert "counted now" in words(owner.browser.page)
    record(harness, Event.SIGN_IN, times=4)
    record(harness, Event.SECOND_STEP, Outcome.FAILURE)
    harness.clock.advance(10 * MINUTE)
    BackgroundJobs(harness.services).run_once()
    page = owner.browser.get("/admin/")
    said = words(page)
    assert "charts are from 1 June 2026, 12:1" in said
    assert "5 sign-ins" in said, "four, and that of the owner"
    assert "1 failed try" in said
    assert re.search(r"1 June 2026 5 1", said)
    assert re.search(r"Authenticator app 33.% ", said)
    assert re.search(r"No second step 2 67.%", said)
    assert (page.text.count('class="bar-0"'), page.text.count('class="share"')) == (2, 2)
    assert "style=" not in page.text


def test_a_view_costs_the_same_with_many_events(harness: Harness) -> None:
    owner, costs = console(harness), list[int]()
    for times in (1, 300):
        record(harness, Event.SIGN_IN, times=times)
        harness.clock.advance(HOUR)
        BackgroundJobs(harness.services).run_once()
        owner.browser.get("/admin/")
        with metered(harness) as meter:
            owner.browser.get("/admin/")
        costs.append(len(meter.statements))
        assert not [said for said in meter.statements if "audit_events" in said or "count(distinct" in said.lower()]
    assert costs[0] == costs[1]


def test_what_needs_somebody_is_named_with_one_link_each(harness: Harness) -> None:
    due = harness.clock.now() - 1
    late = harness.person("jane", second_step_required=True, second_step_due_at=due)
    harness.person("kim", second_step_due_at=due)  # need not have one any longer
    app = harness.client("shop").client_id
    with harness.services.database.write() as tx:
        user = tx.users.by_id(late.id)
        assert user is not None
        notify(tx, user, Notice.PASSWORD_CHANGED)
        for _ in range(3):
            audit.record(tx, Event.TOKEN_REFUSED, Outcome.FAILURE, client_id=app)
        (message,) = tx.outbox.waiting()
        tx.outbox.record_abandoned(message, error="451")
    harness.services.keyring.rotate(force=True)
    BackgroundJobs(harness.services).run_once()
    page = console(harness).browser.page
    said = words(page)
    assert "1 person has not set up a second step yet" in said, "nobody gave a time for it"
    assert "1 message was not delivered" in said
    assert "Shop has failures 3 requests were refused in the last day. Open app" in said
    assert "A new signing key is used from 2 June 2026" in said
    for href in ("/admin/people?state=late", "/admin/messages?state=abandoned", f"/admin/apps/{app}", "/admin/keys"):
        assert f'href="{href}"' in page.text
    helper = words(console(harness, Role.APPS, "ada").browser.page)
    assert "Shop has failures" in helper
    assert "not set up a second step" not in helper, "what their role does not show"


def test_people_without_a_second_step_are_counted_when_the_page_is_opened(harness: Harness) -> None:
    BackgroundJobs(harness.services).run_once()
    owner = console(harness)
    late = harness.person("jane", second_step_required=True)
    assert "1 person has not set up a second step yet" in words(owner.open("/admin/"))
    with harness.services.database.write() as tx:
        tx.factors.add(Factor("totp-jane", "totp", "", late.id))
    assert "Nothing needs you now." in words(owner.open("/admin/"))


def test_a_deadline_that_has_passed_makes_people_late(harness: Harness) -> None:
    store_rules(harness, rule(RuleKind.ORGANISATION, grace_days=7))
    harness.person("jane", second_step_required=True, second_step_due_at=harness.clock.now() - 1)
    assert "1 person is late to set up a second step" in words(console(harness).browser.page)


def test_nothing_to_do_says_so(harness: Harness) -> None:
    BackgroundJobs(harness.services).run_once()
    assert "Nothing needs you now." in words(console(harness).browser.page)


def test_somebody_without_a_second_step_is_not_counted_as_one_with(harness: Harness) -> None:
    administrator(harness)
    Account(harness, harness.person("jane", status="disabled", totp=True))
    overview.count_figures(harness.services.database)
    with harness.services.database.read() as tx:
        found = overview.read_overview(tx, harness.services.keyring, harness.settings)
    assert (found.people, found.with_second_step, found.kinds) == (1, 1, {"totp": 1})
    assert len(found.days) == 30
    assert found.days[-1].start == harness.clock.now() // DAY * DAY


def test_charts_fit_their_frame() -> None:
    chart = charts.draw_columns([(0, 1), (1_000_000, 3)])
    assert chart.largest == 1_000_000
    assert all(0 <= bar.y <= chart.height and bar.x + bar.width <= chart.width for bar in chart.bars)
    assert min(bar.height for bar in chart.bars) == charts.LEAST, "one of a million is seen"
    assert charts.draw_columns([(0, 0)]).bars == []
    assert [charts.round_up(value) for value in (0, 1, 3, 10, 11, 99, 100, 501)] == [1, 1, 5, 10, 20, 100, 100, 1000]
    assert [charts.share(part, 1000) for part in (0, 1, 500, 999, 1000)] == [0, 1, 50, 99, 100]


def test_a_day_is_said_in_the_language_of_its_reader() -> None:
    assert localize_text(Day(0), Reader("de")) == "1. Januar 1970"
    assert Day(86_399) == "1 January 1970"
