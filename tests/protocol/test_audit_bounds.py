"""Nobody fills the audit trail: failures are counted, all are logged and measured, and some are stored."""

import contextlib
import logging
from collections.abc import Callable
from typing import Any

import pytest
from prometheus_client import REGISTRY
from prometheus_client.registry import DuplicateTimeseries
from werkzeug.test import TestResponse

from idp.admin.purging import purge
from idp.audit.bounds import MOST_KNOWN, MOST_OF_NAMES, MOST_UNKNOWN
from idp.kernel.clock import DAY, HOUR
from idp.login.methods.password import LONGEST_IDENTIFIER
from idp.server import metrics
from tests.support.back_channel import VERIFIER, BackChannelClient, basic
from tests.support.browser import Browser
from tests.support.concurrency import rush
from tests.support.harness import Harness, Someone
from tests.support.relying_party import RelyingParty
from tests.support.statements import metered
from tests.support.tables import count, events

MANY = 105
REFUSED = "client.authentication_failed"
FORM = {"grant_type": "client_credentials", "token": "x"}


@pytest.fixture
def stranger(harness: Harness) -> BackChannelClient:
    """Knows the addresses of the product and the name of one client."""
    return BackChannelClient(harness, "web")


def guess(stranger: BackChannelClient, path: str, client_id: str) -> TestResponse:
    return stranger.post(path, FORM, headers={"Authorization": basic(client_id, "wrong")}, anonymous=True)


def details(harness: Harness, event: str) -> list[dict[str, Any]]:
    """The newest first."""
    with harness.services.database.read() as tx:
        return [each.detail | {"client": each.client_id} for each in tx.audit.latest(event=event)]


@pytest.mark.parametrize("path", ["/token", "/introspect", "/revoke"])
def test_unknown_clients_are_counted_by_network(
    harness: Harness, stranger: BackChannelClient, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "idp.audit")
    for number in range(MANY):
        assert guess(stranger, path, f"made-up-{number}").status_code == 401
    found = details(harness, REFUSED)
    assert len(found) == MOST_UNKNOWN + 1
    assert (found[0]["number_in_this_hour"], found[0]["unknown_client_id"], found[0]["client"]) == (
        100,
        "made-up-99",
        None,
    )
    assert "number_in_this_hour" not in found[1]
    assert sum(getattr(record, "event", "") == REFUSED for record in caplog.records) == MANY
    assert count(harness, "throttles") == 1
    harness.clock.advance(HOUR)
    guess(stranger, path, "made-up")
    assert events(harness, REFUSED) == MOST_UNKNOWN + 2


def test_a_client_of_ours_keeps_more_rows_of_its_own(harness: Harness, stranger: BackChannelClient) -> None:
    for number in range(MANY):
        guess(stranger, "/token", "web")
        guess(stranger, "/token", f"made-up-{number}")
    clients = [found["client"] for found in details(harness, REFUSED)]
    assert (clients.count("web"), clients.count(None)) == (MOST_KNOWN + 1, MOST_UNKNOWN + 1)


def test_a_request_without_a_client_stores_nothing(harness: Harness, stranger: BackChannelClient) -> None:
    for path in ("/token", "/introspect", "/revoke"):
        assert stranger.post(path, FORM, anonymous=True).status_code == 401
    assert count(harness, "audit_events") == count(harness, "throttles") == 0


def test_of_many_at_once_as_many_are_stored_as_of_one_after_another(
    harness: Harness, stranger: BackChannelClient
) -> None:
    acts: list[Callable[[], TestResponse]] = [lambda: guess(stranger.twin(), "/token", "made-up")] * 32
    assert {answer.status_code for answer in rush(acts)} == {401}
    assert events(harness, REFUSED) == MOST_UNKNOWN


