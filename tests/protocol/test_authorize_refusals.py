"""Every refusal at /authorize is logged, and audited with client, reason and remedy; nobody fills the trail with it."""

import logging
from typing import Any

import pytest

from idp.kernel.clock import HOUR
from tests.support import tables
from tests.support.browser import Browser
from tests.support.harness import Harness, Someone
from tests.support.relying_party import RelyingParty, is_page

REFUSED = "authorization.refused"
CASES: list[tuple[dict[str, Any], str, str]] = [
    ({"code_challenge": None}, "invalid_request: code_challenge is missing", "idp clients set web --pkce optional"),
    ({"scope": "unknown"}, "invalid_scope: this client is registered for none", "idp clients set web --add-scope"),
    ({"response_type": "token"}, "unsupported_response_type", "authorization code flow"),
    ({"request": "eyJhbGciOiJub25lIn0.e30."}, "request_not_supported", "sign its request objects"),
    ({"acr_values": "x", "nonce": "n" * 2049}, "invalid_request: nonce is longer", "clients/README.md"),
    ({"prompt": "none"}, "login_required", "prompt=none"),
    ({"redirect_uri": "https://other.example.test/cb"}, "redirect_uri is not registered", "--add-redirect-uri"),
    ({"redirect_uri": None}, "redirect_uri is missing", "--add-redirect-uri"),
]


@pytest.fixture
def app(harness: Harness) -> RelyingParty:
    return RelyingParty(harness)


def recorded(harness: Harness) -> list[dict[str, Any]]:
    with harness.services.database.read() as tx:
        return [event.detail | {"client_id": event.client_id} for event in tx.audit.latest(event=REFUSED)]


@pytest.mark.parametrize("case", CASES, ids=[case[1] for case in CASES])
def test_client_reason_and_remedy_are_recorded(
    harness: Harness, app: RelyingParty, browser: Browser, case: tuple[dict[str, Any], str, str]
) -> None:
    asked, reason, remedy = case
    app.send(browser, **asked)
    found = recorded(harness)
    assert len(found) == 1
    assert found[0]["client_id"] == "web"
    assert found[0]["reason"].startswith(reason)
    assert remedy in found[0]["remedy"]
    assert found[0].get("redirect_uri") == app.sent.get("redirect_uri")


def test_an_unknown_or_disabled_client_is_recorded(harness: Harness, app: RelyingParty, browser: Browser) -> None:
    app.send(browser, client_id="wbe")
    assert is_page(browser)
    RelyingParty(harness, "off", disabled=True).send(browser)
    assert is_page(browser)
    disabled, unknown = recorded(harness)
    assert (unknown["client_id"], unknown["unknown_client_id"]) == (None, "wbe")
    assert disabled["client_id"] == "off"
    assert "idp clients enable" in disabled["remedy"]


def test_a_refusal_after_the_sign_in_is_recorded(
    harness: Harness, app: RelyingParty, browser: Browser, jane: Someone
) -> None:
    app.send(browser, claims='{"id_token":{"sub":{"value":"somebody-else"}}}')
    app.go_through(browser, jane)
    assert [each["reason"].partition(":")[0] for each in recorded(harness)] == ["login_required"]


def test_each_reason_of_a_client_is_audited_once_an_hour_and_logged_each_time(
    harness: Harness, app: RelyingParty, browser: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "idp")
    for _ in range(5):
        app.send(browser, code_challenge=None)
        app.send(browser, scope="unknown")
    assert tables.events(harness, REFUSED) == 2
    assert sum(getattr(record, "event", "") == REFUSED for record in caplog.records) == 10
    harness.clock.advance(HOUR)
    app.send(browser, code_challenge=None)
    assert tables.events(harness, REFUSED) == 3


def test_made_up_clients_fill_nothing(harness: Harness, app: RelyingParty, browser: Browser) -> None:
    for number in range(40):
        app.send(browser, client_id=f"made-up-{number}")
    assert tables.events(harness, REFUSED) == 10
    assert tables.count(harness, "throttles") == 1
