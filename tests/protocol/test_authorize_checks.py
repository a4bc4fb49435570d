"""What must hold of a request once its client and redirect URI are proven: every failure goes back to the app."""

from typing import Any

import pytest

from tests.support import tables
from tests.support.browser import Browser
from tests.support.harness import ISSUER, Harness
from tests.support.relying_party import RelyingParty

S = "invalid_scope"
R = "invalid_request"
REFUSED: list[tuple[str, dict[str, Any]]] = [
    (R, {"response_type": None}),
    (R, {"response_type": ""}),
    ("unsupported_response_type", {"response_type": "token"}),
    ("unsupported_response_type", {"response_type": "code id_token"}),
    ("unsupported_response_type", {"response_type": 'co"de'}),
    ("unsupported_response_type", {"response_type": "CODE"}),
    ("unsupported_response_type", {"response_type": "none"}),
    (R, {"response_type": "c" * 65}),
    (R, {"response_mode": "fragment.JWT"}),
    (R, {"response_mode": "form_post.jwt.jwt"}),
    (R, {"response_mode": "web_message"}),
    (R, {"response_mode": "Form_Post"}),
    (S, {"scope": None}),
    (S, {"scope": "unknown"}),
    (S, {"scope": 'open"id'}),
    (S, {"scope": " openid"}),
    (S, {"scope": "openid  email"}),
    (S, {"scope": "öpenid"}),
    (R, {"scope": "openid\ttab"}),
    (R, {"scope": "openid " + "x" * 2048}),
    (R, {"code_challenge": None}),
    (R, {"code_challenge": "short"}),
    (R, {"code_challenge": "x" * 44}),
    (R, {"code_challenge": "x" * 42 + "="}),
    (R, {"code_challenge": "x" * 42 + "+"}),
    (R, {"code_challenge_method": None}),
    (R, {"code_challenge_method": "plain"}),
    (R, {"code_challenge_method": "s256"}),
    (R, {"code_challenge_method": "S512"}),
    (R, {"prompt": "nothing"}),
    (R, {"prompt": "create"}),
    (R, {"prompt": "none login"}),
    (R, {"prompt": "none none consent"}),
    (R, {"prompt": "None"}),
    (R, {"max_age": "-1"}),
    (R, {"max_age": "1.5"}),
    (R, {"max_age": "1_000"}),
    (R, {"max_age": "٣"}),
    (R, {"max_age": "soon"}),
    (R, {"max_age": "9" * 11}),
    (R, {"id_token_hint": "not a token"}),
    (R, {"id_token_hint": "e30.e30."}),
    (R, {"claims": "{"}),
    (R, {"claims": "[]"}),
    (R, {"claims": "null"}),
    (R, {"claims": '{"userinfo": []}'}),
    (R, {"claims": '{"userinfo": {"name": 1}}'}),
    (R, {"claims": '{"id_token": {"acr": {"essential": "yes"}}}'}),
    (R, {"claims": '{"id_token": {"acr": {"values": "mfa"}}}'}),
    (R, {"claims": '{"id_token": {"acr": {"values": [1]}}}'}),
    (R, {"claims": '{"id_token": {"acr": {"value": null}}}'}),
    (R, {"claims": '{"id_token": {"sub": {"value": 7}}}'}),
    (R, {"claims": '{"id_token": {}, "id_token": {}}'}),
    (R, {"claims": '{"userinfo": {"x": {"value": NaN}}}'}),
    (R, {"claims": '{"userinfo": {"x": {"value": "\\ud800"}}}'}),
    (R, {"claims": '{"userinfo": {"x": {"value": "\\u0000"}}}'}),
    (R, {"claims": '{"userinfo": ' + "[" * 4000}),
    (R, {"claims": '{"userinfo": {"x": {"value": ' + "[" * 970 + "]" * 970 + "}}}"}),
    (R, {"claims": '{"userinfo": {"x": {"value": ' + "[" * 18 + "]" * 18 + "}}}"}),
    (R, {"claims": '{"a": "' + "x" * 8192 + '"}'}),
    ("request_not_supported", {"request": "eyJhbGciOiJub25lIn0.e30."}),
    ("invalid_request_object", {"request": "e30.e30."}),
    ("invalid_request_uri", {"request_uri": "https://app.example.test/r"}),
    (R, {"request": "e30.e30.", "request_uri": "https://app.example.test/r"}),
    ("registration_not_supported", {"registration": "{}"}),
    (R, {"nonce": "n" * 2049}),
    (R, {"nonce": "n\x00"}),
    (R, {"login_hint": "x" * 257}),
    (R, {"login_hint": "a\r\nb"}),
    (R, {"acr_values": "x" * 1025}),
    (R, {"ui_locales": "x" * 257}),
    (R, {"display": "x" * 65}),
]


@pytest.mark.module("oidcc-response-type-missing")
@pytest.mark.parametrize("mode", ["query", "form_post"])
def test_whatever_is_wrong_is_told_to_the_app(harness: Harness, browser: Browser, mode: str) -> None:
    """Conformance section 0: redirect errors whenever client and redirect URI are valid; `state` and `iss` always."""
    app = RelyingParty(harness)
    for error, changes in REFUSED:
        app.send(browser, **{"response_mode": mode} | changes)
        assert app.error(browser) == error, changes
    assert tables.count(harness, "login_flows") == 0