def test_what_is_not_stored_is_measured(stranger: BackChannelClient) -> None:
    with contextlib.suppress(DuplicateTimeseries):  # another test of this process did it
        metrics.install()
    labels = {"event": REFUSED, "outcome": "failure"}
    before = REGISTRY.get_sample_value("countersign_events_total", labels) or 0
    for _ in range(MOST_UNKNOWN + 5):
        guess(stranger, "/token", "made-up")
    assert REGISTRY.get_sample_value("countersign_events_total", labels) == before + MOST_UNKNOWN + 5


def test_a_stored_failure_costs_one_statement_more_and_another_none(
    harness: Harness, stranger: BackChannelClient
) -> None:
    """Client, count, row; later client and count alone."""
    costs = []
    for _ in range(MOST_UNKNOWN + 1):
        with metered(harness) as meter:
            guess(stranger, "/token", "made-up")
        costs.append((len(meter.statements), meter.commits))
    assert costs == [(3, 1)] * MOST_UNKNOWN + [(2, 1)]


def test_names_that_nobody_has_are_counted_by_network(harness: Harness, browser: Browser) -> None:
    app = RelyingParty(harness)
    app.send(browser)
    for number in range(MOST_OF_NAMES + 5):
        browser.submit(username=f"made-up-{number}".ljust(LONGEST_IDENTIFIER, "x"), password="wrong")
    assert events(harness, "sign_in.password") == MOST_OF_NAMES
    assert count(harness, "throttles") == 2 * (MOST_OF_NAMES + 5) + 1
    harness.clock.advance(2 * DAY)
    purge(harness.services.database, harness.settings)
    assert count(harness, "throttles") == count(harness, "login_flows") == 0


def test_refused_tries_at_a_person_are_bounded(harness: Harness, browser: Browser, jane: Someone) -> None:
    RelyingParty(harness).send(browser)
    for _ in range(MOST_OF_NAMES + harness.settings.throttle_per_quarter_hour + 5):
        browser.submit(username=jane.username, password="wrong")
    assert events(harness, "sign_in.password", "failure") == harness.settings.throttle_per_quarter_hour
    assert events(harness, "sign_in.password", "throttled") == MOST_OF_NAMES


def test_requests_for_reset_links_are_bounded(proxied: Harness) -> None:
    harness, browser = proxied, Browser(proxied)
    browser.headers |= {"X-Forwarded-For": "203.0.113.7"}
    RelyingParty(harness).send(browser)
    place = browser.at.replace("/identify", "/forgot")
    for number in range(MOST_OF_NAMES + 15):
        browser.get(place)
        browser.submit(username=f"made-up-{number}")
    assert events(harness, "password.reset_asked", "throttled") == MOST_OF_NAMES
    assert events(harness, "password.reset_asked", "failure") == 10
    assert count(harness, "password_resets") == count(harness, "outbox") == 0


def test_cancelled_sign_ins_are_bounded(harness: Harness, browser: Browser) -> None:
    app = RelyingParty(harness)
    for _ in range(MOST_UNKNOWN + MOST_KNOWN):
        app.send(browser)
        browser.submit(choice="cancel")
    assert events(harness, "sign_in.cancelled") == MOST_UNKNOWN
    assert events(harness, "authorization.refused") == 2


def test_replays_of_one_grant_are_bounded_and_do_not_hide_another(
    harness: Harness, stranger: BackChannelClient, jane: Someone
) -> None:
    for expected in (1, 2):
        code = stranger.granted(jane)
        for _ in range(MOST_KNOWN + 10):
            stranger.redeem(code)
        assert events(harness, "code.replayed") == expected * MOST_KNOWN


def test_codes_made_up_for_a_public_client_are_bounded(harness: Harness) -> None:
    app = BackChannelClient(harness, "spa", token_endpoint_auth_method="none")
    for number in range(MANY):
        form = {
            "grant_type": "authorization_code",
            "code": f"made-up-{number}",
            "redirect_uri": app.app.redirect_uri,
            "code_verifier": VERIFIER,
        }
        assert app.post("/token", form).status_code == 400
    assert events(harness, "token.refused") == MOST_KNOWN + 1
