"""What strangers make us store before they prove anything: small rows, few for a browser, bounded for a network."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select

from idp.kernel.clock import MINUTE
from idp.login.flow.start import MOST_UNPROVEN
from idp.persistence.schema import METADATA
from idp.protocol.authorize.checks import MOST_STORED
from tests.support.browser import Browser
from tests.support.databases import Databases
from tests.support.harness import Harness, fresh_harness
from tests.support.relying_party import RelyingParty, is_page
from tests.support.statements import metered
from tests.support.tables import count

LIMIT = 10
FLOWS = METADATA.tables["login_flows"]


@pytest.fixture
def harness(databases: Databases, tmp_path: Path) -> Iterator[Harness]:
    """Behind a proxy, with the lowest limit of a network."""
    with fresh_harness(databases, tmp_path, trusted_proxies=1, login_flows_per_network=LIMIT) as made:
        yield made


@pytest.fixture
def app(harness: Harness) -> RelyingParty:
    return RelyingParty(harness, first_party=True)


def stored(harness: Harness) -> list[dict[str, Any]]:
    """The login flows, oldest first."""
    with harness.services.database.engine.connect() as connection:
        rows = connection.execute(select(FLOWS).order_by(FLOWS.c.created_at)).mappings()
        return [dict(row) for row in rows]


def from_network(harness: Harness, number: int) -> Browser:
    browser = Browser(harness)
    browser.headers |= {"X-Forwarded-For": f"203.0.113.{number}"}
    return browser


def test_a_large_request_is_refused_at_the_redirect_uri(harness: Harness, app: RelyingParty, browser: Browser) -> None:
    claims = json.dumps({"userinfo": {f"claim{number}": None for number in range(60)}})
    app.send(browser, state="s" * 4096, claims=claims + " " * 2000)
    answer = app.answer(browser)
    assert answer["error"] == "invalid_request"
    assert str(MOST_STORED) in answer["error_description"]
    assert count(harness, "login_flows") == 0


def test_a_real_large_request_is_served(harness: Harness, app: RelyingParty, browser: Browser) -> None:
    app.send(browser, state="s" * 3000, claims='{"userinfo":{"email":null}}'.ljust(2000))
    assert browser.at.endswith("/identify")
    assert len(json.dumps(stored(harness)[0]["request"])) <= MOST_STORED


def test_rows_of_strangers_are_small(harness: Harness, app: RelyingParty, browser: Browser) -> None:
    """Whatever is sent, in any alphabet: 19.6 KB were stored before."""
    for text in ("s" * 4096, "\U0001f511" * 300, '"' * 2000):
        app.send(browser, state=text, login_hint="\u00e9" * 100)
    found = stored(harness)
    assert len(found) == 3
    assert all(len(json.dumps(row, default=str)) < 8192 for row in found)


def test_a_browser_keeps_its_newest_login_flows(databases: Databases, tmp_path: Path) -> None:
    with fresh_harness(databases, tmp_path) as harness:
        app, jane, browser = RelyingParty(harness, first_party=True), harness.person(), Browser(harness)
        places = []
        for _ in range(MOST_UNPROVEN + 5):
            harness.clock.advance(1)
            app.send(browser, state="s" * 2000)
            places.append(browser.at)
        emptied = [row for row in stored(harness) if not row["request"]]
        assert [row["id"] for row in emptied] == [place.split("/")[2] for place in places[:5]]
        page = browser.get(places[0])
        assert page.status_code == 410
        assert "Newer sign-ins" in page.text
        assert (
            browser.get(places[0].replace("/login/", "/authorize/again/").replace("/identify", "")).status_code == 410
        )
        assert browser.get(places[5]).status_code == 200
        browser.get(places[-1])
        app.go_through(browser, jane)


def test_a_network_starts_a_limited_number_of_login_flows_without_a_proof(harness: Harness, app: RelyingParty) -> None:
    for _ in range(LIMIT):
        app.send(from_network(harness, 7))
    for path in (app.address(), app.address(), "/account/"):
        refused = from_network(harness, 7)
        page = refused.get(path)
        assert (page.status_code, page.headers["Retry-After"]) == (429, "900")
        assert is_page(refused, 429)
        assert "from your network" in page.text
    assert count(harness, "login_flows") == LIMIT
    elsewhere = from_network(harness, 8)
    app.send(elsewhere)
    assert elsewhere.at.endswith("/identify")
    harness.clock.advance(15 * MINUTE)
    again = from_network(harness, 7)
    app.send(again)
    assert again.at.endswith("/identify")


def test_made_up_cookies_do_not_raise_the_limit(harness: Harness, app: RelyingParty) -> None:
    for number in range(LIMIT + 5):
        stranger = from_network(harness, 7)
        stranger.set_cookie("login", f"made-up-{number}")
        app.send(stranger)
    assert count(harness, "login_flows") == LIMIT


def test_one_browser_does_not_raise_the_limit(harness: Harness, app: RelyingParty) -> None:
    stranger = from_network(harness, 7)
    statuses = [app.send(stranger).status_code for _ in range(LIMIT + 2)]
    assert statuses == [200] * LIMIT + [429] * 2


def test_login_flows_with_a_proof_are_not_counted(harness: Harness, app: RelyingParty) -> None:
    """An office of many people signs in at eight o'clock."""
    jane = harness.person()
    for _ in range(LIMIT + 3):
        browser = from_network(harness, 7)
        app.sign_in(browser, jane)
        harness.clock.advance(1)
    assert count(harness, "login_flows") == LIMIT + 3


def test_prompt_none_stores_no_login_flow(harness: Harness, app: RelyingParty) -> None:
    for _ in range(LIMIT + 3):
        browser = from_network(harness, 7)
        app.send(browser, prompt="none")
        assert parse_qs(urlsplit(browser.left_for).query)["error"] == ["login_required"]
    assert count(harness, "login_flows") == 0


def test_what_the_bounds_cost(harness: Harness, app: RelyingParty, browser: Browser) -> None:
    """Client and login flow; with a binding cookie the older ones are ended in one statement more."""
    with harness.services.database.read() as tx:
        tx.clients.by_id(app.app.client_id)  # parsed once in each process
    for expected in (2, 3, 3):
        with metered(harness) as meter:
            browser.client.get(app.address(), base_url=harness.settings.issuer)
        assert (len(meter.statements), meter.commits) == (expected, 1), meter.statements
