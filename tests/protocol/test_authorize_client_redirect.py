"""Before client and redirect URI are proven people see a page and are sent nowhere (RFC 9700 section 4.11)."""

from typing import Any
from urllib.parse import quote, urlencode

import pytest

from tests.support import tables
from tests.support.browser import Browser
from tests.support.harness import REDIRECT_URI, Harness
from tests.support.relying_party import RelyingParty, is_page

HOSTILE = {
    "path appended": REDIRECT_URI + "/more",
    "trailing slash": REDIRECT_URI + "/",
    "path traversal": "https://app.example.test/callback/../evil",
    "traversal back to the same": "https://app.example.test/x/../callback",
    "encoded traversal": "https://app.example.test/callback/%2e%2e/evil",
    "double-encoded traversal": "https://app.example.test/callback/%252e%252e/evil",
    "semicolon traversal": "https://app.example.test/callback/..;/evil",
    "dot segment": "https://app.example.test/./callback",
    "double slash": "https://app.example.test//callback",
    "backslash": "https://app.example.test\\callback",
    "backslash host": "https://evil.example\\@app.example.test/callback",
    "encoded slash": "https://app.example.test%2Fcallback",
    "encoded letter": "https://app.example.test/%63allback",
    "query added": REDIRECT_URI + "?next=https://evil.example",
    "empty query": REDIRECT_URI + "?",
    "fragment added": REDIRECT_URI + "#fragment",
    "empty fragment": REDIRECT_URI + "#",
    "encoded fragment": REDIRECT_URI + "%23x",
    "upper-case path": "https://app.example.test/Callback",
    "upper-case host": "https://APP.example.test/callback",
    "upper-case scheme": "HTTPS://app.example.test/callback",
    "plain http": "http://app.example.test/callback",
    "default port": "https://app.example.test:443/callback",
    "other port": "https://app.example.test:8443/callback",
    "empty port": "https://app.example.test:/callback",
    "userinfo": "https://app.example.test@evil.example/callback",
    "userinfo on the right host": "https://user@app.example.test/callback",
    "port as userinfo": "https://app.example.test:80@evil.example/callback",
    "suffix host": "https://app.example.test.evil.example/callback",
    "prefix host": "https://evilapp.example.test/callback",
    "subdomain": "https://x.app.example.test/callback",
    "parent domain": "https://example.test/callback",
    "trailing dot": "https://app.example.test./callback",
    "other host": "https://evil.example/callback",
    "homograph": "https://\u0430pp.example.test/callback",
    "punycode": "https://xn--pp-6cd.example.test/callback",
    "full-width dot": "https://app\uff0eexample.test/callback",
    "no scheme": "//app.example.test/callback",
    "path only": "/callback",
    "script": "javascript:alert(1)//https://app.example.test/callback",
    "data": "data:text/html,<script>alert(1)</script>",
    "leading space": " " + REDIRECT_URI,
    "trailing space": REDIRECT_URI + " ",
    "tab inside": "https://app.example.test/call\tback",
    "line break": REDIRECT_URI + "\r\nSet-Cookie: x=y",
    "NUL": REDIRECT_URI + "\x00",
    "wildcard": "https://*.example.test/callback",
    "localhost": "http://localhost/callback",
    "loopback": "http://127.0.0.1/callback",
    "IPv6": "https://[::1]/callback",
    "array": "['" + REDIRECT_URI + "']",
    "two in one": REDIRECT_URI + "," + REDIRECT_URI,
    "too long": REDIRECT_URI + "?" + "x" * 2048,
    "empty": "",
}


@pytest.mark.module("oidcc-ensure-registered-redirect-uri", "oidcc-redirect-uri-query-added")
@pytest.mark.parametrize("changes", [{}, {"prompt": "none"}, {"response_type": None}, {"response_mode": "form_post"}])
def test_oidcc_ensure_registered_redirect_uri(harness: Harness, browser: Browser, changes: dict[str, Any]) -> None:
    """ASVS 10.4.1: exact string match; whatever else is wrong with the request does not matter yet."""
    app = RelyingParty(harness)
    for name, uri in HOSTILE.items():
        app.send(browser, redirect_uri=uri, **changes)
        assert is_page(browser), name
        assert "evil" not in browser.page.text, name


def test_there_are_at_least_forty_hostile_redirect_uris() -> None:
    assert len(HOSTILE) >= 40


@pytest.mark.module("oidcc-ensure-redirect-uri-in-authorization-request")
def test_oidcc_ensure_redirect_uri_in_authorization_request(harness: Harness, browser: Browser) -> None:
    """With one registered address as with two, it must be said."""
    RelyingParty(harness, "one").send(browser, redirect_uri=None)
    assert is_page(browser)
    two = RelyingParty(harness, "two", redirect_uris=[REDIRECT_URI, REDIRECT_URI + "2"])
    two.send(browser, redirect_uri=None)
    assert is_page(browser)


@pytest.mark.module("oidcc-redirect-uri-query-mismatch", "oidcc-redirect-uri-query-added")
def test_oidcc_redirect_uri_query_mismatch(harness: Harness, browser: Browser) -> None:
    app = RelyingParty(harness, redirect_uris=[REDIRECT_URI + "?bar=foo"])
    for changed in ("", "?bar=foo&x=y", "?foo=bar", "?bar=foo2"):
        app.send(browser, redirect_uri=REDIRECT_URI + changed)
        assert is_page(browser), changed