REPEATABLE = (
    "response_type", "response_mode", "scope", "nonce", "code_challenge", "code_challenge_method", "prompt", "max_age",
    "login_hint", "acr_values", "claims", "ui_locales", "display", "id_token_hint",
)  # fmt: skip


def test_doubled_parameters_are_refused(harness: Harness, browser: Browser) -> None:
    """RFC 6749 section 3.1; also when both are alike, and when the second is empty."""
    app = RelyingParty(harness)
    for name in REPEATABLE:
        for tail in (f"&{name}=x&{name}=y", f"&{name}=&{name}="):
            browser.get(app.address(**{name: None}) + tail)
            assert app.error(browser) == "invalid_request", (name, tail)


def test_doubled_or_broken_state_is_not_echoed(harness: Harness, browser: Browser) -> None:
    app = RelyingParty(harness)
    for state in ("&state=a&state=b", "&state=a&state=a", "&state=%ff", "&state=%00", "&state=a%0d%0ab"):
        browser.get(app.address(state=None) + state)
        assert app.error(browser) == "invalid_request", state


def test_bytes_that_are_not_utf8_are_refused(harness: Harness, browser: Browser) -> None:
    app = RelyingParty(harness)
    for name in ("scope", "nonce", "login_hint", "claims", "prompt"):
        browser.get(app.address(**{name: None}) + f"&{name}=%c3%28")
        assert app.error(browser) == "invalid_request", name


@pytest.mark.parametrize("mode", ["query", "form_post"])
def test_state_comes_back_byte_for_byte(harness: Harness, browser: Browser, mode: str) -> None:
    app = RelyingParty(harness)
    for state in ("x" * 4096, "a b+c%20&=#?/\"'<>\\;,|~", "ünï¢ødé ✓", "%", "=", None):
        app.send(browser, state=state, prompt="none", response_mode=mode)
        assert app.error(browser) == "login_required"


@pytest.mark.module("oidcc-response-type-missing")
def test_oidcc_response_type_missing_in_form_post(harness: Harness, browser: Browser) -> None:
    app = RelyingParty(harness)
    app.send(browser, response_type=None, response_mode="form_post")
    assert browser.page.status_code == 200
    assert app.error(browser) == "invalid_request"


def test_a_form_is_posted_to_web_addresses_only(harness: Harness, browser: Browser) -> None:
    app = RelyingParty(harness, redirect_uris=["com.example.app:/cb"])
    app.send(browser, response_mode="form_post")
    assert app.error(browser) == "invalid_request"


def test_clients_get_only_what_they_are_registered_for(harness: Harness, browser: Browser) -> None:
    """ASVS 10.4.4."""
    kinds: list[dict[str, Any]] = [{"response_types": []}, {"grant_types": ["client_credentials"]}]
    for number, traits in enumerate(kinds):
        app = RelyingParty(harness, f"machine-{number}", **traits)
        app.send(browser)
        assert app.error(browser) == "unauthorized_client"


IGNORED: list[dict[str, Any]] = [
    {"extra": "foobar"},
    {"display": "page"},
    {"display": "popup"},
    {"display": "hologram"},
    {"ui_locales": "se"},
    {"claims_locales": "se"},
    {"login_hint": "buffy@id.example.test"},
    {"acr_values": "1 2"},
    {"scope": "openid unknown email"},
    {"nonce": None},
    {"nonce": "n" * 64},
    {"nonce": "ünï"},
    {"max_age": "10000"},
    {"max_age": ""},
    {"prompt": ""},
    {"claims": '{"userinfo": {"name": {"essential": true}},\n"more": 1}'},
]


@pytest.mark.module(
    "oidcc-display-page",
    "oidcc-display-popup",
    "oidcc-login-hint",
    "oidcc-ui-locales",
    "oidcc-claims-locales",
    "oidcc-ensure-request-with-unknown-parameter-succeeds",
)
def test_oidcc_requests_that_must_not_fail(harness: Harness, browser: Browser) -> None:
    """display-*, ui-locales, claims-locales, login-hint, alternate-happy-flow, unknown parameters, no nonce."""
    app = RelyingParty(harness)
    for changes in IGNORED:
        app.send(browser, **changes)
        assert browser.at.endswith("/identify"), changes
    browser.get(app.address() + "&extra=a&extra=b")
    assert browser.at.endswith("/identify")


@pytest.mark.module("oidcc-alternate-happy-flow")
def test_parameters_come_in_any_order(harness: Harness, browser: Browser) -> None:
    """oidcc-alternate-happy-flow."""
    address = RelyingParty(harness).address(scope="email openid")
    head, _, query = address.partition("?")
    browser.get(f"{head}?{'&'.join(reversed(query.split('&')))}")
    assert browser.at.endswith("/identify")


def test_other_methods_are_refused(harness: Harness, browser: Browser) -> None:
    app = RelyingParty(harness)
    for method in ("PUT", "DELETE", "PATCH"):
        answer = browser.client.open(app.address(), method=method, base_url=ISSUER)
        assert answer.status_code == 405
        assert "GET" in answer.headers["Allow"]
