"""What clients get while the database is away, locked or full."""

import functools
from collections.abc import Callable

import pytest
from werkzeug.test import TestResponse

from tests.support.back_channel import FORM, BackChannelClient, basic
from tests.support.browser import Browser
from tests.support.harness import Harness, Someone
from tests.support.outages import AWAY, FULL, KINDS, LOCKED, outage, wait_briefly
from tests.support.relying_party import RelyingParty

PAGE = "https://spa.example.test"
UNTIL_FULL = 300
"""Requests after which a file that may not grow has no free space in any table."""
WRONG = basic("web", "not-the-secret")


def until_unavailable(kind: str, send: Callable[[], TestResponse]) -> TestResponse:
    """The first answer that is not the usual one; a full file still takes a row here and there."""
    response = send()
    for _ in range(UNTIL_FULL if kind == FULL else 0):
        if response.status_code >= 500:
            break
        response = send()
    return response


def check_refusal(response: TestResponse) -> None:
    assert response.status_code == 503
    assert response.mimetype == "application/json"
    assert response.get_json()["error"] == "temporarily_unavailable"
    assert int(response.headers["Retry-After"]) > 0
    assert response.headers["Access-Control-Allow-Origin"] == PAGE
    assert "Retry-After" in response.headers["Access-Control-Expose-Headers"]
    assert response.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in response.headers
    assert "Access-Control-Allow-Credentials" not in response.headers


@pytest.mark.parametrize("kind", KINDS)
def test_the_back_channel_answers_json_and_when_to_come_back(
    harness: Harness, rp: BackChannelClient, jane: Someone, kind: str
) -> None:
    token, headers = rp.tokens(jane)["access_token"], {"Origin": PAGE}
    wait_briefly(harness)
    with outage(kind, harness):
        grant = {"grant_type": "client_credentials"}
        check_refusal(until_unavailable(kind, lambda: rp.post("/token", grant, headers=headers)))
        for path in ("/introspect", "/revoke"):
            send = functools.partial(rp.post, path, {"token": "x"}, headers=headers | {"Authorization": WRONG})
            check_refusal(until_unavailable(kind, send))
        for path in ("/userinfo", "/api/security"):
            response = rp.get(path, token, Origin=PAGE)
            if kind == AWAY:
                check_refusal(response)
            else:
                assert response.status_code in {200, 403}, "what only reads goes on"
    assert rp.client_credentials().status_code == 200
    assert rp.get("/userinfo", token).status_code == 200


def test_a_code_survives_the_outage_that_met_it(harness: Harness, rp: BackChannelClient, jane: Someone) -> None:
    code = rp.granted(jane)
    wait_briefly(harness)
    with outage(LOCKED, harness):
        assert rp.redeem(code).status_code == 503
    assert rp.redeem(code).status_code == 200


@pytest.mark.parametrize("kind", [LOCKED, FULL])
@pytest.mark.parametrize("mode", ["query", "form_post"])
def test_the_client_is_told_once_it_is_proven(harness: Harness, browser: Browser, kind: str, mode: str) -> None:
    rp = RelyingParty(harness)
    wait_briefly(harness)
    with outage(kind, harness):
        for _ in range(UNTIL_FULL):
            rp.send(browser, response_mode=mode)
            if "/identify" not in browser.at:
                break
        assert rp.error(browser) == "temporarily_unavailable"
        browser.get("/authorize?client_id=nobody&redirect_uri=https://evil.test")
        assert browser.page.status_code in {400, 503}
        assert "Location" not in browser.page.headers


def test_a_page_is_shown_while_the_client_cannot_be_proven(harness: Harness, browser: Browser) -> None:
    rp = RelyingParty(harness)
    with outage(AWAY, harness):
        response = rp.send(browser)
    assert (response.status_code, response.mimetype) == (503, "text/html")
    assert "Location" not in response.headers
    rp.send(browser)
    assert "/identify" in browser.at


def test_documents_that_need_no_database_are_served(harness: Harness, rp: BackChannelClient) -> None:
    with outage(AWAY, harness):
        for path in ("/jwks", "/.well-known/openid-configuration", "/static/countersign.css"):
            assert rp.http.get(path, buffered=True).status_code == 200


def test_a_fault_of_ours_is_json_as_well(harness: Harness, rp: BackChannelClient) -> None:
    """A table that is missing is no outage: trying again would not help."""
    engine = harness.services.database.engine
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE clients RENAME TO elsewhere")
    try:
        response = rp.client_credentials()
    finally:
        with engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO clients")
    assert (response.status_code, response.get_json()["error"]) == (500, "server_error")
    assert "Retry-After" not in response.headers


def test_a_body_that_breaks_off_is_no_fault_of_ours(rp: BackChannelClient) -> None:
    response = rp.http.post(
        "/token", data=b"grant_type=", content_type=FORM, environ_overrides={"CONTENT_LENGTH": "99"}
    )
    assert (response.status_code, response.get_json()["error"]) == (400, "invalid_request")