@pytest.mark.module("oidcc-redirect-uri-query-OK")
def test_oidcc_redirect_uri_query_ok(harness: Harness, browser: Browser) -> None:
    """RFC 6749 section 3.1.2: the address's own query is kept, to the letter."""
    own = ("?bar=foo", "?a", "?a=%20b&c=+", "?")
    app = RelyingParty(harness, redirect_uris=[REDIRECT_URI + each for each in own])
    for each in own:
        app.send(browser, redirect_uri=REDIRECT_URI + each, prompt="none")
        assert app.error(browser) == "login_required"
        assert browser.left_for.startswith(REDIRECT_URI + each)


def test_unknown_client_is_a_page(harness: Harness, browser: Browser) -> None:
    app = RelyingParty(harness)
    for client_id in (None, "", "nobody", "web\x00", "WEB", "web ", "w" * 300, "web'--"):
        app.send(browser, client_id=client_id)
        assert is_page(browser), client_id


def test_disabled_client_is_a_page(harness: Harness, browser: Browser) -> None:
    RelyingParty(harness, disabled=True).send(browser)
    assert is_page(browser)


@pytest.mark.parametrize("name", ["client_id", "redirect_uri"])
def test_doubled_client_or_address_is_a_page(harness: Harness, browser: Browser, name: str) -> None:
    """Also when both are alike, and in either order of good and bad."""
    app = RelyingParty(harness)
    good = app.address()
    for more in (f"&{name}={quote(app.sent[name])}", f"&{name}=evil", f"&{name}="):
        browser.get(good + more)
        assert is_page(browser)
        browser.get(good.replace("?", f"?{more[1:]}&", 1))
        assert is_page(browser)


@pytest.mark.parametrize("name", ["client_id", "redirect_uri"])
def test_undecodable_client_or_address_is_a_page(harness: Harness, browser: Browser, name: str) -> None:
    address = RelyingParty(harness).address(**{name: None})
    browser.get(f"{address}&{name}=%ff%fe")
    assert is_page(browser)


LOOPBACKS = {
    "other port": ("http://127.0.0.1:51004/cb", True),
    "no port": ("http://127.0.0.1/cb", True),
    "same port": ("http://127.0.0.1:3000/cb", True),
    "other path": ("http://127.0.0.1:3000/cb2", False),
    "other address": ("http://127.0.0.2:3000/cb", False),
    "localhost": ("http://localhost:3000/cb", False),
    "https": ("https://127.0.0.1:3000/cb", False),
    "userinfo": ("http://127.0.0.1:80@evil.example/cb", False),
    "port zero": ("http://127.0.0.1:0/cb", False),
    "port too high": ("http://127.0.0.1:65536/cb", False),
    "not a port": ("http://127.0.0.1:x/cb", False),
    "decimal address": ("http://2130706433:3000/cb", False),
    "IPv6 for IPv4": ("http://[::1]:3000/cb", False),
    "suffix": ("http://127.0.0.1.evil.example/cb", False),
    "fragment": ("http://127.0.0.1:1/cb#x", False),
}


def test_native_apps_choose_their_port(harness: Harness, browser: Browser) -> None:
    """RFC 8252 section 7.3: the port of a loopback address is free, for public clients alone."""
    native = RelyingParty(
        harness, "native", redirect_uris=["http://127.0.0.1:3000/cb"], token_endpoint_auth_method="none"
    )
    web = RelyingParty(harness, "web", redirect_uris=["http://127.0.0.1:3000/cb"])
    for name, (uri, accepted) in LOOPBACKS.items():
        native.send(browser, redirect_uri=uri, prompt="none")
        assert (native.error(browser) == "login_required") if accepted else is_page(browser), name
        web.send(browser, redirect_uri=uri, prompt="none")
        exact = uri == web.app.redirect_uri
        assert (web.error(browser) == "login_required") if exact else is_page(browser), name


def test_a_request_too_long_is_a_page(harness: Harness, browser: Browser) -> None:
    browser.get(RelyingParty(harness).address() + "&x=" + "y" * 33_000)
    assert is_page(browser, 414)


def test_a_page_leaves_nothing_behind(harness: Harness, browser: Browser) -> None:
    RelyingParty(harness).send(browser, redirect_uri="https://evil.example/")
    assert is_page(browser)
    assert tables.count(harness, "login_flows") == 0
    assert browser.cookie("login") is None


def test_post_from_another_site_becomes_get(harness: Harness, browser: Browser) -> None:
    """OIDC Core section 3.1.2.1; the cookies that are Lax come along only then. Nothing in the body gets loose."""
    app = RelyingParty(harness)
    body = urlencode(app.request(state="a b+c&d="))
    answer = browser.client.post(
        "/authorize", data=body, content_type="application/x-www-form-urlencoded", base_url="https://id.example.test"
    )
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/authorize?" + body
    odd = b"client_id=web&redirect_uri=%0d%0aSet-Cookie:x=y\r\nX-Evil: 1&\xff=\xfe"
    answer = browser.client.post("/authorize", data=odd, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 303
    assert answer.headers["Location"].isascii()
    assert not {"X-Evil", "Set-Cookie"} & set(answer.headers.keys())


def test_post_that_is_no_form_is_a_page(browser: Browser) -> None:
    answer = browser.client.post("/authorize", json={"client_id": "web"})
    assert answer.status_code == 415
    answer = browser.client.post(
        "/authorize", data=b"x=" + b"y" * 40_000, content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == 414
