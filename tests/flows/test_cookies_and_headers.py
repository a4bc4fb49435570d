"""What every answer carries, and what cookies may do."""

import pytest

from tests.support.browser import Browser
from tests.support.harness import ISSUER, Harness
from tests.support.routes import every


@pytest.mark.promise("FM21")
def test_every_cookie_is_httponly_secure_host_bound_and_lax(harness: Harness, browser: Browser) -> None:
    jane = harness.person("jane")
    browser.get("/account/security")
    seen = browser.page.headers.getlist("Set-Cookie")
    for hop in browser.hops:
        seen += hop.headers.getlist("Set-Cookie")
    browser.submit(username=jane.username, password=jane.password)
    for hop in browser.hops:
        seen += hop.headers.getlist("Set-Cookie")
    names = {cookie.split("=")[0] for cookie in seen}
    assert names == {f"__Host-countersign-{name}" for name in ("login", "session", "browser")}
    for cookie in seen:
        attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert {"httponly", "secure", "samesite=lax", "path=/"} <= attributes
        assert not any(attribute.startswith("domain") for attribute in attributes)


@pytest.mark.parametrize("path", ["/account/security", "/nowhere", "/static/countersign.css", "/jwks", "/token"])
def test_no_answer_can_be_framed_sniffed_or_scripted(browser: Browser, path: str) -> None:
    page = browser.get(path)
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    policy = page.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    if page.mimetype == "text/html":
        assert page.headers["Cache-Control"] == "no-store"
        assert "default-src 'none'" in policy
    assert "Werkzeug" not in page.headers.get("Server", "")


CLIENTS = {"login", "consent", "authorize", "logout"}
"""First parts of the paths where a client's own requests lead."""


def test_only_pages_that_a_client_opens_stay_in_reach_of_its_window(harness: Harness, browser: Browser) -> None:
    """Redirects count as well: one answer with `same-origin` on the way cuts a waiting app off for good."""
    for method, path in every(harness):
        answer = browser.client.open(path, method=method, base_url=ISSUER)
        expected = "unsafe-none" if path.split("/")[1] in CLIENTS else "same-origin"
        assert answer.headers["Cross-Origin-Opener-Policy"] == expected, (method, path)


def test_forms_of_my_account_go_nowhere_else(browser: Browser) -> None:
    assert "form-action 'self';" in browser.get("/account/security").headers["Content-Security-Policy"]
